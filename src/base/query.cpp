// See query.hpp.
#include "base/query.hpp"

#include "base/journal_tables.hpp"

namespace journal {

QueryArgument text_argument(const char* value)
{
    if (value == nullptr)
        return {TEXTOID, Datum{0}, true};
    return {TEXTOID, CStringGetTextDatum(value)};
}

QueryArgument int4_argument(int32 value)
{
    return {INT4OID, Int32GetDatum(value)};
}

QueryArgument int8_argument(int64 value)
{
    return {INT8OID, Int64GetDatum(value)};
}

QueryArgument int8_array_argument(const int64* items, int count)
{
    Datum* elements = make_array_in<Datum>(CurrentMemoryContext, count);
    for (int i = 0; i < count; i++)
        elements[i] = Int64GetDatum(items[i]);
    return {INT8ARRAYOID, PointerGetDatum(construct_array(elements, count, INT8OID, sizeof(int64),
                                                          FLOAT8PASSBYVAL, TYPALIGN_DOUBLE))};
}

void read_by_places(Query& query)
{
    query.set("enable_tidscan", "on");
    query.set("enable_seqscan", "off");
}

QueryArgument places_argument(const Vector<ItemPointerData>& places)
{
    const int count = static_cast<int>(places.size());
    Datum* elements = make_array_in<Datum>(CurrentMemoryContext, count);
    for (int i = 0; i < count; i++)
        elements[i] = PointerGetDatum(&places[i]);
    return {TIDARRAYOID,
            PointerGetDatum(construct_array(elements, count, TIDOID, sizeof(ItemPointerData), false,
                                            TYPALIGN_SHORT))};
}

Query Query::begin(RunAs role)
{
    Query query;
    query.rights_ = role == RunAs::kOwner ? Rights::of_extension() : Rights::present();
    query.guc_level_ = NewGUCNestLevel();
    // A query of ours is short, but where a sort or a scan is forbidden to the planner, one that is
    // needed all the same costs 1e10: the server would compile such a plan for seconds.
    if (jit_enabled)
        query.set("jit", "off");
    if (role != RunAs::kCallerWithPath)
        set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
                          GUC_ACTION_SAVE, true, 0, false);
    if (SPI_connect() != SPI_OK_CONNECT)
        elog(ERROR, "SPI_connect failed");
    return query;
}

Query Query::begin_latest()
{
    Query query = begin(RunAs::kOwner);
    PushActiveSnapshot(latest_snapshot());
    query.snapshot_pushed_ = true;
    return query;
}

uint64 Query::run(const char* sql, std::initializer_list<QueryArgument> arguments, bool read_only,
                  long limit)
{
    return run(sql, static_cast<int>(arguments.size()), arguments.begin(), read_only, limit);
}

uint64 Query::run(const char* sql, int count, const QueryArgument* arguments, bool read_only,
                  long limit)
{
    Oid* types = make_array_in<Oid>(CurrentMemoryContext, count);
    Datum* values = make_array_in<Datum>(CurrentMemoryContext, count);
    char* nulls = make_array_in<char>(CurrentMemoryContext, count + 1);
    for (int i = 0; i < count; i++) {
        types[i] = arguments[i].type;
        values[i] = arguments[i].value;
        nulls[i] = arguments[i].is_null ? 'n' : ' ';
    }
    const int result = SPI_execute_with_args(sql, count, types, values, nulls, read_only, limit);
    if (result < 0)
        elog(ERROR, "SPI_execute_with_args failed: %s: %s", SPI_result_code_string(result), sql);
    return SPI_processed;
}

uint64 Query::run_saved(SavedStatement* statement, const char* sql,
                        std::initializer_list<QueryArgument> arguments, bool read_only)
{
    const int count = static_cast<int>(arguments.size());
    Datum* values = make_array_in<Datum>(CurrentMemoryContext, count);
    char* nulls = make_array_in<char>(CurrentMemoryContext, count + 1);
    Oid* types = make_array_in<Oid>(CurrentMemoryContext, count);
    int i = 0;
    for (const QueryArgument& argument : arguments) {
        types[i] = argument.type;
        values[i] = argument.value;
        nulls[i++] = argument.is_null ? 'n' : ' ';
    }
    // A table that was empty when the plan was made does not stay so: rows are looked up by index,
    // in its order.
    set("enable_seqscan", "off");
    set("enable_bitmapscan", "off");
    set("enable_sort", "off");
    if (statement->plan == nullptr) {
        SPIPlanPtr plan = SPI_prepare_cursor(sql, count, types, CURSOR_OPT_GENERIC_PLAN);
        if (plan == nullptr || SPI_keepplan(plan) != 0)
            elog(ERROR, "SPI_prepare failed: %s: %s", SPI_result_code_string(SPI_result), sql);
        statement->plan = plan;
    }
    const int result = SPI_execute_plan(statement->plan, values, nulls, read_only, 0);
    if (result < 0)
        elog(ERROR, "SPI_execute_plan failed: %s: %s", SPI_result_code_string(result), sql);
    return SPI_processed;
}

List* Query::oids(uint64 rows) const
{
    List* found = NIL;
    for (uint64 row = 0; row < rows; row++)
        found = lappend_oid(found, value(row).oid());
    return found;
}

void Query::set(const char* name, const char* value)
{
    set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

Value Query::value(uint64 row, const char* column) const
{
    return value_in(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
}

Value Query::value(uint64 row) const
{
    TupleDesc descriptor = SPI_tuptable->tupdesc;
    if (descriptor->natts != 1)
        elog(ERROR, "the result has %d columns, not one", descriptor->natts);
    return value(row, NameStr(TupleDescAttr(descriptor, 0)->attname));
}

void Query::end()
{
    if (snapshot_pushed_)
        PopActiveSnapshot();
    SPI_finish();
    AtEOXact_GUC(true, guc_level_);
    rights_.end();
}

EphemeralNamedRelation register_named(const char* name, Tuplestorestate* rows, TupleDesc descriptor)
{
    auto* relation = make_in<EphemeralNamedRelationData>(CurrentMemoryContext);
    relation->md.name = const_cast<char*>(name);
    relation->md.reliddesc = InvalidOid;
    relation->md.tupdesc = descriptor;
    relation->md.enrtype = ENR_NAMED_TUPLESTORE;
    relation->md.enrtuples = static_cast<double>(tuplestore_tuple_count(rows));
    relation->reldata = rows;
    const int code = SPI_register_relation(relation);
    if (code < 0)
        elog(ERROR, "SPI_register_relation failed: %s", SPI_result_code_string(code));
    return relation;
}

}  // namespace journal
