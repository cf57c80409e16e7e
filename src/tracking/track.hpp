// The steps of saying what is recorded, which track takes for one table and track_schema for many:
// lock it, begin, make the months, finish.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// An argument of names: NULL (not present) differs from empty.
struct ColumnNames {
    bool present;
    int count;
    char** names;
};

/// The options of track, as they were given: by column name.
struct TrackOptions {
    const char* object_type;
    const char* label;
    const char* account;
    const char* location;
    const char* author;
    const char* created_at;
    const char* document;
    ColumnNames links;
    ColumnNames ignored;
    ColumnNames excluded;
    ColumnNames masked;
    ColumnNames restricted;
    const char* employee;
    bool require_employee;
    ArrayType* operations;  // in order; nullptr: all
    const char* condition;
    const char* deleted_when;
    ColumnNames personal;
    bool snapshot_on_create;
    bool always;
};

/// Locks a table that the caller owns as strongly as CREATE TRIGGER does: two trackers of one table
/// meet here, and no writer slips between.
void lock_for_tracking(Oid relation);

/// Everything but what other tables need to be registered for: see finish_tracking. The table is
/// locked, but not open while its triggers are made.
void begin_tracking(Oid oid, const TrackOptions& options);

/// Registers what the table references, and builds its plan once, so that a mistake shows now and
/// the layout is on record. Returns whether the table has a key.
bool finish_tracking(Oid oid);

/// Back-fills a tracked table; returns the number of entries.
int64 backfill_tracked(Oid oid);

/// Whether the caller may track a table under an object type: reports show names by types, so
/// employee, location, and what is or was another table's are for superusers and whom they permit.
bool may_take_type(Oid relation, const char* object_type);

/// An argument of type name[]; an error where it contains NULL.
ColumnNames names_argument(FunctionCallInfo fcinfo, int number, const char* argument);

/// Whether a name is among them.
bool contains(const ColumnNames& names, const char* name);

/// An argument of type boolean, where NULL means the default.
bool boolean_argument(FunctionCallInfo fcinfo, int number, bool otherwise);

}  // namespace journal
