// Rows of journal.tracked_relation, as they are stored: options by column identity.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Identities of columns. Absent (SQL NULL) differs from empty.
struct ColumnSet {
    bool present;
    int count;
    int32* ids;

    bool contains(int32 id) const;
};

struct TrackedRelation {
    int32 id;
    Oid relation;             // the root; InvalidOid once dropped
    const char* name;         // qualified, when last seen
    const char* capture;      // events, labels, none
    const char* object_type;  // or nullptr
    int32 label;              // column identities; 0 where there is none
    int32 account;
    int32 location;
    int32 author;
    int32 created_at;
    int32 document;
    ColumnSet links;
    ColumnSet ignored;
    ColumnSet excluded;
    ColumnSet masked;
    ColumnSet restricted;
    ColumnSet personal;
    int32 employee;
    bool require_employee;
    const char* operations;  // those that are recorded, as an array's text form; nullptr: all
    const char* condition;   // which changes are recorded, or nullptr
    ColumnSet condition_columns;
    const char* deleted_when;  // a row for which it holds counts as deleted, or nullptr
    ColumnSet deleted_when_columns;
    const char* search_path;  // of both
    bool snapshot_on_create;
    bool always;
    const char* event_prefix;  // of its generic event types, where that is not the object type:
                               // a provisional row (provisional.hpp)
};

/// Whether only some of a relation's changes are recorded.
bool records_part(const TrackedRelation& tracked);

/// The relation itself and everything that it is a partition or inheritance child of, nearest
/// first.
List* relation_and_ancestors(Oid relation);

/// The partitioned table that a partition belongs to in the end; any other relation itself.
Oid partition_root(Oid relation);

/// The registered relation that a table belongs to: itself or its nearest ancestor, tracked ones
/// before others; nullptr if there is none. Allocated in the current memory context.
TrackedRelation* find_tracked_relation(Oid relation);

/// Its row by id, or nullptr.
TrackedRelation* tracked_relation_by_id(int32 id);

/// The table's key: attribute numbers of its primary key, else of its replica identity index, else
/// of its first unique index over NOT NULL columns. Returns how many; 0 without a key. index
/// receives the index's oid.
int key_attributes(Relation relation, AttrNumber* attributes, Oid* index);

/// Raises an error unless the caller owns an open table.
void require_owner(Relation relation);

/// Qualified and quoted name of a relation, in the current memory context.
char* qualified_name(Oid relation);

}  // namespace journal
