// The present layout of a table, described as journal.layout holds it. tracking/layout_writer.hpp
// records it.
//
// The one idea is the column's identity, which follows it from layout to layout: by number while
// the table is the same catalogue row (so a rename is followed and a dropped and re-added column is
// a new one), by name when the table was created again (a dump's restore renumbers columns) or
// another server, whose copy this was, has recorded layouts since. A
// partition's or child's columns have the identities of the root's columns of the same name;
// columns that only a child has are numbered from kFirstLocalColumn.
#pragma once

#include "catalog/layout.hpp"
#include "catalog/tracked_relation.hpp"

namespace journal {

inline constexpr int32 kFirstLocalColumn = 1 << 15;

/// The present layout of an open table: the tracked one itself, or a partition or child of it. Its
/// id is that of the newest recorded layout of that table, which need not be equal, or 0; allocated
/// in the current memory context.
Layout* describe_layout(Relation relation, const TrackedRelation& tracked);

/// Newest recorded layout of that table within the present incarnation, or 0; also 0 if another
/// incarnation has recorded one of the tracked table since, which a copy that took over has.
int32 newest_layout(int32 tracked, Oid relation);

/// The present column of a tracked table with that identity: by number where this incarnation has
/// recorded a layout, else by name, as after a dump's restore or in a copy; InvalidAttrNumber if
/// there is none.
AttrNumber attribute_of(int32 tracked, Oid relation, int32 identity);

/// The same of two columns at once; of identity 0, InvalidAttrNumber.
struct AttributePair {
    AttrNumber first;
    AttrNumber second;
};
AttributePair attributes_of(int32 tracked, Oid relation, int32 first, int32 second);

}  // namespace journal
