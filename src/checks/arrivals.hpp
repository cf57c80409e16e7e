// Rows while they are made: each as it would be in its table (arrivals.cpp), and what it violates
// by itself (row_checks.cpp).
#pragma once

#include "checks/final_state.hpp"

namespace journal {

/// An expression over a table's row, prepared on use.
struct Expression {
    Node* node;
    ExprState* state;
    int generation;  // of the executor state that it was prepared in
};

struct ComputedColumn {
    AttrNumber number;
    Expression expression;
};

struct CheckConstraint {
    const char* name;
    Expression expression;
};

/// A condition under which a rule keeps a row from being written; see table_rules.hpp.
struct RuleCheck {
    const char* rule;
    Expression condition;
};

struct PlaceChecks {
    TupleTableSlot* slot;  // the row in question
    TupleTableSlot* live;  // a row that is there
    int computed_count;
    ComputedColumn* computed;
    int check_count;
    CheckConstraint* checks;
    Expression partition;  // without node: none, or found by the route
};

/// A table that rows written into the set's table would go to.
struct Route {
    Place* place;
    int* sources;     // of each attribute of the place in the set's table, from 0; -1: none
    Expression qual;  // over the set's table; without node: any row
    Bitmapset* unknown;
};

/// The rows of one set while they are made.
struct Arrivals {
    FinalState* state;
    RowSet* set;
    int index;             // of the set
    int64 number;          // of the row
    TupleTableSlot* row;   // of the set, with the values to be written
    TupleTableSlot* live;  // what the row is now; nullptr: it is new
    TupleTableSlot* slot;  // in the set's table
    AttrNumber* numbers;   // of the set's columns in it
    int default_count;
    ComputedColumn* defaults;
    Bitmapset* unknown;  // columns that get a value nobody can know
    List* rules;         // of RuleCheck
    List* routes;
    Route* last;
    bool routed;    // the table is partitioned
    bool guarded;   // there are expressions that may raise errors
    Place* placed;  // out: where the row would be
    EState* estate;
    int generation;
};

/// Prepares what expressions are evaluated in; before any other call, in the memory context of the
/// final state.
void begin_executor(Arrivals* arrivals);

/// Whether an expression is true of a row or NULL; of one without node: true. Raises what the
/// expression raises.
bool holds(Arrivals* arrivals, Expression* expression, TupleTableSlot* slot);

/// Puts the value of a column into the row in a slot, in memory of the row. Raises what its
/// expression raises.
void compute(Arrivals* arrivals, ComputedColumn* column, TupleTableSlot* slot);

/// What a place's rows are held against, made on first use.
PlaceChecks* checks_of(FinalState* state, Place* place);
void end_checks(const Place* place);

/// Gives the row in the place's slot what the table computes, and notes what it violates; unknown
/// columns, and what is computed from them, are not judged. Raises what expressions raise.
void judge(Arrivals* arrivals, Place* place, const Bitmapset* unknown);

/// Prepares the conditions of rules, and notes for a row which of them keeps it; next is the row as
/// it is to be, nullptr: it goes. Raises what conditions raise.
void find_rules(Arrivals* arrivals);
void judge_rules(Arrivals* arrivals, TupleTableSlot* next, const Bitmapset* unknown);

/// Runs step; an error that it raises is an issue of the row, unless it is one of the server.
void run_guarded(Arrivals* arrivals, Callback<void()> step);

/// Notes an issue of the row at hand.
void note_row_issue(const Arrivals* arrivals, const Issue& issue);

}  // namespace journal
