// Keys between the rows of sets and others, as conditions over p, a set's rows, and t, the
// referring table's.
#pragma once

#include "base/result_reader.hpp"
#include "changes/table_keys.hpp"

namespace journal {

/// Index of the column of that name in a set; -1 if it is not in it.
int set_column(const RowSet* set, const char* name);

/// Whether a set's rows, as they are to be, tell all of what they refer to, or are referred to by.
bool has_own(const RowSet* set, const ForeignKey& key);
bool has_referenced(const RowSet* set, const ForeignKey& key);

/// A column in a row of an alias, which is one of the set's, as it is to be.
const char* new_value(const RowSet* set, const char* alias, const char* name);

/// Whether a set changes what its rows refer to, or are referred to by: a column that it writes, or
/// one that is computed from such.
bool changes_own(const RowSet* set, const ForeignKey& key);
bool changes_referenced(const RowSet* set, const ForeignKey& key);

/// Whether a set writes any of some columns.
bool writes_any(const RowSet* set, const List* names);

/// Whether rows of the set give up what a foreign key refers to.
bool gives_up(const RowSet* set, const ForeignKey& key);

/// Whether rows of the set refer to something else afterwards than they do now, or to nothing.
bool takes_reference(const RowSet* set, const ForeignKey& key);

/// What a foreign key refers to in the rows of a set, read from the table, as its owner, where the
/// set does not say: rows of which the journal has no snapshot, or that are undone by force;
/// computed columns; and where only the rows of one partition count. To be given to
/// the query that reads referring_rows().
struct PresentKeys {
    Tuplestorestate* rows;  // nullptr: the set says it
    TupleDesc descriptor;
};
PresentKeys read_present_keys(RowSet* set, const ForeignKey& key);
void end_present_keys(const PresentKeys& keys);

/// Reads by a query over a table and the rows of sets, by their places in the list, as the server
/// checks its keys: as the table's owner, in the current memory context.
ResultReader read_as_constraint(Oid table, const List* sets, const char* sql,
                                const PresentKeys& keys = {});

/// For FROM: the rows p of a set, joined with the rows t of the referring table that refer to them.
const char* referring_rows(const RowSet* set, int index, const ForeignKey& key,
                           const PresentKeys& keys);

/// Leaves out referring rows t that go on referring to their key since another row takes it at
/// once, by conditions that begin with AND; the sets' rows are to be registered.
void exclude_kept_keys(const Application* application, const RowSet* set, const ForeignKey& key,
                       StringInfo sql);

/// That a row t of a set's table has a unique key of the set's row of an alias; nullptr if the set
/// does not say, or the key is not of columns alone, or an exclusion constraint.
const char* has_unique_value(const RowSet* set, const UniqueKey& key, const char* alias);

}  // namespace journal
