// See exchange.hpp: which rows wait for which, and in which turn each of them comes.
#include "apply/exchange.hpp"

#include <tuple>

#include "base/list.hpp"
#include "changes/translate.hpp"
#include "checks/final_state.hpp"

namespace journal {

namespace {

bool is_before(const ExchangingRow& a, const ExchangingRow& b)
{
    return a.set != b.set ? a.set < b.set : a.number < b.number;
}

bool is_same(const ExchangingRow& a, const ExchangingRow& b)
{
    return a.set == b.set && a.number == b.number;
}

/// Whether a set writes what the server holds against other rows at once.
bool writes_unique_value(const Application* application, const RowSet* set)
{
    for (int i = 0; i < set->column_count; i++)
        if (is_unique_column(application, RelationGetRelid(set->table),
                             set->columns[i].column->name))
            return true;
    return false;
}

/// The updates of one table that may exchange values, from a set on; NIL if it was looked at
/// before, or is alone with one row.
List* candidates(const Application* application, const RowSet* first)
{
    List* sets = NIL;
    int64 rows = 0;
    for (auto* set : items<RowSet>(application->sets)) {
        if (set->operation != RowOperation::kUpdate || set->count == 0 ||
            RelationGetRelid(set->table) != RelationGetRelid(first->table) ||
            !writes_unique_value(application, set))
            continue;
        if (sets == NIL && set != first)
            return NIL;
        sets = lappend(sets, set);
        rows += set->count;
    }
    return rows > 1 ? sets : NIL;
}

int index_of(const Exchange* exchange, int set, int64 number)
{
    const ExchangingRow* rows = exchange->rows;
    return static_cast<int>(std::lower_bound(rows, rows + exchange->row_count,
                                             ExchangingRow{set, number, 0, {}}, is_before) -
                            rows);
}

template <typename T>
T* make_huge_array(std::size_t count)
{
    return static_cast<T*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(T) * (count + 1)));
}

template <typename T>
T* copied(const Vector<T>& from)
{
    T* to = make_huge_array<T>(from.size());
    std::copy(from.begin(), from.end(), to);
    return to;
}

using FoundWaits = Vector<FoundWait>;

void list_rows(Exchange* exchange, const FoundWaits& found)
{
    Vector<ExchangingRow> rows(CurrentMemoryContext);
    for (const FoundWait& wait : found) {
        rows.push_back({wait.set, wait.number, 0, {}});
        rows.push_back({wait.holder_set, wait.holder_number, 0, {}});
    }
    std::sort(rows.begin(), rows.end(), is_before);
    rows.erase(std::unique(rows.begin(), rows.end(), is_same), rows.end());
    exchange->rows = copied(rows);
    exchange->row_count = static_cast<int64>(rows.size());
}

void list_waits(Exchange* exchange, FoundWaits* found)
{
    const auto place = [](const FoundWait& wait) {
        return std::tie(wait.set, wait.number, wait.holder_set, wait.holder_number);
    };
    std::sort(found->begin(), found->end(),
              [&](const FoundWait& a, const FoundWait& b) { return place(a) < place(b); });
    exchange->wait_count = static_cast<int64>(found->size());
    exchange->waits = make_huge_array<Wait>(found->size());
    exchange->keys = make_huge_array<const UniqueKey*>(found->size());
    exchange->by_holder = make_huge_array<int64>(found->size());
    for (int64 i = 0; i < exchange->wait_count; i++) {
        const FoundWait& wait = (*found)[i];
        exchange->waits[i] = {index_of(exchange, wait.set, wait.number),
                              index_of(exchange, wait.holder_set, wait.holder_number), false};
        exchange->keys[i] = wait.key;
        exchange->by_holder[i] = i;
    }
    std::sort(exchange->by_holder, exchange->by_holder + exchange->wait_count,
              [exchange](int64 a, int64 b) {
                  return exchange->waits[a].holder < exchange->waits[b].holder;
              });
}

bool is_before_stuck(const StuckRow& a, const StuckRow& b)
{
    return a.set != b.set ? a.set < b.set : strcmp(a.row.object_id, b.row.object_id) < 0;
}

