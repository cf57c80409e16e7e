// What tables would hold if an application's sets were applied, as far as they would change.
//
// For each table (partition, inheritance child) that rows would come to or go from there are two
// tuplestores: the rows that arrive, complete with defaults and computed columns, and those that
// leave. Queries read them as named relations whose columns have the names of the table's, so that
// expressions of the catalogue can be put into them as they are.
#pragma once

#include "base/memory.hpp"
#include "changes/table_keys.hpp"

namespace journal {

struct FinalState;

/// Notes an issue of the row of that number in the set of that index.
void note_issue(FinalState* state, int set, int64 number, Issue issue);

struct Place {
    int number;  // in the list of places
    Relation relation;
    TupleDesc descriptor;  // of both tuplestores: PlaceColumn, then the table's columns
    int* positions;        // of each attribute (index attnum - 1) in the descriptor; -1: not in it
    Tuplestorestate* arriving;
    Tuplestorestate* leaving;
    int64 arriving_count;
    int64 leaving_count;
    struct PlaceChecks* checks;  // arrivals.hpp
};

/// Columns of a place's rows before those of the table, and their names in queries.
enum PlaceColumn { kOfSet = 1, kOfNumber, kOfTable, kOfPlace, kPlaceColumns = kOfPlace };
inline constexpr const char* kSetName = "event_journal_set";
inline constexpr const char* kNumberName = "event_journal_number";
inline constexpr const char* kTableName = "event_journal_table";  // of the live row
inline constexpr const char* kPlaceName = "event_journal_place";  // of the live row

struct FinalState {
    Application* application;
    IssueList* found;  // in any order, without facts of their rows
    List* places;
    MemoryContext context;
    int executors;  // made so far, by all sets: a place's expressions are prepared in one of them
};

/// Begins in the current memory context, which is to live as long.
void begin_final_state(FinalState* state, Application* application);

/// The place of a table, made on first use.
Place* place_of(FinalState* state, Oid table);

/// Notes a row that would be in the place, or that would not be there any more; values and nulls
/// are the table's, in its order. live: what the row is now; nullptr: it is new.
void add_arriving(Place* place, int set, int64 number, const Datum* values, const bool* nulls,
                  const TupleTableSlot* live);
void add_leaving(Place* place, int set, int64 number, TupleTableSlot* row);

/// Names of a place's rows in queries; registers the rows of all places with a connected query.
const char* arriving_name(const Place* place);
const char* leaving_name(const Place* place);
void register_places(const FinalState* state);

/// Frees the places; what was found stays.
void end_final_state(FinalState* state);

/// Fills the places with what the sets would do, and notes what stands in the way of single rows:
/// see arrivals.hpp.
void make_final_state(FinalState* state);

/// Holds keys and references against each other: see key_checks.cpp.
void check_keys(FinalState* state);

/// A row that arrives would have a unique value that another has now, where that is checked row by
/// row; both by their sets and their numbers there.
struct FoundWait {
    int set;
    int64 number;
    int holder_set;
    int64 holder_number;
    const UniqueKey* key;
};
void find_waits(const FinalState* state, Vector<FoundWait>* waits);

/// What the caller may not do with a set: a sentence; or nullptr. See row_rights.cpp for this and
/// what follows.
const char* missing_privilege(const RowSet* set);
/// For FROM, those rows of an update's or delete's table that policies let the caller change; those
/// that it may not read are still to be left out.
const char* changeable_rows_of(const RowSet* set);
/// Notes the rows that row-level security would refuse.
void check_policies(FinalState* state);

}  // namespace journal
