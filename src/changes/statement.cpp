// See statement.hpp.
//
// Sets that need each other are joined by WITH: deletions first, then updates, which the outer
// query reads in this order, then insertions, which run after it. So a unique value is free before
// it is taken again, and foreign keys are checked when everything is in place.
#include "changes/statement.hpp"

#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/operator_name.hpp"
#include "base/query.hpp"
#include "catalog/tracked_relation.hpp"

namespace journal {

namespace {

void append_list(StringInfo sql, const RowSet* set, const char* item(const RowSet*, int))
{
    for (int i = 0; i < set->column_count; i++)
        appendStringInfo(sql, "%s%s", i == 0 ? "" : ", ", item(set, i));
}

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

void append_insert(StringInfo sql, const RowSet* set, int number)
{
    appendStringInfo(sql, "INSERT INTO %s ", qualified_name(RelationGetRelid(set->table)));
    if (set->column_count > 0) {
        appendStringInfoChar(sql, '(');
        append_list(sql, set, column_name);
        appendStringInfoString(sql, ") ");
    }
    appendStringInfoString(sql, "OVERRIDING SYSTEM VALUE SELECT ");
    append_list(sql, set,
                [](const RowSet*, int i) -> const char* { return psprintf("c%d", i + 1); });
    appendStringInfo(sql, " FROM %s", rows_name(number));
}

void append_update(StringInfo sql, const RowSet* set, int number)
{
    appendStringInfo(sql, "UPDATE %s AS t SET ", only_rows_of(set));
    bool is_first = true;
    for (int i = 0; i < set->column_count; i++) {
        if (is_aim(set, i))
            continue;
        appendStringInfo(sql, "%s%s", is_first ? "" : ", ", assignment(set, i));
        is_first = false;
    }
    appendStringInfo(sql, " FROM %s AS e WHERE %s", rows_name(number), is_target(set));
}

void append_delete(StringInfo sql, const RowSet* set, int number)
{
    appendStringInfo(sql, "DELETE FROM %s AS t USING %s AS e WHERE %s", only_rows_of(set),
                     rows_name(number), is_target(set));
}

/// The statement of one set, the number of whose rows is given.
void append_statement(StringInfo sql, const RowSet* set, int number)
{
    switch (set->operation) {
        case RowOperation::kInsert:
            append_insert(sql, set, number);
            break;
        case RowOperation::kUpdate:
            append_update(sql, set, number);
            break;
        case RowOperation::kDelete:
            append_delete(sql, set, number);
            break;
    }
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

TupleDesc result_descriptor()
{
    TupleDesc descriptor = CreateTemplateTupleDesc(2);
    TupleDescInitEntry(descriptor, 1, "set", INT4OID, -1, 0);
    TupleDescInitEntry(descriptor, 2, "number", INT8OID, -1, 0);
    return descriptor;
}

}  // namespace

void mark_applied(List* sets, Tuplestorestate* result, TupleDesc descriptor)
{
    TupleTableSlot* slot = MakeSingleTupleTableSlot(descriptor, &TTSOpsMinimalTuple);
    while (tuplestore_gettupleslot(result, true, false, slot)) {
        bool is_null = false;
        const auto* set =
            static_cast<RowSet*>(list_nth(sets, DatumGetInt32(slot_getattr(slot, 1, &is_null))));
        const int64 number = DatumGetInt64(slot_getattr(slot, 2, &is_null));
        set->applied[number / 8] |= static_cast<uint8>(1 << (number % 8));
    }
    ExecDropSingleTupleTableSlot(slot);
}

int by_operation(const ListCell* a, const ListCell* b)
{
    return rank_of(static_cast<RowSet*>(lfirst(a))->operation) -
           rank_of(static_cast<RowSet*>(lfirst(b))->operation);
}

const char* plain_text(const RowSet* set)
{
    StringInfoData sql;
    initStringInfo(&sql);
    append_statement(&sql, set, 0);
    return sql.data;
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
    StringInfoData sql;
    initStringInfo(&sql);
    for (int i = 0; i < set->plan->key_count; i++) {
        const PlanColumn& column = set->plan->columns[set->plan->key[i]];
        appendStringInfo(&sql, "%st.%s %s e.k%d", i == 0 ? "" : " AND ",
                         quote_identifier(column.name), equality_operator(column.type), i + 1);
    }
    return sql.data;
}

const char* is_target(const RowSet* set)
{
    // What locked rows do not hold any more is what triggers of this application made of them.
    return set->checked && !set->locked ? psprintf("%s AND %s", has_key(set), holds_expected(set))
                                        : has_key(set);
}

const char* holds_expected(const RowSet* set)
{
    StringInfoData now;
    StringInfoData expected;
    initStringInfo(&now);
    initStringInfo(&expected);
    for (int i = 0; i < set->column_count; i++) {
        if (set->columns[i].check != ColumnCheck::kRow)
            continue;
        const char* separator = now.len == 0 ? "" : ", ";
        appendStringInfo(&now, "%st.%s", separator, quote_identifier(set->columns[i].column->name));
        appendStringInfo(&expected, "%se.x%d", separator, i + 1);
    }
    return now.len == 0
               ? "true"
               : psprintf("pg_catalog.record_image_eq(ROW(%s), ROW(%s))", now.data, expected.data);
}

const char* rows_name(int number)
{
    return psprintf("event_journal_rows_%d", number);
}

EphemeralNamedRelation register_rows(RowSet* set, int number)
{
    return register_named(rows_name(number), set->rows, set->descriptor);
}

void begin_applied(RowSet* set)
{
    set->applied = make_array_in<uint8>(set->context, set->count / 8 + 1);
}

const char* statement_text(const List* sets)
{
    StringInfoData sql;
    StringInfoData result;
    initStringInfo(&sql);
    initStringInfo(&result);
    const int count = list_length(sets);
    for (int i = 0; i < count; i++) {
        const auto* set = static_cast<RowSet*>(list_nth(sets, i));
        const bool is_last = count == 1 && set->operation == RowOperation::kInsert;
        if (!is_last)
            appendStringInfo(&sql, "%s s%d AS (", i == 0 ? "WITH" : ",", i);
        append_statement(&sql, set, i);
        if (set->operation != RowOperation::kInsert) {
            appendStringInfoString(&sql, " RETURNING e.number");
            appendStringInfo(&result, "%s SELECT %d, number FROM s%d",
                             result.len == 0 ? "" : " UNION ALL", i, i);
        }
        if (is_last)
            return sql.data;
        appendStringInfoChar(&sql, ')');
    }
    if (result.len == 0)
        appendStringInfoString(&result, " SELECT 0, 0::pg_catalog.int8 WHERE false");
    appendStringInfoString(&sql, result.data);
    return sql.data;
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
    mark_applied(sets, result, result_descriptor());
    tuplestore_end(result);
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
        auto* set = static_cast<RowSet*>(list_nth(sets, i));
        if (set->operation == RowOperation::kInsert)
            restoring_end(set);
    }
    query.end();
}

}  // namespace journal