/// Lists the rows that have no turn.
void list_stuck_rows(Exchange* exchange)
{
    Vector<StuckRow> stuck(CurrentMemoryContext);
    for (int64 i = 0; i < exchange->row_count; i++) {
        ExchangingRow* exchanging = &exchange->rows[i];
        if (exchanging->turn.number != kStuck)
            continue;
        auto* set = item<RowSet>(exchange->sets, exchanging->set);
        if (stuck.empty() || stuck.back().set != exchanging->set)
            rewind_rows(set);
        SetRow row{};
        do
            CHECK_FOR_INTERRUPTS();
        while (read_row(set, &row) && row.number < exchanging->number);
        stuck.push_back({exchanging->set, static_cast<int>(i), copied_row(row)});
    }
    std::sort(stuck.begin(), stuck.end(), is_before_stuck);
    exchange->stuck = copied(stuck);
    exchange->stuck_count = static_cast<int64>(stuck.size());
}

void find_turns(Exchange* exchange)
{
    Vector<Turn> turns(static_cast<std::size_t>(exchange->row_count), Turn{}, CurrentMemoryContext);
    exchange->turn_count =
        take_turns({exchange->waits, static_cast<std::size_t>(exchange->wait_count)},
                   {turns.data(), turns.size()});
    for (int64 i = 0; i < exchange->row_count; i++)
        exchange->rows[i].turn = turns[i];
    list_stuck_rows(exchange);
}

/// Keeps those sets of which rows exchange values.
void keep_exchanging_sets(Exchange* exchange, List* sets)
{
    int last = -1;
    for (int64 i = 0; i < exchange->row_count; i++) {
        if (exchange->rows[i].set != last) {
            last = exchange->rows[i].set;
            exchange->sets = lappend(exchange->sets, list_nth(sets, last));
        }
        exchange->rows[i].set = list_length(exchange->sets) - 1;
    }
    exchange->asides = make_array_in<RowSet*>(CurrentMemoryContext, list_length(exchange->sets));
}

void add_exchange(Application* application, List* sets, FoundWaits* waits)
{
    auto* exchange = make_in<Exchange>(application->context);
    exchange->table = RelationGetRelid(item<RowSet>(sets, 0)->table);
    list_rows(exchange, *waits);
    list_waits(exchange, waits);
    keep_exchanging_sets(exchange, sets);
    find_turns(exchange);
    application->exchanges = lappend(application->exchanges, exchange);
}

void find_exchange(Application* application, List* sets)
{
    in_work_memory([&] {
        Application part = *application;
        part.sets = sets;
        FinalState state{};
        begin_final_state(&state, &part);
        make_final_state(&state);
        FoundWaits waits(CurrentMemoryContext);
        find_waits(&state, &waits);
        end_final_state(&state);
        end_issues(state.found);
        if (!waits.empty())
            in_context(application->context, [&] { add_exchange(application, sets, &waits); });
    });
}

const StuckRow* stuck_row(const Exchange* exchange, const RowSet* set, const char* key)
{
    StuckRow wanted{};
    wanted.row.object_id = key;
    wanted.set = set_index(exchange->sets, set);
    StuckRow* end = exchange->stuck + exchange->stuck_count;
    StuckRow* found = std::lower_bound(exchange->stuck, end, wanted, is_before_stuck);
    return found == end || is_before_stuck(wanted, *found) ? nullptr : found;
}

/// Whether a row waits for a value of a column.
bool awaits(const Exchange* exchange, int row, const char* column)
{
    Wait* end = exchange->waits + exchange->wait_count;
    const Wait* wait = std::lower_bound(exchange->waits, end, row,
                                        [](const Wait& w, int wanted) { return w.row < wanted; });
    for (; wait < end && wait->row == row; wait++)
        if (has_name(exchange->keys[wait - exchange->waits]->bound, column))
            return true;
    return false;
}

