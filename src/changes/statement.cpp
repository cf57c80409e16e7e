// See statement.hpp.
//
// Sets that need each other are joined by WITH: deletions first, then updates, which the outer
// query reads in this order, then insertions, which run after it. So a unique value is free before
// it is taken again, and foreign keys are checked when everything is in place.
#include "changes/statement.hpp"

#include "base/joined.hpp"
#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/operator_name.hpp"
#include "base/result_reader.hpp"
#include "catalog/tracked_relation.hpp"

namespace journal {

namespace {

const char* column_name(const RowSet* set, int i)
{
    return quote_identifier(set->columns[i].column->name);
}

bool is_checked(const RowSet* set, int i, ColumnCheck check)
{
    return set->checked && set->columns[i].check == check;
}

const char* assignment(const RowSet* set, int i)
{
    const char* name = column_name(set, i);
    if (!is_checked(set, i, ColumnCheck::kColumn))
        return psprintf("%s = e.c%d", name, i + 1);
    return psprintf(
        "%s = CASE WHEN pg_catalog.record_image_eq(ROW(t.%s), ROW(e.x%d)) THEN e.c%d ELSE t.%s END",
        name, name, i + 1, i + 1, name);
}

const char* insert_text(const RowSet* set, int number)
{
    const auto columns = [set](const auto& item) {
        return joined(set->column_count, ", ", [&](int i) -> const char* { return item(i); });
    };
    return psprintf("INSERT INTO %s %s OVERRIDING SYSTEM VALUE SELECT %s FROM %s",
                    qualified_name(RelationGetRelid(set->table)),
                    set->column_count == 0
                        ? ""
                        : psprintf("(%s)", columns([set](int i) { return column_name(set, i); })),
                    columns([](int i) { return psprintf("c%d", i + 1); }), rows_name(number));
}

const char* update_text(const RowSet* set, int number)
{
    const char* assignments = joined(set->column_count, ", ", [set](int i) {
        return is_aim(set, i) ? nullptr : assignment(set, i);
    });
    return psprintf("UPDATE %s AS t SET %s FROM %s AS e WHERE %s", only_rows_of(set), assignments,
                    rows_name(number), is_target(set));
}

/// The statement of one set, the number of whose rows is given.
const char* text_of(const RowSet* set, int number)
{
    switch (set->operation) {
        case RowOperation::kInsert:
            return insert_text(set, number);
        case RowOperation::kUpdate:
            return update_text(set, number);
        case RowOperation::kDelete:
            return psprintf("DELETE FROM %s AS t USING %s AS e WHERE %s", only_rows_of(set),
                            rows_name(number), is_target(set));
    }
    pg_unreachable();
}

int rank_of(RowOperation operation)
{
    return operation == RowOperation::kDelete ? 0 : operation == RowOperation::kUpdate ? 1 : 2;
}

void announce(const RowSet* set)
{
    const int64 count = tuplestore_tuple_count(set->rows);
    if (count < kAnnouncedRows)
        return;
    const char* what = set->operation == RowOperation::kInsert   ? "inserting"
                       : set->operation == RowOperation::kUpdate ? "updating"
                                                                 : "deleting";
    ereport(NOTICE, (errmsg("%s %lld rows of %s", what, static_cast<long long>(count),
                            qualified_name(RelationGetRelid(set->table)))));
}

}  // namespace

void mark_applied(List* sets, Tuplestorestate* result)
{
    ResultReader reader =
        ResultReader::of(result, describe_named({{"set", INT4OID}, {"number", INT8OID}}));
    int32 index = 0;
    int64 number = 0;
    reader.bind("set", &index);
    reader.bind("number", &number);
    while (reader.next())
        mark_applied(item<RowSet>(sets, index), number);
    reader.close();
}

int by_operation(const ListCell* a, const ListCell* b)
{
    return rank_of(static_cast<RowSet*>(lfirst(a))->operation) -
           rank_of(static_cast<RowSet*>(lfirst(b))->operation);
}

const char* plain_text(const RowSet* set)
{
    return text_of(set, 0);
}

const char* rows_of(Oid table)
{
    return psprintf("%s%s", get_rel_relkind(table) == RELKIND_PARTITIONED_TABLE ? "" : "ONLY ",
                    qualified_name(table));
}

const char* only_rows_of(const RowSet* set)
{
    return rows_of(RelationGetRelid(set->table));
}

const char* has_key(const RowSet* set)
{
    return joined(set->plan->key_count, " AND ", [set](int i) {
        const PlanColumn& column = set->plan->columns[set->plan->key[i]];
        return psprintf("t.%s %s e.k%d", quote_identifier(column.name),
                        equality_operator(column.type), i + 1);
    });
}

const char* is_target(const RowSet* set)
{
    // What locked rows do not hold any more is what triggers of this application made of them.
    return set->checked && !set->locked ? psprintf("%s AND %s", has_key(set), holds_expected(set))
                                        : has_key(set);
}

const char* holds_expected(const RowSet* set)
{
    const char* images =
        row_images(set, 'x', [set](int i) { return set->columns[i].check == ColumnCheck::kRow; });
    return images == nullptr ? "true" : psprintf("pg_catalog.record_image_eq(%s)", images);
}

const char* rows_name(int number)
{
    return psprintf("event_journal_rows_%d", number);
}

EphemeralNamedRelation register_rows(RowSet* set, int number)
{
    return register_named(rows_name(number), set->rows, set->descriptor);
}

ResultReader read_table(const Application* application, RowSet* set, const char* sql, RowSet* other)
{
    MemoryContext context = CurrentMemoryContext;
    const Rights rights = rights_on(application, set->table);
    Query query = Query::begin(RunAs::kCallerWithPath);
    register_rows(set, 0);
    if (other != nullptr)
        register_rows(other, 1);
    ResultReader reader = ResultReader::open(context, sql);
    query.end();
    rights.end();
    return reader;
}

void begin_applied(RowSet* set)
{
    set->applied = make_array_in<uint8>(set->context, set->count / 8 + 1);
}

const char* statement_text(const List* sets)
{
    const int count = list_length(sets);
    const auto set_at = [sets](int i) { return item<RowSet>(sets, i); };
    if (count == 1 && set_at(0)->operation == RowOperation::kInsert)
        return text_of(set_at(0), 0);
    const auto returns = [&](int i) { return set_at(i)->operation != RowOperation::kInsert; };
    const char* statements = joined(count, ", ", [&](int i) {
        return psprintf("s%d AS (%s%s)", i, text_of(set_at(i), i),
                        returns(i) ? " RETURNING e.number" : "");
    });
    const char* results = joined(count, " UNION ALL ", [&](int i) {
        return returns(i) ? psprintf("SELECT %d, number FROM s%d", i, i) : nullptr;
    });
    return psprintf("WITH %s %s", statements,
                    *results == '\0' ? "SELECT 0, 0::pg_catalog.int8 WHERE false" : results);
}

Query begin_writing(const char* reason)
{
    Query query = Query::begin(RunAs::kCallerWithPath);
    if (reason != nullptr)
        query.set("event_journal.reason", reason);
    return query;
}

void run_planned(SPIPlanPtr plan, List* sets)
{
    Tuplestorestate* result = tuplestore_begin_heap(false, false, work_mem);
    DestReceiver* receiver = CreateDestReceiver(DestTuplestore);
    SetTuplestoreDestReceiverParams(receiver, result, CurrentMemoryContext, false, nullptr,
                                    nullptr);
    SPIExecuteOptions options{};
    options.dest = receiver;
    const int code = SPI_execute_plan_extended(plan, &options);
    if (code < 0)
        elog(ERROR, "SPI_execute_plan_extended failed: %s", SPI_result_code_string(code));
    mark_applied(sets, result);
    receiver->rDestroy(receiver);
}

void register_sets(const List* sets)
{
    int number = 0;
    for (auto* set : items<RowSet>(sets))
        register_rows(set, number++);
}

void run_statement(List* sets, const char* reason)
{
    list_sort(sets, by_operation);
    for (auto* set : items<RowSet>(sets)) {
        announce(set);
        if (set->operation != RowOperation::kInsert && set->applied == nullptr)
            begin_applied(set);
    }
    const char* sql = statement_text(sets);
    Query query = begin_writing(reason);
    register_sets(sets);
    SPIPlanPtr plan = SPI_prepare(sql, 0, nullptr);
    if (plan == nullptr)
        elog(ERROR, "SPI_prepare failed: %s: %s", SPI_result_code_string(SPI_result), sql);
    for (auto* set : items<RowSet>(sets))
        if (set->operation == RowOperation::kInsert)
            restoring_begin(set);
    run_planned(plan, sets);
    for (int i = list_length(sets) - 1; i >= 0; i--) {
        auto* set = item<RowSet>(sets, i);
        if (set->operation == RowOperation::kInsert)
            restoring_end(set);
    }
    query.end();
}

}  // namespace journal
