// See circumstances.hpp.
#include "report/circumstances.hpp"

#include "accounts/account.hpp"

#include <algorithm>

namespace journal {

namespace {

/// Numbers, sorted, each once and without 0.
Vector<int64> distinct(Vector<int64> numbers)
{
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    if (!numbers.empty() && numbers.front() == 0)
        numbers.erase(numbers.begin());
    return numbers;
}

/// The place of a number in a result that is sorted by it; -1 if it is not there.
int64 place_of(const Query& query, uint64 count, int64 number)
{
    uint64 first = 0;
    uint64 end = count;
    while (first < end) {
        const uint64 middle = (first + end) / 2;
        if (query.value(middle, "id").int8() < number)
            first = middle + 1;
        else
            end = middle;
    }
    return first < count && query.value(first, "id").int8() == number ? static_cast<int64>(first)
                                                                      : -1;
}

void read_contexts(const EntryRows& rows, const char* account, Circumstances* all)
{
    MemoryContext context = CurrentMemoryContext;
    Vector<int64> numbers(context);
    for (const EntryRow& row : rows)
        numbers.push_back(row.context);
    const Vector<int64> asked = distinct(std::move(numbers));
    if (asked.empty())
        return;
    Query query = Query::begin(RunAs::kOwner);
    static SavedStatement statement;
    const uint64 count =
        query.run_saved(&statement,
                        "SELECT id, actor_kind, reason, extra, on_behalf_of FROM journal.context "
                        "WHERE id = ANY ($1) AND account = $2 ORDER BY id",
                        {int8_array_argument(asked.data(), static_cast<int>(asked.size())),
                         text_argument(account)});
    for (std::size_t i = 0; i < rows.size(); i++) {
        const int64 place = place_of(query, count, rows[i].context);
        if (place < 0)
            continue;
        const auto found = static_cast<uint64>(place);
        all[i].actor_kind = query.value(found, "actor_kind").text(context);
        all[i].reason = query.value(found, "reason").text(context);
        all[i].on_behalf_of = query.value(found, "on_behalf_of").text(context);
        const Value extra = query.value(found, "extra");
        all[i].extra = extra.is_null ? Datum{0} : extra.copy(context);
    }
    query.end();
}

void read_sessions(const EntryRows& rows, Circumstances* all)
{
    MemoryContext context = CurrentMemoryContext;
    Vector<int64> numbers(context);
    for (const EntryRow& row : rows)
        if (row.employee == nullptr)
            numbers.push_back(row.session);
    const Vector<int64> asked = distinct(std::move(numbers));
    if (asked.empty() || !is_unconfined())
        return;
    Query query = Query::begin(RunAs::kOwner);
    static SavedStatement statement;
    const uint64 count = query.run_saved(
        &statement, "SELECT id, session_role FROM journal.session WHERE id = ANY ($1) ORDER BY id",
        {int8_array_argument(asked.data(), static_cast<int>(asked.size()))});
    for (std::size_t i = 0; i < rows.size(); i++) {
        const int64 place =
            rows[i].employee == nullptr ? place_of(query, count, rows[i].session) : -1;
        if (place >= 0)
            all[i].server_role =
                query.value(static_cast<uint64>(place), "session_role").text(context);
    }
    query.end();
}

}  // namespace

Circumstances* read_circumstances(const EntryRows& rows, const char* account)
{
    auto* all = make_array_in<Circumstances>(CurrentMemoryContext, rows.size());
    read_contexts(rows, account, all);
    read_sessions(rows, all);
    return all;
}

}  // namespace journal
