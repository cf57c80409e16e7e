// Foreign keys between the rows of sets and others, as conditions over p, a set's rows, and t,
// the referring table's.
#pragma once

#include "base/memory.hpp"
#include "base/query.hpp"
#include "changes/application.hpp"

namespace journal {

/// A foreign key; the table that it leads to or comes from is that of a set.
struct SetReference {
    Oid table;       // that has it
    Oid referenced;  // that it leads to; of a partition the partitioned table
    Oid partition;   // that it leads to; InvalidOid: to all of the table
    int count;
    AttrNumber columns[INDEX_MAX_KEYS];             // of the referring table
    AttrNumber referenced_columns[INDEX_MAX_KEYS];  // of the referenced one
    Oid equal[INDEX_MAX_KEYS];                      // referenced = referring
    char on_delete;
    char on_update;
};

using SetReferences = Vector<SetReference>;

enum class ReferenceSide : char { kReferring, kReferenced };

/// The foreign keys in which a set's table is on that side, in the order of their making.
void read_references(const RowSet* set, ReferenceSide side, SetReferences* references);

/// Index of the column of that number in a set; -1 if it is not in it.
int set_column(const RowSet* set, AttrNumber number);

/// Whether any of the columns is in the set, or computed from one that is.
bool changes(const RowSet* set, const AttrNumber* numbers, int count);

/// Whether rows of the set give up what a foreign key refers to.
bool gives_up(const RowSet* set, const SetReference& reference);

/// Whether rows of the set refer to something else afterwards than they do now, or to nothing.
bool takes_reference(const RowSet* set, const SetReference& reference);

/// What a foreign key refers to in the rows of a set, read from the table, as its owner, where the
/// set does not say: rows of which the journal has no snapshot, or that are taken back by force;
/// computed columns; and where only the rows of one partition count. To be registered with the
/// query that reads referring_rows().
struct PresentKeys {
    Tuplestorestate* rows;  // nullptr: the set says it
    TupleDesc descriptor;
};
PresentKeys read_present_keys(RowSet* set, const SetReference& reference);
void register_present_keys(const PresentKeys& keys);
void end_present_keys(const PresentKeys& keys);

/// For FROM: the rows p of a set, joined with the rows t of the referring table that refer to them.
const char* referring_rows(const RowSet* set, int index, const SetReference& reference,
                           const PresentKeys& keys);

/// Leaves out referring rows t that go on referring to their key since another row takes it at
/// once, by conditions that begin with AND; the sets' rows are to be registered.
void exclude_kept_keys(const Application* application, const RowSet* set,
                       const SetReference& reference, StringInfo sql);

/// That a row t of a set's table has what a unique index has of the set's row of an alias; nullptr
/// if the set does not say, or the index is not unique or not of columns alone.
const char* has_unique_value(const RowSet* set, Form_pg_index index, const char* alias);

/// " COLLATE …" of a referenced column (from 0), by which foreign keys compare, where the referring
/// one has another collation; else "".
const char* collation_of(const SetReference& reference, int i);

/// "column" of a table, as an identifier.
const char* column_of(Oid table, AttrNumber number);

}  // namespace journal
