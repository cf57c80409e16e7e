// journal.maintenance(): what the journal needs done once a month or more often.
//
// Each step is a transaction of its own, so what is done stays done, whatever comes of the next
// one, and no lock outlives its step. A step that others' locks stand in the way of is tried again,
// then left out with a WARNING; so is one that others have waited for too long. The next call makes
// up for it. Any other error ends the call, as a cancellation does.
#include "base/function.hpp"
#include "base/list.hpp"
#include "base/lock_wait.hpp"
#include "base/query.hpp"
#include "base/settings.hpp"
#include "base/transaction.hpp"
#include "catalog/tracked_relation.hpp"
#include "tracking/close_month.hpp"
#include "tracking/month.hpp"

namespace journal {

namespace {

constexpr int kAttempts = 5;

bool is_lock_refused(const ErrorData& error)
{
    return error.sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE ||
           error.sqlerrcode == ERRCODE_T_R_DEADLOCK_DETECTED;
}

/// Runs a step in a transaction of its own; false if others' locks stood in its way. aim completes
/// "could not".
template <typename Step>
bool run_step(const char* aim, const Step& step, int attempts = kAttempts)
{
    for (int attempt = 1;; attempt++) {
        CHECK_FOR_INTERRUPTS();
        PushActiveSnapshot(GetTransactionSnapshot());
        const ErrorData* error = run_in_subtransaction([&] {
            const int level = begin_lock_limit();
            step();
            end_lock_limit(level);
        });
        PopActiveSnapshot();
        // What a step leaves says nothing of the next, which a user may cancel.
        const bool was_waited_for = take_given_way();
        const bool gave_way =
            error != nullptr && error->sqlerrcode == ERRCODE_QUERY_CANCELED && was_waited_for;
        if (error != nullptr && !gave_way && !is_lock_refused(*error))
            ReThrowError(const_cast<ErrorData*>(error));
        SPI_commit();
        if (error == nullptr)
            return true;
        if (gave_way || attempt == attempts) {
            ereport(WARNING, (errcode(ERRCODE_LOCK_NOT_AVAILABLE), errmsg("could not %s", aim),
                              gave_way ? errdetail("Other sessions waited for it longer than "
                                                   "event_journal.lock_timeout.")
                                       : errdetail("Other sessions' locks are in the way: %s.",
                                                   error->message),
                              errhint("The next journal.maintenance() tries again.")));
            return false;
        }
        // Those who waited behind us go first.
        DirectFunctionCall1(pg_sleep, Float8GetDatum(std::min(lock_timeout / 1000.0, 0.5)));
    }
}

void close_month(Oid partition)
{
    const char* name = nullptr;
    bool summarised = false;
    List* indexes = NIL;
    MemoryContext context = CurrentMemoryContext;
    const auto look = [&] {
        name = in_context(context, [&] { return get_rel_name(partition); });
        if (name != nullptr)
            ask_for_late_writes(partition);
    };
    if (!run_step("close a month", look) || name == nullptr)
        return;
    run_step(psprintf("sum up journal.%s", name), [&] { summarised = summarise_month(partition); });
    if (summarised)
        ereport(NOTICE, (errmsg("summed up journal.%s", name)));
    // The words are kept in UTF-8, which has to be the database's encoding for that.
    bool indexed = false;
    if (search_index_wanted && GetDatabaseEncoding() == PG_UTF8)
        run_step(psprintf("index the words of journal.%s", name),
                 [&] { indexed = index_words(partition); });
    if (indexed)
        ereport(NOTICE, (errmsg("indexed the words of journal.%s", name)));
    run_step("look at indexes",
             [&] { indexes = in_context(context, [&] { return indexes_to_rebuild(partition); }); });
    if (indexes == NIL)
        return;
    for (const Oid index : oids(indexes))
        if (!run_step(psprintf("rebuild the indexes of journal.%s", name),
                      [&] { rebuild_index(partition, index); }))
            return;
    if (run_step(psprintf("gather statistics of journal.%s", name),
                 [&] { finish_month(partition); }))
        ereport(NOTICE, (errmsg("rebuilt the indexes of journal.%s", name)));
}

void maintain(int months_ahead)
{
    MemoryContext context = CurrentMemoryContext;
    int made = 0;
    run_step(
        "make months", [&] { made = maintain_months(months_ahead); }, 1);
    if (made > 0)
        ereport(NOTICE, (errmsg_plural("made %d month", "made %d months", made, made)));
    List* months = NIL;
    run_step("look at months", [&] {
        forget_gone_months();
        months = in_context(context, [&] { return past_months(); });
    });
    for (const Oid month : oids(months))
        close_month(month);
}

}  // namespace

}  // namespace journal

/// CALL maintenance(months_ahead)
JOURNAL_FUNCTION(journal_maintenance)
{
    PreventCommandDuringRecovery("journal.maintenance()");
    const bool is_atomic = fcinfo->context == nullptr || !IsA(fcinfo->context, CallContext) ||
                           castNode(CallContext, fcinfo->context)->atomic;
    if (is_atomic)
        ereport(ERROR, (errcode(ERRCODE_INVALID_TRANSACTION_TERMINATION),
                        errmsg("journal.maintenance() cannot run inside a transaction block"),
                        errdetail("It commits after each step."),
                        errhint("Call it by itself; journal.maintain() makes months within a "
                                "transaction.")));
    journal::require_writable_server("journal.maintenance()");
    const int months_ahead = PG_ARGISNULL(0) ? journal::kMonthsAhead : PG_GETARG_INT32(0);
    journal::check_months_ahead(months_ahead);
    if (SPI_connect_ext(SPI_OPT_NONATOMIC) != SPI_OK_CONNECT)
        elog(ERROR, "SPI_connect_ext failed");
    journal::maintain(months_ahead);
    SPI_finish();
    PG_RETURN_VOID();
}
