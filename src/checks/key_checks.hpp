// What the checks of keys have in common: unique keys (unique_checks.cpp) and foreign keys
// (reference_checks.cpp) are both held against what tables would hold, by queries over all rows of
// a table at once.
//
// What to compare, and how, is taken from the catalogue; the rows that arrive have columns of the
// same names as the table's. A query that looks into a table runs as its owner, as the server's own
// checks do: a key is in use, and a parent is there, whoever may see it.
#pragma once

#include "base/result_reader.hpp"
#include "checks/final_state.hpp"

namespace journal {

/// "AND …": that the live row of that alias of a table stays.
void append_stays(StringInfo sql, const FinalState* state, Oid table, const char* alias);

/// The text of a value for people, in SQL. Not a cast to text, which is whose the type is.
const char* text_of_value(const char* value);

/// The rows of a query that looks into a table, read in the current memory context. Raises what the
/// query raises.
ResultReader read_as_checker(const FinalState* state, Oid table, const char* sql);

/// What the rows of a query have against them.
struct KeyIssue {
    IssueKind kind;
    Oid object;  // see Conflict
    const char* before;
    const char* after;  // the detail is before(values)after
};

/// Notes an issue for each row of a query that looks into a table: s, its set, n, its number there,
/// and held, the values.
void note_rows(FinalState* state, Oid table, const char* sql, const KeyIssue& key);

/// Notes which rows that arrive have a unique key, or are in conflict by an exclusion constraint,
/// with a live row that stays or with another that arrives.
void check_unique_keys(FinalState* state, const Place* place);

/// Notes which rows that arrive refer to what neither is there nor comes.
void check_references(FinalState* state, const Place* place);

/// Notes which rows that leave are still referred to.
void check_referenced(FinalState* state, const Place* place);

}  // namespace journal
