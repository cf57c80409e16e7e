// See refusal.hpp.
#include "apply/refusal.hpp"

#include "base/function.hpp"
#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/transaction.hpp"
#include "catalog/restoring.hpp"
#include "changes/plain_statement.hpp"
#include "changes/write_rights.hpp"

namespace journal {

namespace {

/// Some rows of a set, from the one of a number on.
struct Part {
    RowSet* rows;
    const RowSet* set;
    int64 first;
};
using Parts = Vector<Part>;

struct Hunt {
    Application* application;
    int code;  // of the error that is looked for
};

int64 count_of(const Parts& parts)
{
    int64 count = 0;
    for (const Part& part : parts)
        count += part.rows->count;
    return count;
}

/// Adds the single row of some parts, or raises what it is refused for.
void add_only_row(Hunt* hunt, const Parts& parts, ErrorData* error)
{
    SetRow row{};
    rewind_rows(parts.front().rows);
    read_row(parts.front().rows, &row);
    if (!hunt->application->skips) {
        const char* whom = psprintf("%s cannot be %s: its table, or a trigger, refuses it.",
                                    describe_row(row), hunt->application->done);
        ereport(ERROR, (errcode(error->sqlerrcode), errmsg_internal("%s", error->message),
                        error->detail == nullptr ? errdetail_internal("%s", whom)
                                                 : errdetail_internal("%s %s", whom, error->detail),
                        error->hint == nullptr ? 0 : errhint("%s", error->hint)));
    }
    row.number = parts.front().first;
    Issue issue = issue_of_row(IssueKind::kRefused, parts.front().set, row, error->message);
    issue.sqlstate = error->sqlerrcode;
    issue.set = parts.front().set->index;
    add_issue(hunt->application->issues, issue);
}

void write_rows(Hunt* hunt, const Parts& parts);

/// Writes those rows of parts that are from the one to the other in the order of all.
void write_between(Hunt* hunt, const Parts& parts, int64 from, int64 to)
{
    in_work_memory([&] {
        Parts some(CurrentMemoryContext);
        int64 before = 0;
        for (const Part& part : parts) {
            const int64 first = std::max(from - before, int64{0});
            const int64 last = std::min(to - before, part.rows->count);
            if (first < last)
                some.push_back({rows_between(CurrentMemoryContext, part.rows, first, last),
                                part.set, part.first + first});
            before += part.rows->count;
        }
        write_rows(hunt, some);
        for (const Part& part : some)
            end_row_set(part.rows);
    });
}

/// Looks into rows that are refused together.
void look_into(Hunt* hunt, const Parts& parts, ErrorData* error)
{
    const int64 count = count_of(parts);
    if (count > 1) {
        write_between(hunt, parts, 0, count / 2);
        write_between(hunt, parts, count / 2, count);
    } else if (error->sqlerrcode == hunt->code) {
        add_only_row(hunt, parts, error);
    }
}

/// Writes rows; of those that are refused nothing stays.
void write_rows(Hunt* hunt, const Parts& parts)
{
    CHECK_FOR_INTERRUPTS();
    List* sets = NIL;
    for (const Part& part : parts)
        sets = lappend(sets, part.rows);
    ErrorData* error = try_sets(hunt->application, sets, false);
    if (error != nullptr)
        look_into(hunt, parts, error);
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

ErrorData* try_sets(const Application* application, List* sets, bool derived)
{
    ErrorData* error = run_in_subtransaction([&] {
        const Rights rights = rights_to_write(application, sets);
        if (derived)
            begin_deriving();
        run_sets(sets, application->reason);
        if (derived)
            end_deriving();
        rights.end();
    });
    if (error != nullptr && !is_refusal(error))
        ReThrowError(error);
    return error;
}

void find_refusals(Application* application, List* sets, ErrorData* error)
{
    Parts parts(CurrentMemoryContext);
    for (auto* set : items<RowSet>(sets)) {
        parts.push_back({set, set, 0});
    }
    Hunt hunt{application, error->sqlerrcode};
    look_into(&hunt, parts, error);
}

}  // namespace journal
