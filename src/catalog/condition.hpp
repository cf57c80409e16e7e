// Conditions of event rules and of track: SQL over old and new, parsed as a trigger's WHEN
// condition is.
//
// Accepted are expressions over old.column and new.column, constants, operators and functions that
// are not volatile. Everything that could read tables or change with the moment is refused, so that
// a condition says the same for the same change.
#pragma once

#include "base/pg.hpp"

namespace journal {

// What a condition is, for messages.
inline constexpr const char* kRuleCondition = "event rule's condition";
inline constexpr const char* kTrackCondition = "track condition";
inline constexpr const char* kDeletedWhen = "deleted_when condition";

/// A condition as it is kept.
struct ConditionText {
    const char* use;
    const char* text;
    const char* search_path;  // in which it was written
    char operation;           // i has no old, d has no new, u has both
    // Present names of the columns that the text names, in the order of their appearance: they
    // replace the names in the text. None of them where count is negative.
    int count;
    const char* const* columns;
};

/// The columns that a condition names.
struct NamedColumns {
    List* numbers;  // attribute numbers, in the order of their appearance
    bool of_old;    // one of them at least is old.column
    bool of_new;
};

/// Parses and analyses a condition against an open table (locked at least ACCESS SHARE). named
/// receives, if not null, what it names. The result's Vars refer to the inner (old) and the outer
/// (new) slot. Raises JE032 for what is refused.
Expr* parse_condition(const ConditionText& condition, Relation relation, NamedColumns* named);

/// A condition over new alone as SQL over a row that a query calls by alias, everything named with
/// its schema.
char* condition_sql(const ConditionText& condition, Relation relation, const char* alias);

}  // namespace journal