/// What a row is to have meanwhile: what it had in between; else, in a unique value that it need
/// not wait for, what it is to have in the end; else what it has now.
const JsonbValue** values_aside(const Application* application, const Exchange* exchange, int row,
                                const RowSet* set, const RowChange& change,
                                const JsonbValue* const* between)
{
    const JsonbValue** values =
        make_array_in<const JsonbValue*>(CurrentMemoryContext, set->column_count);
    for (int i = 0; i < set->column_count; i++) {
        const char* name = set->columns[i].column->name;
        const bool is_free =
            is_unique_column(application, exchange->table, name) && !awaits(exchange, row, name);
        values[i] = between[i] != nullptr ? between[i]
                    : is_free             ? change.values[i]
                                          : change.expected[i];
    }
    return values;
}

/// Marks which waits for a row are over when it has stepped aside; false if none.
bool allow_stepping_aside(Exchange* exchange, int row, const RowSet* set, const RowChange& change,
                          const JsonbValue* const* aside)
{
    bool any = false;
    int64* end = exchange->by_holder + exchange->wait_count;
    const int64* next = std::lower_bound(
        exchange->by_holder, end, row,
        [exchange](int64 wait, int wanted) { return exchange->waits[wait].holder < wanted; });
    for (; next < end && exchange->waits[*next].holder == row; next++) {
        Wait* wait = &exchange->waits[*next];
        for (int i = 0; i < set->column_count; i++)
            wait->may_step_aside |=
                aside[i] != change.expected[i] &&
                has_name(exchange->keys[*next]->bound, set->columns[i].column->name);
        any |= wait->may_step_aside;
    }
    return any;
}

RowSet* new_aside(const Application* application, const RowSet* set)
{
    return in_application(application, [&] {
        return make_row_set(application->context, RowOperation::kUpdate, set->table, set->plan,
                            set->column_count, set->columns, true);
    });
}

}  // namespace

void end_exchanges(Application* application)
{
    for (const auto* exchange : items<Exchange>(application->exchanges))
        for (int i = 0; i < list_length(exchange->sets); i++)
            if (exchange->asides[i] != nullptr)
                end_row_set(exchange->asides[i]);
    application->exchanges = NIL;
}

void find_exchanges(Application* application)
{
    end_exchanges(application);
    for (const auto* set : items<RowSet>(application->sets)) {
        if (set->operation != RowOperation::kUpdate || set->count == 0)
            continue;
        List* sets = candidates(application, set);
        if (sets != NIL)
            find_exchange(application, sets);
    }
}

bool has_stuck_rows(const Application* application)
{
    for (const auto* exchange : items<Exchange>(application->exchanges))
        if (exchange->stuck_count > 0)
            return true;
    return false;
}

void offer_place_aside(Application* application, RowSet* set, const RowChange& change,
                       const JsonbValue* const* between)
{
    Exchange* exchange = exchange_of(application, set);
    const StuckRow* stuck =
        exchange == nullptr ? nullptr : stuck_row(exchange, set, change.object_id);
    if (stuck == nullptr)
        return;
    RowChange aside = change;
    aside.new_key = nullptr;
    aside.values = values_aside(application, exchange, stuck->index, set, change, between);
    if (!allow_stepping_aside(exchange, stuck->index, set, change, aside.values))
        return;
    RowSet*& asides = exchange->asides[stuck->set];
    if (asides == nullptr)
        asides = new_aside(application, set);
    exchange->rows[stuck->index].aside = asides->count;
    add_change(application, asides, aside);
}

void take_turns_again(Application* application)
{
    in_context(application->context, [&] {
        for (auto* exchange : items<Exchange>(application->exchanges))
            if (exchange->stuck_count > 0)
                find_turns(exchange);
    });
}

Exchange* exchange_of(const Application* application, const RowSet* set)
{
    for (auto* exchange : items<Exchange>(application->exchanges)) {
        if (list_member_ptr(exchange->sets, set))
            return exchange;
    }
    return nullptr;
}

const Exchange* exchange_among(const Application* application, const List* sets)
{
    const Exchange* exchange = nullptr;
    for (auto* set : items<RowSet>(sets))
        if (exchange == nullptr)
            exchange = exchange_of(application, set);
    for (const auto* set : items<RowSet>(sets)) {
        if (exchange != nullptr && (set->operation != RowOperation::kUpdate ||
                                    RelationGetRelid(set->table) != exchange->table))
            return nullptr;
    }
    return exchange;
}

}  // namespace journal
