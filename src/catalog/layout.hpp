// Layouts for readers: what the positions of an entry's data mean.
//
// A layout row never changes, so a backend keeps every one that it has read. See
// src/sql/32_layout.sql for the form of the row, and 41_entry.sql for the form of an entry's
// data, details and links.
#pragma once

#include "base/pg.hpp"

namespace journal {

enum class ColumnMode : char {
    kStored = 's',
    kGenerated = 'g',  // stored like any other, but computed: a restore leaves it out
    kExcluded = 'e',   // never stored
    kMasked = 'm',     // that it changed is stored, its value is not
    kVirtual = 'v',    // in no tuple (PostgreSQL 18)
};

/// Whether the values of such columns may be shown nowhere.
inline bool is_hidden(ColumnMode mode)
{
    return mode == ColumnMode::kExcluded || mode == ColumnMode::kMasked;
}

struct LayoutColumn {
    int32 id;           // our identity of the column
    AttrNumber number;  // attnum in this layout's incarnation
    const char* name;
    const char* type;       // as format_type gives it, with schema where needed
    const char* collation;  // qualified name, or nullptr
    ColumnMode mode;
    bool ignored;  // a change of it alone is no event, and reports leave it out
};

struct LayoutForeignKey {
    int count;
    int* positions;    // of the referencing columns, from 0
    int* referenced;   // identities of the referenced ones; nullptr: those of the journal's key
    int32 relation;    // tracked_relation.id of the referenced relation
    const char* name;  // its qualified name at the time
    const char* type;  // its object type at the time, else its bare name
    bool link;         // whether entries keep its key in links
};

struct Layout {
    int32 id;
    int32 relation;    // tracked_relation.id
    Oid relation_oid;  // the very table, if of the current incarnation
    bool is_root;
    bool current_incarnation;
    const char* relation_name;
    int key_count;
    int* key_positions;
    int column_count;
    LayoutColumn* columns;
    int foreign_key_count;
    LayoutForeignKey* foreign_keys;
    int link_count;  // foreign keys with link
};

/// The layout of that id, kept for the backend's life; an internal error if there is none.
const Layout* layout_by_id(int32 id);

/// Whether two foreign keys have the same columns, in the same order.
bool same_positions(const LayoutForeignKey& a, const LayoutForeignKey& b);

/// Position (from 0) of the column with that identity, or -1.
int layout_position(const Layout* layout, int32 column);

}  // namespace journal
