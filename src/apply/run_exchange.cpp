// See exchange.hpp: the statements of an exchange, which are the ordinary ones over parts of the
// sets' rows, each planned once.
//
// A row may take over another's value within one UPDATE, if that other row is written before. So
// one statement writes what comes one after the other of a part. PostgreSQL promises no order,
// though a nested loop keeps that of its outer rows; should it take another, the statement fails,
// and each turn gets one of its own.
#include "apply/exchange.hpp"
#include "base/function.hpp"
#include "base/joined.hpp"
#include "base/list.hpp"
#include "base/query.hpp"
#include "base/result_reader.hpp"
#include "base/transaction.hpp"
#include "catalog/tracked_relation.hpp"
#include "changes/plain_statement.hpp"
#include "changes/statement.hpp"
#include "changes/table_rules.hpp"

namespace journal {

namespace {

constexpr const char* kTurns = "event_journal_turns";
constexpr const char* kAside = "event_journal_aside";

/// For queries, when rows come: part, number, turn. Each of the exchange's sets has three parts.
struct TurnTable {
    Tuplestorestate* rows;
    TupleDesc descriptor;
};

/// Rows that step aside do so as one part, and come back as another.
enum class Part { kStays, kGoesAside, kComesBack };
constexpr int kParts = 3;

int part_number(int set, Part part)
{
    return kParts * set + static_cast<int>(part);
}

Part final_part(const ExchangingRow& row)
{
    return row.turn.aside == kStays ? Part::kStays : Part::kComesBack;
}

int turn_of(const Exchange* exchange, const ExchangingRow& row)
{
    // The server says what is the matter with a row that is still stuck.
    return row.turn.number == kStuck ? exchange->turn_count : row.turn.number;
}

void put_turn(const TurnTable& table, int part, int64 number, int turn)
{
    Datum values[] = {Int32GetDatum(part), Int64GetDatum(number), Int32GetDatum(turn)};
    bool nulls[3] = {};
    tuplestore_putvalues(table.rows, table.descriptor, values, nulls);
}

TurnTable turn_table(const Exchange* exchange)
{
    TurnTable table{};
    table.descriptor = describe_named({{"part", INT4OID}, {"number", INT8OID}, {"turn", INT4OID}});
    table.rows = tuplestore_begin_heap(true, false, work_mem);
    for (int64 i = 0; i < exchange->row_count; i++) {
        CHECK_FOR_INTERRUPTS();
        const ExchangingRow& row = exchange->rows[i];
        put_turn(table, part_number(row.set, final_part(row)), row.number, turn_of(exchange, row));
        if (row.turn.aside != kStays)
            put_turn(table, part_number(row.set, Part::kGoesAside), row.aside, row.turn.aside);
    }
    return table;
}

/// Some rows of a set, as a set that shares the rest with it.
RowSet* part_of(RowSet* set, const RowSet* aside, const TurnTable& turns, const char* sql)
{
    MemoryContext caller = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kCaller);
    register_rows(set, 0);
    if (aside != nullptr)
        register_named(kAside, aside->rows, aside->descriptor);
    register_named(kTurns, turns.rows, turns.descriptor);
    auto* part = make_in<RowSet>(caller);
    *part = *set;
    part->rows = in_context(caller, [&] { return select_rows(sql); });
    query.end();
    return part;
}

const char* rows_without_turn(int set)
{
    return psprintf(
        "SELECT e.* FROM %s e WHERE NOT EXISTS "
        "(SELECT FROM %s o WHERE o.part IN (%d, %d) AND o.number = e.number)",
        rows_name(0), kTurns, part_number(set, Part::kStays), part_number(set, Part::kComesBack));
}

/// In the order of their turns. A row that comes back is found where it stepped aside to.
const char* rows_by_turn(const RowSet* set, bool comes_back, int part)
{
    const char* columns = joined(set->descriptor->natts, ", ", [&](int i) {
        const int column = column_of_attribute(set, i + 1);
        return comes_back && column >= 0
                   ? psprintf("a.c%d", column + 1)
                   : psprintf("e.%s", NameStr(TupleDescAttr(set->descriptor, i)->attname));
    });
    const char* join =
        comes_back ? psprintf(" JOIN %s a ON a.object_id = e.object_id", kAside) : "";
    return psprintf(
        "SELECT %s FROM %s e JOIN %s o ON o.part = %d AND o.number = e.number%s "
        "ORDER BY o.turn, o.number",
        columns, rows_name(0), kTurns, part, join);
}

/// The rows of one part that have turns.
struct Queue {
    RowSet* part;           // as a set: those that one statement writes
    Tuplestorestate* rows;  // all of them, by turn
    TupleTableSlot* slot;
    const char* sql;
    SPIPlanPtr plan;
};

/// When a row of a queue is written.
struct Step {
    int turn;
    int queue;
};

using Queues = Vector<Queue>;
using Steps = Vector<Step>;

/// A row that comes back was written by this very undo: what triggers made of it meanwhile is not
/// in its way. Whether it could step aside is looked at in the end.
void expect_anything(RowSet* part)
{
    auto* columns = make_array_in<SetColumn>(CurrentMemoryContext, part->column_count);
    for (int i = 0; i < part->column_count; i++) {
        columns[i] = part->columns[i];
        if (columns[i].check == ColumnCheck::kRow)
            columns[i].check = ColumnCheck::kNone;
    }
    part->columns = columns;
}

/// aside: where rows of the set that come back have stepped aside to; else nullptr.
Queue queue_of(RowSet* set, const RowSet* aside, int part, const TurnTable& turns)
{
    Queue queue{};
    queue.part = part_of(set, aside, turns, rows_by_turn(set, aside != nullptr, part));
    if (aside != nullptr)
        expect_anything(queue.part);
    queue.rows = queue.part->rows;
    queue.slot = MakeSingleTupleTableSlot(set->descriptor, &TTSOpsMinimalTuple);
    queue.sql = statement_text(list_make1(queue.part));
    return queue;
}

/// The queues of an exchange, and the steps in their order.
void find_steps(const Exchange* exchange, const TurnTable& turns, Queues* queues, Steps* steps)
{
    int* queue_of_part =
        make_array_in<int>(CurrentMemoryContext, kParts * list_length(exchange->sets));
    for (int number = 0; number < list_length(exchange->sets); number++) {
        auto* set = item<RowSet>(exchange->sets, number);
        RowSet* aside = exchange->asides[number];
        const auto add = [&](RowSet* of, const RowSet* from, Part part) {
            queue_of_part[part_number(number, part)] = static_cast<int>(queues->size());
            queues->push_back(queue_of(of, from, part_number(number, part), turns));
        };
        add(set, nullptr, Part::kStays);
        if (aside == nullptr)
            continue;
        begin_applied(aside);
        add(aside, nullptr, Part::kGoesAside);
        add(set, aside, Part::kComesBack);
    }
    for (int64 i = 0; i < exchange->row_count; i++) {
        const ExchangingRow& row = exchange->rows[i];
        const auto add = [&](int turn, Part part) {
            steps->push_back({turn, queue_of_part[part_number(row.set, part)]});
        };
        add(turn_of(exchange, row), final_part(row));
        if (row.turn.aside != kStays)
            add(row.turn.aside, Part::kGoesAside);
    }
    std::sort(steps->begin(), steps->end(), [](const Step& a, const Step& b) {
        return a.turn != b.turn ? a.turn < b.turn : a.queue < b.queue;
    });
}

/// Plans a statement as a nested loop over the rows that it writes. The settings are over when it
/// runs, since its triggers' queries are planned then.
SPIPlanPtr plan_in_order(Query* query, const char* sql)
{
    SPIPlanPtr plan = SPI_prepare(sql, 0, nullptr);
    if (plan == nullptr)
        elog(ERROR, "SPI_prepare failed: %s: %s", SPI_result_code_string(SPI_result), sql);
    const int level = NewGUCNestLevel();
    query->set("enable_nestloop", "on");
    query->set("enable_indexscan", "on");
    for (const char* way :
         {"enable_hashjoin", "enable_mergejoin", "enable_material", "enable_seqscan"})
        query->set(way, "off");
    // So that going through those rows for each of the table's is dearer.
    query->set("cpu_tuple_cost", "1");
    query->set("random_page_cost", "0");
    if (CachedPlan* cached = SPI_plan_get_cached_plan(plan))
        ReleaseCachedPlan(cached, nullptr);
    AtEOXact_GUC(true, level);
    return plan;
}

/// Has the statement of a queue read its next rows, so many of them.
void take_rows(Queue* queue, std::size_t count, EphemeralNamedRelation read)
{
    queue->part->rows = tuplestore_begin_heap(true, false, work_mem);
    for (std::size_t i = 0; i < count; i++) {
        CHECK_FOR_INTERRUPTS();
        tuplestore_gettupleslot(queue->rows, true, false, queue->slot);
        tuplestore_puttupleslot(queue->part->rows, queue->slot);
    }
    read->reldata = queue->part->rows;
    read->md.tupdesc = queue->part->descriptor;
}

void run_turns(const Exchange* exchange, const TurnTable& turns, bool one_by_one,
               const char* reason)
{
    MemoryContext memory = CurrentMemoryContext;
    Queues queues(memory);
    Steps steps(memory);
    find_steps(exchange, turns, &queues, &steps);
    Query query = begin_writing(reason);
    EphemeralNamedRelation read = register_rows(queues[0].part, 0);
    for (Queue& queue : queues) {
        read->md.tupdesc = queue.part->descriptor;
        queue.plan = plan_in_order(&query, queue.sql);
    }
    for (std::size_t first = 0, end = 0; first < steps.size(); first = end) {
        const Step& step = steps[first];
        while (end < steps.size() && steps[end].queue == step.queue &&
               (!one_by_one || steps[end].turn == step.turn))
            end++;
        Queue& queue = queues[step.queue];
        take_rows(&queue, end - first, read);
        run_planned(queue.plan, list_make1(queue.part));
        tuplestore_end(queue.part->rows);
    }
    query.end();
    for (const Queue& queue : queues) {
        tuplestore_end(queue.rows);
        ExecDropSingleTupleTableSlot(queue.slot);
    }
}

/// The rows that neither wait nor are waited for.
void run_others(const Exchange* exchange, List* sets, const TurnTable& turns, const char* reason)
{
    List* parts = NIL;
    int64 count = 0;
    for (auto* set : items<RowSet>(sets)) {
        RowSet* part =
            part_of(set, nullptr, turns, rows_without_turn(set_index(exchange->sets, set)));
        count += tuplestore_tuple_count(part->rows);
        parts = lappend(parts, part);
    }
    if (count > 0)
        run_sets(parts, reason);
    for (auto* other : items<RowSet>(parts))
        tuplestore_end(other->rows);
}

/// A row that has stepped aside must not be left there.
void check_asides(const Exchange* exchange)
{
    for (int64 i = 0; i < exchange->row_count; i++) {
        const ExchangingRow& row = exchange->rows[i];
        if (row.turn.aside == kStays)
            continue;
        const auto* set = item<RowSet>(exchange->sets, row.set);
        if (!is_applied(exchange->asides[row.set], row.aside) || !is_applied(set, row.number))
            ereport(ERROR,
                    (errcode(kUndoConflict),
                     errmsg("rows of %s cannot exchange their unique values",
                            qualified_name(set->plan->root)),
                     errdetail("Another session changed them meanwhile, or a trigger, rule or "
                               "policy of their table keeps them."),
                     errhint("Try again; journal.undo_plan shows what stands in the way.")));
    }
}

/// Says what may take long.
void announce(const Exchange* exchange)
{
    if (exchange->row_count >= kAnnouncedRows)
        ereport(NOTICE, (errmsg("updating %lld rows of %s in %d turns",
                                static_cast<long long>(exchange->row_count),
                                qualified_name(exchange->table), exchange->turn_count)));
}

/// A turn's statement says which rows it has written, which none does that a rule rewrites.
void refuse_rules(const Exchange* exchange)
{
    if (have_rules(exchange->sets))
        ereport(ERROR, (errcode(kUndoConflict),
                        errmsg("rows of %s cannot exchange their unique values",
                               qualified_name(exchange->table)),
                        errdetail("The table has rules for updates."),
                        errhint("Disable the rules meanwhile: ALTER TABLE ... DISABLE RULE.")));
}

}  // namespace

void run_exchange(const Exchange* exchange, List* sets, const char* reason)
{
    refuse_rules(exchange);
    const TurnTable turns = turn_table(exchange);
    const auto run = [&](bool one_by_one) {
        for (auto* set : items<RowSet>(sets))
            begin_applied(set);
        run_others(exchange, sets, turns, reason);
        run_turns(exchange, turns, one_by_one, reason);
    };
    announce(exchange);
    ErrorData* error = run_in_subtransaction([&] { run(false); });
    if (error != nullptr && error->sqlerrcode != ERRCODE_UNIQUE_VIOLATION &&
        error->sqlerrcode != ERRCODE_EXCLUSION_VIOLATION)
        ReThrowError(error);
    if (error != nullptr)
        run(true);
    check_asides(exchange);
    tuplestore_end(turns.rows);
}

}  // namespace journal
