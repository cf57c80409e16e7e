// What a backend has to forget when a transaction or a savepoint ends, and what it tries within one
// of its own.
//
// PostgreSQL calls back at the end of every (sub)transaction. A module registers one set of hooks,
// once; hooks that run during an abort only set variables: no catalogue, no ereport.
#pragma once

#include "base/callback.hpp"
#include "base/pg.hpp"

namespace journal {

struct TransactionHooks {
    /// Before a commit (or PREPARE): may still write and fail. May be null.
    void (*before_commit)();
    /// A savepoint was rolled back: whatever was done in subtransactions numbered aborted or higher
    /// is gone. May be null.
    void (*savepoint_aborted)(SubTransactionId aborted);
    /// The transaction ended; committed is false after an abort and after PREPARE. May be null.
    void (*ended)(bool committed);
};

/// Registers hooks for the backend's life; calling it again with the same hooks does nothing.
void register_hooks(const TransactionHooks* hooks);

/// How deep triggers are nested at this moment; 0 outside of them.
inline int trigger_depth()
{
    return DatumGetInt32(pg_trigger_depth(nullptr));
}

/// Runs step in a subtransaction, which is rolled back if it raises an error. Returns that error,
/// in the current memory context, or nullptr; memory context and resource owner are then as before.
/// An error jumps out of step: it may hold no C++ object whose destructor counts. As PL/pgSQL's
/// exec_stmt_block does it.
ErrorData* run_in_subtransaction(Callback<void()> step);

/// The same of a step that says whether what it did is to stay.
ErrorData* try_in_subtransaction(Callback<bool()> step);

/// The id of a row that this backend wrote, valid until the (sub)transaction that wrote it aborts.
struct CachedRow {
    int64 id = 0;
    SubTransactionId written_in =
        InvalidSubTransactionId;  // valid while its transaction is in progress

    void set(int64 new_id)
    {
        id = new_id;
        written_in = GetCurrentSubTransactionId();
    }
    void savepoint_aborted(SubTransactionId aborted)
    {
        if (written_in != InvalidSubTransactionId && written_in >= aborted)
            *this = CachedRow{};
    }
    void ended(bool committed)
    {
        if (written_in != InvalidSubTransactionId && !committed)
            id = 0;
        written_in = InvalidSubTransactionId;
    }
};

}  // namespace journal
