// SPI with fixed surroundings: who runs a query, and under which search_path.
//
// Queries of ours name everything with its schema, but operators are found by search_path: a
// stranger's operator in an earlier schema would be run with our owner's rights. So a Query pins
// search_path to pg_catalog. It restores everything in end(); after an error the (sub)transaction's
// abort restores it, so there is nothing to unwind.
#pragma once

#include "base/memory.hpp"
#include "base/rights.hpp"
#include "base/value.hpp"

namespace journal {

enum class RunAs {
    kOwner,           // the extension's owner: for our own tables
    kCaller,          // the calling role: privileges and row-level security apply
    kCallerWithPath,  // the calling role under its own search_path: where its triggers, or the
                      // policies of a table, will run; everything else is named with its schema
};

/// A parameter of a query: type, value, whether it is NULL.
struct QueryArgument {
    Oid type;
    Datum value;
    bool is_null = false;
};

/// Convenience constructors; the text is copied into the current memory context. A null pointer is
/// SQL NULL.
QueryArgument text_argument(const char* value);
QueryArgument int4_argument(int32 value);
QueryArgument int8_argument(int64 value);

/// A bigint[] and a tid[] parameter.
QueryArgument int8_array_argument(const int64* items, int count);
QueryArgument places_argument(const Vector<ItemPointerData>& places);

/// A statement whose plan is kept for the backend's life: one plan for all parameters, replaced by
/// PostgreSQL when what it depends on changes. Over a partitioned table planning costs more than
/// running. A static variable of whoever runs it.
struct SavedStatement {
    SPIPlanPtr plan = nullptr;
};

/// A connected SPI session. Not RAII on purpose: begin and end are plain calls, an error in between
/// needs neither.
class Query {
  public:
    /// Connects to SPI as that role; JIT compilation is off until end(). Allocations made by
    /// callers before it stay valid; results live until end().
    static Query begin(RunAs role);

    /// The same as the owner, seeing what is committed now even in a transaction whose own snapshot
    /// is older: for what is tracked and how. Its statements have to be read-only.
    static Query begin_latest();

    /// Runs one statement and returns the number of rows; raises an error if SPI refuses it.
    /// read_only uses the active snapshot; otherwise a new one is taken, as for any command.
    uint64 run(const char* sql, std::initializer_list<QueryArgument> arguments = {},
               bool read_only = false, long limit = 0);
    uint64 run(const char* sql, int count, const QueryArgument* arguments, bool read_only = false,
               long limit = 0);

    /// Runs a statement by its kept plan, which looks up rows by index. sql is always the same text
    /// for the same statement. read_only as in run().
    uint64 run_saved(SavedStatement* statement, const char* sql,
                     std::initializer_list<QueryArgument> arguments, bool read_only = true);

    /// Changes a setting until end().
    void set(const char* name, const char* value);

    /// A column of a row (from 0) of the last result, in SPI's memory.
    Value value(uint64 row, const char* column) const;
    /// The same of a result that has one column.
    Value value(uint64 row) const;
    /// The OIDs that the only column of a result of that many rows has.
    List* oids(uint64 rows) const;

    /// Disconnects and restores role and settings.
    void end();

  private:
    Rights rights_;
    int guc_level_ = 0;
    bool snapshot_pushed_ = false;
};

/// Has the planner take rows at places (ctid = ANY …), even of a small table.
void read_by_places(Query& query);

/// Registers rows with the connected query under a name, by which its statements read them like a
/// table.
EphemeralNamedRelation register_named(const char* name, Tuplestorestate* rows,
                                      TupleDesc descriptor);

}  // namespace journal
