// What a plan of a tracked table holds (relation.hpp makes and keeps plans).
//
// Columns are spoken of by their positions in the layout, which are those of an entry's data. A
// plan and all that it points at lie in one memory context.
#pragma once

#include "base/pg.hpp"
#include "catalog/layout.hpp"

namespace journal {

struct Rule;               // catalog/rule.hpp
struct PlanSelection;      // catalog/plan_selection.hpp
struct PreparedCondition;  // catalog/prepared_condition.hpp
struct RowEncoder;         // capture/encoder.cpp
struct StoredAttribute;    // capture/row_image.cpp

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
    bool require_employee;
    bool has_rules;
    bool has_conditions;  // of rules or of track
    int32 layout;         // journal.layout.id; 0 for labels
    int column_count;     // in the layout's order
    PlanColumn* columns;
    int attribute_count;
    int* position_of;  // layout position of an attribute (index attnum - 1), -1 for a dropped one
    // Positions (from 0); -1 where there is none.
    int key_count;
    int* key;
    int label;
    int account;
    int location;
    int employee;
    int author;
    int created_at;
    // The document that a row belongs to: positions of the foreign key, and its object type.
    int document_count;
    int* document;
    const char* document_type;
    // Of a table of links, the other end of its rows.
    int other_count;
    int* other;
    const char* other_type;
    int link_count;
    const LayoutForeignKey** links;  // foreign keys kept in an entry's links, in this order
    int foreign_key_count;
    LayoutForeignKey* foreign_keys;
    int32 created_event;  // event types of changes that no rule matches, and of a restored row
    int32 changed_event;
    int32 deleted_event;
    int32 restored_event;
    int rule_count;
    Rule* rules;                      // in the order of their numbers
    PlanSelection* selection;         // nullptr: every change is recorded
    PreparedCondition* deleted_when;  // a row for which it holds counts as deleted; or nullptr
    // Prepared by capture on first use.
    RowEncoder* encoder;
    const StoredAttribute* attributes;
};

/// Position of the column with that identity in a plan, or -1; 0 is nobody's identity.
int plan_position(const RelationPlan* plan, int32 id);

}  // namespace journal
