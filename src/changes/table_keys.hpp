// The keys of tables as they are now, as the catalogue has them: foreign keys, seen from either
// side, and unique keys, among them the primary key and exclusion constraints. This is the one
// model of them; who checks, orders or writes rows asks it. (Which keys rows had when they were
// written is told by layouts: catalog/layout.hpp.)
//
// Columns go by their names, which a partition shares with its table, and not by their numbers. An
// application reads the keys of a table once, and from then on the table is locked as its rows are
// (see row_set), so that no key comes in between.
#pragma once

#include "base/joined.hpp"
#include "changes/application.hpp"

namespace journal {

/// A column of a foreign key, and the one that it leads to.
struct ReferenceColumn {
    const char* own;
    const char* referenced;
    const char* equal;      // an operator: referenced = own
    const char* same;       // an operator: referenced = referenced
    const char* collation;  // " COLLATE …": of the referenced one, where the own one has another
};

struct ForeignKey {
    Oid id;
    const char* name;
    Oid table;       // that has it
    Oid referenced;  // that it leads to
    Oid root;        // the same; of a partition the partitioned table
    bool full;       // MATCH FULL
    bool checked;    // by the server, whenever a row is written
    char on_delete;
    char on_update;
    int count;
    ReferenceColumn* columns;
};

/// A column of a unique key, or an expression.
struct UniqueColumn {
    const char* name;        // nullptr: an expression
    const char* definition;  // for people
    const char* expression;  // over a row, with its collation
    Oid type;
    Oid match;  // the operator by which two rows are in conflict
    Oid order;  // of a unique index: the operator that sorts it
};

/// A unique index, or an exclusion constraint.
struct UniqueKey {
    Oid index;
    const char* name;
    bool primary;
    bool immediate;  // not deferrable: checked row by row
    bool exclusion;
    bool nulls_equal;       // NULLS NOT DISTINCT
    const char* predicate;  // or nullptr
    int count;
    UniqueColumn* columns;
    // Names of all columns that it depends on: those that it is over, expressions and predicate
    // included, and those that computed ones are computed from.
    List* bound;
};

/// The foreign keys that rows of a table have: its own, and such as only some of its partitions
/// have, which order rows and bind columns like any other. List of ForeignKey, in the order of
/// their making.
const List* foreign_keys_of(const Application* application, Oid table);

/// The same, read now, in the current memory context.
List* read_foreign_keys(Oid table);

/// The foreign keys that lead to a table, or to some of its partitions.
const List* foreign_keys_to(const Application* application, Oid table);

/// The unique keys of a table: a list of UniqueKey, the primary key first.
const List* unique_keys_of(const Application* application, Oid table);

/// The one of that constraint, or index, among those that the application has read; or nullptr.
const ForeignKey* known_foreign_key(const Application* application, Oid constraint);
const UniqueKey* known_unique_key(const Application* application, Oid index);

/// Whether a column of a table is bound by a key that is checked row by row.
bool is_unique_column(const Application* application, Oid table, const char* name);

/// Whether no trigger may set a column of a row that is to be as it was: it is bound by a unique
/// key, deferrable or not, or of a foreign key.
bool is_bound_column(const Application* application, Oid table, const char* name);

/// Whether a table is another, or a partition of it.
bool is_part_of(Oid table, Oid whole);

/// Whether a column of the table that has a key is one of it.
bool has_column(const ForeignKey& key, const char* name);

/// Whether a key leads to a table, to a partition of it, or to what it is a part or child of.
bool leads_to(const ForeignKey& key, Oid table);

/// That a row has what another refers to, in SQL: referenced and own give an expression for a
/// column of the key.
template <typename Referenced, typename Own>
const char* match_of(const ForeignKey& key, const Referenced& referenced, const Own& own)
{
    return joined(key.count, " AND ", [&](int i) {
        const ReferenceColumn& column = key.columns[i];
        return psprintf("%s%s %s %s", referenced(column), column.collation, column.equal,
                        own(column));
    });
}

/// The same of rows of two aliases.
const char* refers_to_row(const ForeignKey& key, const char* own, const char* referenced);

/// A column of a row of an alias, in SQL.
const char* column_of(const char* alias, const char* column);

bool has_name(const List* names, const char* name);

}  // namespace journal
