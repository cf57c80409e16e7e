// Rows that something stands in the way of, until it is known who is behind it.
//
// They are kept in a tuplestore, as all is that there may be as many of as of a transaction's rows:
// beyond work_mem they are on disk.
#pragma once

#include "undo/undo.hpp"

namespace journal {

/// A conflicting row while it waits for the name of who stands in the way.
struct Found {
    Issue issue;
    int32 relation;         // tracked_relation.id of the row that was changed since
    const char* key;        // its object key; nullptr: of an untracked table, or not known
    int64 since;            // by entries later than this one
    ArrayType* columns;     // our identities of those whose changes count, integer[]; nullptr: all
    bool derived;           // what changed are columns that triggers had written
    bool by_all;            // each such transaction stands in the way, not only the newest
    const char* what;       // what the later transaction did, in words that begin with %s for who
    const char* otherwise;  // the same where nobody can be named
};

/// Rows found, in the order in which they were added.
struct Finds {
    Tuplestorestate* rows;
    TupleDesc descriptor;
    TupleTableSlot* slot;   // for read_find
    MemoryContext context;  // of them
    MemoryContext row_context;
    int64 count;
};

/// An empty list in the current memory context.
Finds begin_finds();

/// Adds a copy of what is found.
void add_find(Finds* finds, const Found& found);

/// The next one from the first on, after rewind_finds; false after the last. Texts are in the
/// current memory context.
void rewind_finds(Finds* finds);
bool read_find(Finds* finds, Found* found);

/// Registers them with the connected query as event_journal_finds: number (from 0 in their order),
/// set, row (its number in the set), relation, key, since.
void register_finds(Finds* finds);

void end_finds(Finds* finds);

/// Says of each row found who stands in its way, as far as the caller may see it, and makes it an
/// issue.
void name_later_transactions(Undo* undo, Finds* finds);

/// Finds what else would keep rows from being written as things are: unique values in use, missing
/// parents, constraints (see conflict.hpp). Raises what the caller may not do, unless for a plan.
void foresee_conflicts(Undo* undo, Finds* finds);

}  // namespace journal
