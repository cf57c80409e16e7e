// See delete_last.hpp.
#include "apply/delete_last.hpp"

#include "apply/refusal.hpp"
#include "base/function.hpp"
#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/result_reader.hpp"
#include "base/transaction.hpp"
#include "catalog/restoring.hpp"
#include "changes/plain_statement.hpp"
#include "changes/write_rights.hpp"

namespace journal {

namespace {

bool is_left(const RowSet* set, int64 number)
{
    for (int i = 0; i < set->column_count; i++)
        if (is_left_to_triggers(set, number, i))
            return true;
    return false;
}

/// A row that is refused to go.
struct KeptRow {
    const RowSet* set;
    int64 number;
    const char* why;
};

void keep(Application* application, const RowSet* set, int64 number, const ErrorData* error)
{
    in_context(application->context, [&] {
        auto* row = make_in<KeptRow>(application->context);
        *row = {set, number, reason_of(make_issue(IssueKind::kRefused, error->message))};
        application->kept = lappend(application->kept, row);
    });
}

/// Deletes rows; what cannot be deleted together is tried in halves.
void delete_rows(Application* application, RowSet* set, int64 first, int64 last)
{
    CHECK_FOR_INTERRUPTS();
    RowSet* part = rows_between(CurrentMemoryContext, set, first, last);
    const ErrorData* error = in_context(
        application->context, [&] { return try_sets(application, list_make1(part), true); });
    end_row_set(part);
    if (error == nullptr)
        return;
    if (last - first == 1) {
        keep(application, set, first, error);
        return;
    }
    delete_rows(application, set, first, first + (last - first) / 2);
    delete_rows(application, set, first + (last - first) / 2, last);
}

void delete_set(Application* application, RowSet* set)
{
    begin_applied(set);
    for (int64 first = 0; first < set->count && !application->aimless;) {
        int64 last = first;
        while (last < set->count && !is_left(set, last))
            last++;
        if (last > first)
            delete_rows(application, set, first, last);
        first = last + 1;
    }
    mark_gone(application, set);
}

}  // namespace

bool goes_last(const RowSet* set)
{
    return set->operation == RowOperation::kDelete && !is_written(set);
}

void mark_gone(const Application* application, RowSet* set)
{
    const char* sql =
        psprintf("SELECT e.number FROM %s e LEFT JOIN %s t ON %s WHERE t.tableoid IS NULL",
                 rows_name(0), only_rows_of(set), has_key(set));
    ResultReader reader = read_table(application, set, sql);
    int64 number = 0;
    reader.bind_only(&number);
    while (reader.next())
        mark_applied(set, number);
    reader.close();
}

void delete_last(Application* application, const List* sets)
{
    in_work_memory([&] {
        for (auto* set : items<RowSet>(sets)) {
            if (goes_last(set))
                delete_set(application, set);
        }
    });
}

const char* why_kept(const Application* application, const RowSet* set, const SetRow& row)
{
    if (application->aimless || is_left(set, row.number))
        return "left to triggers";
    for (const auto* kept : items<KeptRow>(application->kept)) {
        if (kept->set == set && kept->number == row.number)
            return kept->why;
    }
    return "a trigger, rule or policy of its table keeps it";
}

}  // namespace journal
