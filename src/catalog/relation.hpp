// What a backend knows of a tracked table: its plan.
//
// A plan is made of the table's descriptor, its row in journal.tracked_relation (or its root's, for
// a partition or an inheritance child), its newest layout and its rules. It is cached per table and
// rebuilt after a relcache invalidation. The invalidation callback only marks the plan: whoever
// holds a plan may go on using it, since a plan that is replaced is freed no sooner than the
// transaction ends, when nobody holds one. Then too the plans of tables that were not written for
// long are freed, if there are very many.
#pragma once

#include "base/pg.hpp"
#include "catalog/layout.hpp"

namespace journal {

struct Rule;             // catalog/rule.hpp
struct RowEncoder;       // capture/encoder.cpp
struct StoredAttribute;  // capture/row_image.cpp

enum class Capture : char {
    kNone,    // known, but not tracked (any more)
    kLabels,  // only the names of its rows are kept
    kEvents,  // tracked
};

struct PlanColumn {
    int32 id;           // our identity of the column
    AttrNumber number;  // attnum in the table
    const char* name;
    Oid type;
    int32 typmod;
    ColumnMode mode;
    bool ignored;  // a change of it alone is no event
    bool routes;   // says which partition a row belongs to
};

struct RelationPlan {
    MemoryContext context;  // of the plan and all that it points at
    Oid relation;           // the table: root, partition or child
    Oid root;               // the tracked table
    int32 id;               // tracked_relation.id
    Capture capture;
    const char* object_type;  // nullptr for labels
    bool snapshot_on_create;
    bool has_rules;
    int32 layout;      // journal.layout.id; 0 for labels
    int column_count;  // in the layout's order
    PlanColumn* columns;
    int attribute_count;
    int* position_of;  // layout position of an attribute (index attnum - 1), -1 for a dropped one
    // Positions (from 0); -1 where there is none.
    int key_count;
    int* key;
    int label;
    int account;
    int location;
    int author;
    int created_at;
    // The document that a row belongs to: positions of the foreign key, and its object type.
    int document_count;
    int* document;
    const char* document_type;
    int link_count;
    const LayoutForeignKey** links;  // foreign keys kept in an entry's links, in this order
    int foreign_key_count;
    LayoutForeignKey* foreign_keys;
    int32 created_event;  // event types of changes that no rule matches, and of a restored row
    int32 changed_event;
    int32 deleted_event;
    int32 restored_event;
    int rule_count;
    Rule* rules;  // in the order of their numbers
    // Prepared by capture on first use.
    RowEncoder* encoder;
    const StoredAttribute* attributes;
};

/// The plan of an open table that has our trigger (or of its tracked ancestor). A table that the
/// journal does not know (after a schema-only restore) is registered with default options and
/// warned about once per session. Writes a layout row if the table's present layout has none. Valid
/// until the end of the transaction.
RelationPlan* plan_for(Relation relation);

/// The same, but nullptr for a table that the journal does not know, and never writes anything.
/// Its layout is the newest recorded one and may be 0; its rules' conditions cannot be run.
RelationPlan* known_plan_for(Relation relation);

/// The same with the rights of the table's owner: for functions that somebody else, a superuser
/// above all, calls for a table. Planning a condition may run immutable functions of its author.
RelationPlan* plan_as_table_owner(Relation relation);

/// Position of the column with that identity in a plan, or -1; 0 is nobody's identity.
int plan_position(const RelationPlan* plan, int32 id);

/// Writes a layout row for a tracked table (or partition or child of one) if its columns have
/// changed since the newest. Does nothing for other tables. Called after DDL.
void note_layout(Oid relation);

/// Creates what triggers are missing on a table whose ancestor is tracked, or on the children of a
/// tracked table, and the label recorders on tables that they reference. Called by track and after
/// DDL; runs as the owner.
void equip_tracked_children(Oid relation);

/// Nearest tracked ancestor of a table (or itself): tracked_relation.id and the root's oid; 0 if
/// there is none.
int32 tracked_root(Oid relation, Oid* root);

/// Whether a table has our TRUNCATE trigger but, belonging to no tracked table, no row trigger of
/// ours: it was a partition.
bool tracked_relation_is_gone(Relation relation);

/// Has every backend rebuild its plans of a table, its partitions and children at the end of this
/// transaction.
void invalidate_plans(Oid relation);

/// The same for the tables with foreign keys to a table or its partitions: what they have in their
/// layouts depends on its key.
void invalidate_referencing(Oid relation);

}  // namespace journal
