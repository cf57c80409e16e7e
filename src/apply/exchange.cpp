// See exchange.hpp: which rows wait for which, and in which turn each of them comes.
#include "apply/exchange.hpp"

#include "base/list.hpp"
#include "changes/translate.hpp"
#include "checks/final_state.hpp"

namespace journal {

namespace {

/// Columns of what find_waits finds.
enum WaitColumn { kSet = 1, kNumber, kHolderSet, kHolderNumber, kIndex };

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

ExchangingRow row_in(TupleTableSlot* slot, WaitColumn set, WaitColumn number)
{
    bool is_null = false;
    ExchangingRow row{};
    row.set = DatumGetInt32(slot_getattr(slot, set, &is_null));
    row.number = DatumGetInt64(slot_getattr(slot, number, &is_null));
    return row;
}

int index_of(const Exchange* exchange, const ExchangingRow& row)
{
    return static_cast<int>(
        std::lower_bound(exchange->rows, exchange->rows + exchange->row_count, row, is_before) -
        exchange->rows);
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

/// A wait, and the key in which it is.
struct FoundWait {
    Wait wait;
    const UniqueKey* key;
};

void read_rows(Exchange* exchange, Tuplestorestate* found, TupleTableSlot* slot)
{
    ContextResource memory(CurrentMemoryContext);
    Vector<ExchangingRow> rows(&memory);
    while (tuplestore_gettupleslot(found, true, false, slot)) {
        CHECK_FOR_INTERRUPTS();
        rows.push_back(row_in(slot, kSet, kNumber));
        rows.push_back(row_in(slot, kHolderSet, kHolderNumber));
    }
    std::sort(rows.begin(), rows.end(), is_before);
    rows.erase(std::unique(rows.begin(), rows.end(), is_same), rows.end());
    exchange->rows = copied(rows);
    exchange->row_count = static_cast<int64>(rows.size());
}

void read_waits(const Application* application, Exchange* exchange, Tuplestorestate* found,
                TupleTableSlot* slot)
{
    ContextResource memory(CurrentMemoryContext);
    Vector<FoundWait> waits(&memory);
    tuplestore_rescan(found);
    while (tuplestore_gettupleslot(found, true, false, slot)) {
        CHECK_FOR_INTERRUPTS();
        bool is_null = false;
        const Oid index = DatumGetObjectId(slot_getattr(slot, kIndex, &is_null));
        waits.push_back({{index_of(exchange, row_in(slot, kSet, kNumber)),
                          index_of(exchange, row_in(slot, kHolderSet, kHolderNumber)), false},
                         known_unique_key(application, index)});
    }
    std::sort(waits.begin(), waits.end(), [](const FoundWait& a, const FoundWait& b) {
        return a.wait.row != b.wait.row ? a.wait.row < b.wait.row : a.wait.holder < b.wait.holder;
    });
    exchange->wait_count = static_cast<int64>(waits.size());
    exchange->waits = make_huge_array<Wait>(waits.size());
    exchange->keys = make_huge_array<const UniqueKey*>(waits.size());
    exchange->by_holder = make_huge_array<int64>(waits.size());
    for (int64 i = 0; i < exchange->wait_count; i++) {
        exchange->waits[i] = waits[i].wait;
        exchange->keys[i] = waits[i].key;
        exchange->by_holder[i] = i;
    }
    std::sort(exchange->by_holder, exchange->by_holder + exchange->wait_count,
              [exchange](int64 a, int64 b) {
                  return exchange->waits[a].holder < exchange->waits[b].holder;
              });
}

char* copied_text(const char* text)
{
    return text == nullptr ? nullptr : pstrdup(text);
}

SetRow copied_row(SetRow row)
{
    row.object_type = copied_text(row.object_type);
    row.object_id = copied_text(row.object_id);
    row.label = copied_text(row.label);
    row.key = copied_text(row.key);
    return row;
}

bool is_before_stuck(const StuckRow& a, const StuckRow& b)
{
    return a.set != b.set ? a.set < b.set : strcmp(a.row.object_id, b.row.object_id) < 0;
}

/// Lists the rows that have no turn.
void list_stuck_rows(Exchange* exchange)
{
    ContextResource memory(CurrentMemoryContext);
    Vector<StuckRow> stuck(&memory);
    for (int64 i = 0; i < exchange->row_count; i++) {
        ExchangingRow* exchanging = &exchange->rows[i];
        if (exchanging->turn.number != kStuck)
            continue;
        auto* set = static_cast<RowSet*>(list_nth(exchange->sets, exchanging->set));
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
    ContextResource memory(CurrentMemoryContext);
    Vector<Turn> turns(static_cast<std::size_t>(exchange->row_count), Turn{}, &memory);
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
            exchange->asides = lappend(exchange->asides, nullptr);
        }
        exchange->rows[i].set = list_length(exchange->sets) - 1;
    }
}

void find_exchange(Application* application, List* sets)
{
    MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "event_journal exchange",
                                                  ALLOCSET_DEFAULT_SIZES);
    MemoryContext caller = MemoryContextSwitchTo(context);
    Application part = *application;
    part.sets = sets;
    FinalState state{};
    begin_final_state(&state, &part);
    make_final_state(&state);
    const Waits waits = find_waits(&state);
    end_final_state(&state);
    end_issues(state.found);
    if (tuplestore_tuple_count(waits.rows) > 0) {
        MemoryContextSwitchTo(application->context);
        auto* exchange = make_in<Exchange>(application->context);
        exchange->table = RelationGetRelid(static_cast<RowSet*>(linitial(sets))->table);
        TupleTableSlot* slot = MakeSingleTupleTableSlot(waits.descriptor, &TTSOpsMinimalTuple);
        read_rows(exchange, waits.rows, slot);
        read_waits(application, exchange, waits.rows, slot);
        ExecDropSingleTupleTableSlot(slot);
        keep_exchanging_sets(exchange, sets);
        find_turns(exchange);
        application->exchanges = lappend(application->exchanges, exchange);
    }
    tuplestore_end(waits.rows);
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(context);
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
    return in_context(application->context, [&] {
        ResourceOwner owner = CurrentResourceOwner;
        CurrentResourceOwner = application->owner;
        RowSet* aside = make_row_set(application->context, RowOperation::kUpdate, set->table,
                                     set->plan, set->column_count, set->columns, true);
        CurrentResourceOwner = owner;
        return aside;
    });
}

}  // namespace

void end_exchanges(Application* application)
{
    ListCell* cell = nullptr;
    foreach (cell, application->exchanges) {
        ListCell* aside = nullptr;
        foreach (aside, static_cast<Exchange*>(lfirst(cell))->asides)
            if (lfirst(aside) != nullptr)
                end_row_set(static_cast<RowSet*>(lfirst(aside)));
    }
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
    ListCell* cell = list_nth_cell(exchange->asides, stuck->set);
    if (lfirst(cell) == nullptr)
        lfirst(cell) = new_aside(application, set);
    auto* asides = static_cast<RowSet*>(lfirst(cell));
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
