// Rules (CREATE RULE) of the tables that are written to. A statement that a rule rewrites can
// neither be part of a WITH nor return its rows, and the rule may put something else in its place.
#pragma once

#include "changes/row_set.hpp"

namespace journal {

/// Whether a table has rules for what a set does.
bool has_rules(const RowSet* set);

/// The same for updates, whatever the set does.
bool has_update_rules(const RowSet* set);

/// Whether any of the sets has.
bool have_rules(const List* sets);

/// The name of a rule that puts something else in the place of all that a set does, without a
/// condition; nullptr: there is none.
const char* replacing_rule(const RowSet* set);

/// When a rule puts something else in the place of what is done to a row: an expression over the
/// row that is there (OUTER_VAR) and what it is to be (INNER_VAR).
struct RuleCondition {
    const char* rule;
    Node* node;
};

/// List of the conditions of rules for what a set does, in the current memory context. Those with
/// subqueries are not among them.
List* rule_conditions(const RowSet* set);

/// Adds the names of the rules for what a set does.
ArrayBuildState* add_rule_names(ArrayBuildState* names, const RowSet* set);

}  // namespace journal
