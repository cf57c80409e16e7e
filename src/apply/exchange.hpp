// Updates of one table whose rows take over unique values from one another.
//
// A constraint that is not deferrable is checked row by row: when a row gets a value, the row that
// had it must have another already. So rows that want what others have come in turns (turns.hpp):
// first, in one statement, all that want nothing of the kind; then turn after turn those whose
// values have become free. Rows that wait for one another in a circle cannot go unless one of them
// steps aside: to a value that the row had for a while, which whoever collected the updates has to
// say, or with a part of what it is to have.
//
//     find_exchanges(application);
//     for stuck rows: offer_place_aside(…)
//     take_turns_again(application);
//     apply(application);          // run_exchange
#pragma once

#include "apply/turns.hpp"
#include "base/memory.hpp"
#include "changes/table_keys.hpp"

namespace journal {

/// A row that another waits for, or that waits for another.
struct ExchangingRow {
    int set;  // index in the exchange's sets
    int64 number;
    int64 aside;  // its number among those that may step aside
    Turn turn;
};

/// A row that cannot be written for the time being.
struct StuckRow {
    int set;
    int index;  // in the exchange's rows
    SetRow row;
};

struct Exchange {
    Oid table;
    List* sets;           // of RowSet: updates of the table, of which rows exchange values
    RowSet** asides;      // where rows of the set of that place step aside to; nullptr: none does
    ExchangingRow* rows;  // by set and number
    int64 row_count;
    Wait* waits;             // between indexes of rows; by row
    const UniqueKey** keys;  // of each wait: the one in which it is
    int64* by_holder;        // indexes of waits, by holder
    int64 wait_count;
    StuckRow* stuck;  // by set and present key
    int64 stuck_count;
    int turn_count;
};

/// Finds the rows of the application's updates that exchange unique values. Reads the tables as
/// find_issues.hpp does, and writes nothing. What it keeps of each such row is in memory (some 100
/// bytes), not in the sets' tuplestores.
void find_exchanges(Application* application);

bool has_stuck_rows(const Application* application);

/// Says what a stuck row of a set had in between, so that it may step aside to there. change: what
/// is to be done to it, as added to the set. between: of each column of the set a value that is
/// neither the present nor the new one, or nullptr. Other rows are passed over. Raises what
/// add_change raises.
void offer_place_aside(Application* application, RowSet* set, const RowChange& change,
                       const JsonbValue* const* between);

/// The turns anew, with the places that were offered.
void take_turns_again(Application* application);

/// Forgets the exchanges.
void end_exchanges(Application* application);

/// The exchange whose rows a set has; nullptr if none.
Exchange* exchange_of(const Application* application, const RowSet* set);

/// Whether sets are updates of one table of which an exchange's are some: that exchange; or
/// nullptr.
const Exchange* exchange_among(const Application* application, const List* sets);

/// Updates the rows of sets that exchange_among() found, as run_sets() does. Raises JE061 if a
/// row that stepped aside cannot go on from there.
void run_exchange(const Exchange* exchange, List* sets, const char* reason);

}  // namespace journal
