// Undoing transactions: what an undo has to do, and what stands in its way. The way that it
// goes is the engine's (engine.hpp).
#pragma once

#include "engine/engine.hpp"
#include "undo/undo_transaction.hpp"

namespace journal {

struct Undo final : Engine {
    Extent extent;
    bool all_derived;  // triggers wrote all of it: none of them fires again by what is undone
    // Deleted rows that nobody restores by themselves, and the documents that bring them along.
    Tuplestorestate* parts;
    Tuplestorestate* documents;
    TupleDesc part_descriptor;
    int64 part_count;
    Vector<uint64>* later;  // transactions that stand in the way are added; nullptr: not asked for
    int64 nothing_left;     // changes of columns of which none is left
    int64 told;             // rows of which a notice said that something is lost

    /// Finds the rows that are not as the transactions left them, and rows that live ones refer to;
    /// where all is foreseen, also what else would keep them from being written. Unless for a plan,
    /// rows are locked first that are to be deleted or to get another key, so that none comes to
    /// refer to them, and those of which the journal alone tells of changes. Orders the exchanges,
    /// too.
    void find_issues() override;
    [[noreturn]] void raise_issues() override;
    Outcome outcome_of(const RowSet* set, const SetRow& row) override;
    void trace(const RowSet* set, Issue* issue) override;
};

Undo* begin_undo(const Extent& extent, OnConflict on_conflict, const char* reason, bool is_plan);

/// Fills the application with the inverse of what the transactions did. Rows of which that is not
/// known become issues; those whose table is gone, not tracked or without a key, and those that the
/// caller may not bring back, are stopped. Raises what read_net_changes and add_change raise.
void collect_undo(Undo* undo);

/// Finds the turns in which rows can exchange unique values (exchange.hpp). Those that cannot
/// become issues.
void order_exchanges(Undo* undo);

/// Adds issues for deletions that somebody has undone already.
void find_restored(Undo* undo);

/// Says of each row found who stands in its way, as far as the caller may see it, and makes it an
/// issue of the application.
void name_later_transactions(Undo* undo, IssueList* found);

}  // namespace journal
