// What a backend knows of a tracked table: its plan.
//
// A plan is made of the table's descriptor, its row in journal.tracked_relation (or its root's, for
// a partition or an inheritance child), its newest layout and its rules. It is cached per table and
// rebuilt after a relcache invalidation. The invalidation callback only marks the plan: whoever
// holds a plan may go on using it, since a plan that is replaced is freed no sooner than the
// transaction ends, when nobody holds one. Then too the plans of tables that were not written for
// long are freed, if there are very many.
#pragma once

#include "catalog/plan.hpp"
#include "catalog/tracked_relation.hpp"

namespace journal {

/// What writes the facts that a plan needs and that are missing. It stands above this room, so it
/// says what it is when the library is loaded.
struct FactWriter {
    /// Registers a table that the journal does not know, see tracking/register.hpp.
    TrackedRelation* (*register_unknown)(Relation relation);
    /// Records a layout unless it is, see tracking/layout_writer.hpp.
    int32 (*record_layout)(const Layout* layout);
};
void set_fact_writer(const FactWriter* writer);

/// The plan of an open table that has our trigger (or of its tracked ancestor). A table that the
/// journal does not know (after a schema-only restore) is registered with default options and
/// warned about once per session. Writes a layout row if the table's present layout has none. Valid
/// until the end of the transaction.
RelationPlan* plan_for(Relation relation);

/// The same, but nullptr for a table that the journal does not know, and never writes anything.
/// Its layout is the newest recorded one and may be 0; its rules' conditions cannot be run. They
/// are parsed with the rights that the table's owner lends (see base/rights.hpp).
RelationPlan* known_plan_for(Relation relation);

/// The same as plan_for with the rights that the table's owner lends: where no row is written by
/// the present user. Planning a condition may run immutable functions of its author.
RelationPlan* plan_by_lent_rights(Relation relation);

/// Has plans forgotten when this (sub)transaction aborts: it has written rows that plans name,
/// layouts or event types.
void note_rows_of_plans();

/// Nearest tracked ancestor of a table (or itself): tracked_relation.id and the root's oid; 0 if
/// there is none.
int32 tracked_root(Oid relation, Oid* root);

/// Has every backend rebuild its plans of a table, its partitions and children at the end of this
/// transaction.
void invalidate_plans(Oid relation);

/// The same for the tables with foreign keys to a table or its partitions: what they have in their
/// layouts depends on its key.
void invalidate_referencing(Oid relation);

}  // namespace journal
