// See refusal.hpp.
#include "apply/refusal.hpp"

#include "base/function.hpp"
#include "base/memory.hpp"
#include "base/transaction.hpp"
#include "changes/plain_statement.hpp"
#include "changes/write_rights.hpp"

namespace journal {

namespace {

struct Hunt {
    Application* application;
    List* sets;
    int code;  // of the error that is looked for
};

const char* kept(const Application* application, const char* text)
{
    return text == nullptr ? nullptr : MemoryContextStrdup(application->context, text);
}

void add_refusal(const Hunt& hunt, RowSet* set, SetRow row, ErrorData* error)
{
    Application* application = hunt.application;
    row.object_type = kept(application, row.object_type);
    row.object_id = kept(application, row.object_id);
    row.label = kept(application, row.label);
    row.key = kept(application, row.key);
    MemoryContext caller = MemoryContextSwitchTo(application->context);
    auto* refusal = make_in<Refusal>(application->context);
    refusal->set = set;
    refusal->row = row;
    refusal->error = error;
    application->refusals = lappend(application->refusals, refusal);
    MemoryContextSwitchTo(caller);
}

/// Parts of the sets, with those rows that are from the one to the other in the order of all.
List* parts_of(const Hunt& hunt, int64 from, int64 to)
{
    List* parts = NIL;
    int64 before = 0;
    ListCell* cell = nullptr;
    foreach (cell, hunt.sets) {
        auto* set = static_cast<RowSet*>(lfirst(cell));
        const int64 first = std::max(from - before, int64{0});
        const int64 last = std::min(to - before, set->count);
        if (first < last)
            parts = lappend(parts, rows_between(CurrentMemoryContext, set, first, last));
        before += set->count;
    }
    return parts;
}

/// Adds the single row from which on a part is, with the set that it is of.
void add_only_row(const Hunt& hunt, int64 number, ErrorData* error)
{
    int64 before = 0;
    ListCell* cell = nullptr;
    foreach (cell, hunt.sets) {
        auto* set = static_cast<RowSet*>(lfirst(cell));
        if (number >= before && number < before + set->count) {
            SetRow row{};
            rewind_rows(set);
            while (read_row(set, &row) && row.number < number - before)
                CHECK_FOR_INTERRUPTS();
            add_refusal(hunt, set, row, error);
            return;
        }
        before += set->count;
    }
}

/// Writes rows; of those that are refused nothing stays.
void write_rows(const Hunt& hunt, int64 from, int64 to);

void write_halves(const Hunt& hunt, int64 from, int64 to)
{
    const int64 middle = from + (to - from) / 2;
    write_rows(hunt, from, middle);
    if (hunt.application->skips || hunt.application->refusals == NIL)
        write_rows(hunt, middle, to);
}

void write_rows(const Hunt& hunt, int64 from, int64 to)
{
    CHECK_FOR_INTERRUPTS();
    List* parts = parts_of(hunt, from, to);
    MemoryContext caller = MemoryContextSwitchTo(hunt.application->context);
    ErrorData* error = run_in_subtransaction([&] {
        const Rights rights = rights_to_write(hunt.application, parts);
        run_sets(parts, hunt.application->reason);
        rights.end();
    });
    MemoryContextSwitchTo(caller);
    ListCell* cell = nullptr;
    foreach (cell, parts)
        end_row_set(static_cast<RowSet*>(lfirst(cell)));
    if (error == nullptr)
        return;
    if (!is_refusal(error))
        ReThrowError(error);
    if (to - from > 1)
        write_halves(hunt, from, to);
    else if (error->sqlerrcode == hunt.code)
        add_only_row(hunt, from, error);
}

}  // namespace

bool is_refusal(const ErrorData* error)
{
    // A lock_timeout tells of another session; each half would wait for it again.
    if (error->sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE)
        return false;
    switch (ERRCODE_TO_CATEGORY(error->sqlerrcode)) {
        case ERRCODE_TO_CATEGORY(ERRCODE_QUERY_CANCELED):
        case ERRCODE_TO_CATEGORY(ERRCODE_INSUFFICIENT_RESOURCES):
        case ERRCODE_TO_CATEGORY(ERRCODE_TRANSACTION_ROLLBACK):
        case ERRCODE_TO_CATEGORY(ERRCODE_SYSTEM_ERROR):
        case ERRCODE_TO_CATEGORY(ERRCODE_INTERNAL_ERROR):
            return false;
        default:
            return true;
    }
}

void find_refusals(Application* application, List* sets, const ErrorData* error)
{
    const Hunt hunt{application, sets, error->sqlerrcode};
    int64 count = 0;
    ListCell* cell = nullptr;
    foreach (cell, sets)
        count += static_cast<RowSet*>(lfirst(cell))->count;
    MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "event_journal refusals",
                                               ALLOCSET_DEFAULT_SIZES);
    MemoryContext caller = MemoryContextSwitchTo(work);
    write_rows(hunt, 0, count);
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(work);
}

void raise_refusal(const Application* application, const Refusal* refusal)
{
    const ErrorData* error = refusal->error;
    const char* whom = psprintf("%s cannot be %s: its table, or a trigger, refuses it.",
                                describe_row(refusal->row), application->done);
    ereport(ERROR, (errcode(error->sqlerrcode), errmsg_internal("%s", error->message),
                    error->detail == nullptr ? errdetail_internal("%s", whom)
                                             : errdetail_internal("%s %s", whom, error->detail),
                    error->hint == nullptr ? 0 : errhint("%s", error->hint)));
    pg_unreachable();
}

const char* reason_of(const Refusal* refusal)
{
    return psprintf("its table, or a trigger, refuses it: %s", refusal->error->message);
}

}  // namespace journal
