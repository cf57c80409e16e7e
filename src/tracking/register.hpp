// Registering tables in journal.tracked_relation, and giving them their triggers.
#pragma once

#include "base/query.hpp"
#include "catalog/tracked_relation.hpp"

namespace journal {

/// Registers a table that has our trigger but no row (after a schema-only restore) with default
/// options, as its topmost ancestor, and warns once per session. Never refuses, and never waits for
/// another writer.
TrackedRelation* register_unknown(Relation relation);

/// Says that this room writes the facts that plans lack. Called once, by _PG_init.
void give_fact_writer();

/// Creates what triggers are missing on a table whose ancestor is tracked, or on the children of a
/// tracked table, and the label recorders on tables that they reference. Called by track and after
/// DDL; runs as the owner.
void equip_tracked_children(Oid relation);

/// Creates the triggers of a tracked table (row, TRUNCATE, end of an update across partitions;
/// where they do not fire always and events are recorded, those that note what goes unrecorded) on
/// it and on its partitions and children, where they are missing, and sets whether they fire
/// always. Those that their owner disabled stay so unless rearm. Runs as the owner.
void equip_tracked(Oid root, bool has_events, bool always, bool rearm);

/// Registers every table that a tracked one references and that the journal does not know, so that
/// names of its rows are kept: installs its recorder and fills journal.label. Runs as the owner.
void equip_references(Oid relation);

/// Drops our triggers from a table, its partitions and children.
void drop_triggers(Oid root);

/// Adds the names that a table's own entries have recorded since it was tracked to journal.label,
/// which goes on from there; to be followed by fill_labels.
void keep_recorded_labels(const TrackedRelation& tracked);

/// Notes the present object type of a registered relation, if it has one, as one that its entries
/// may have, so that the past finds them by it.
void keep_object_type(Oid relation);

/// Brings journal.label up to the present labels of a table's rows: what it knows nothing of had
/// its name always, what it knows otherwise has it from now on.
void fill_labels(const TrackedRelation& tracked);

/// Gives every table that the journal knows the triggers that it lacks, as a copy of another
/// server's journal may: what is tracked there is not tracked here by a call. One that is disabled
/// stays so.
void equip_registered();

/// A column that serves as a label, by its name (number, name, title, …); 0 if there is none.
/// hidden attributes are skipped.
AttrNumber guess_label(Relation relation, const Bitmapset* hidden);

}  // namespace journal
