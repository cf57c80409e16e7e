// A condition that is ready to be asked about a change.
#pragma once

#include "catalog/condition.hpp"

namespace journal {

struct PreparedCondition {
    int32 rule;        // the event rule's number; 0: it is track's
    ExprState* state;  // nullptr: it always holds
    ExprContext* evaluation;
    bool is_evaluating;
};

/// Parses a condition against an open table, and makes it ready in context. Unless executable it is
/// only parsed: planning one may run immutable functions of its author, which is right in a trigger
/// of the table, and nowhere else.
PreparedCondition prepare_condition(const ConditionText& text, int32 rule, Relation relation,
                                    MemoryContext context, bool executable);

/// Whether it holds for a change; slots are of the condition's table, old null for an insert, new
/// for a delete, where the condition does not name them.
bool condition_holds(PreparedCondition& condition, TupleTableSlot* old_row,
                     TupleTableSlot* new_row);

/// The number of the rule whose condition was the last to be parsed in this session; 0: track's, or
/// none since forget_parsed_rule. It tells at which rule an error came up.
int32 last_parsed_rule();
void forget_parsed_rule();

}  // namespace journal
