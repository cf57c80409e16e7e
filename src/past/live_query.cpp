// See live_query.hpp.
#include "past/live_query.hpp"

#include "base/operator_name.hpp"
#include "base/policy.hpp"
#include "base/query.hpp"
#include "catalog/tracked_relation.hpp"

namespace journal {

namespace {

/// The type that a domain is over, in whose place it runs no code of the domain's author; another
/// type as it is.
const char* base_type_name(Oid type, int32 typmod)
{
    const Oid base = getBaseTypeAndTypmod(type, &typmod);
    return format_type_extended(base, typmod,
                                FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);
}

/// Limits the live query to the rows of some keys, which are registered as a named relation.
void append_key_condition(const Past* past, StringInfo sql)
{
    appendStringInfo(sql, ", %s AS w WHERE ", kKeyRows);
    for (int i = 0; i < past->key_count; i++) {
        const PastColumn& column = past->columns[past->key[i]];
        appendStringInfo(sql, "%st.%s %s w.k%d", i == 0 ? "" : " AND ",
                         quote_identifier(column.name), equality_operator(column.type), i + 1);
    }
}

}  // namespace

bool find_key_rows(const Past* past, KeyRows* rows)
{
    Datum* keys = nullptr;
    int count = 0;
    deconstruct_array(DatumGetArrayTypeP(past->keys), TEXTOID, -1, false, TYPALIGN_INT, &keys,
                      nullptr, &count);
    const char** texts = make_array_in<const char*>(CurrentMemoryContext, count);
    for (int i = 0; i < count; i++) {
        texts[i] = TextDatumGetCString(keys[i]);
        if (is_shortened(texts[i], kLongestKey))
            return false;
    }
    AttrNumber* columns = make_array_in<AttrNumber>(CurrentMemoryContext, past->key_count);
    for (int i = 0; i < past->key_count; i++)
        columns[i] = past->columns[past->key[i]].number;
    *rows = make_key_rows(past->root, past->key_count, columns, count, texts);
    return true;
}

namespace {

char* live_rows_query(const Past* past, bool of_keys, const char* further_column)
{
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT ");
    const char* separator = "";
    for (int i = 0; i < past->descriptor->natts; i++) {
        Form_pg_attribute attribute = TupleDescAttr(past->descriptor, i);
        if (attribute->attisdropped)
            continue;
        if (past->columns[past->column_of[i]].is_known)
            appendStringInfo(&sql, "%st.%s", separator,
                             quote_identifier(NameStr(attribute->attname)));
        else
            appendStringInfo(&sql, "%sCAST(NULL AS %s)", separator,
                             base_type_name(attribute->atttypid, attribute->atttypmod));
        separator = ", ";
    }
    if (past->has_children)
        appendStringInfo(&sql, "%st.tableoid", separator);
    appendStringInfo(&sql, "%s FROM %s AS t", further_column,
                     qualified_name(RelationGetRelid(past->root)));
    if (of_keys)
        append_key_condition(past, &sql);
    return sql.data;
}

/// The live query's columns, event_journal_1 and so on, and the whole row.
TupleDesc describe_unjudged(const Past* past)
{
    // Where a descriptor keeps its attributes may follow from their number: it is made with it.
    int count = past->has_children ? 2 : 1;
    for (int i = 0; i < past->descriptor->natts; i++)
        count += TupleDescAttr(past->descriptor, i)->attisdropped ? 0 : 1;
    TupleDesc descriptor = CreateTemplateTupleDesc(count);
    AttrNumber number = 0;
    const auto add = [descriptor, &number](Oid type, int32 typmod, Oid collation) {
        number++;
        TupleDescInitEntry(descriptor, number, psprintf("event_journal_%d", number), type, typmod,
                           0);
        TupleDescInitEntryCollation(descriptor, number, collation);
    };
    for (int i = 0; i < past->descriptor->natts; i++) {
        Form_pg_attribute attribute = TupleDescAttr(past->descriptor, i);
        if (attribute->attisdropped)
            continue;
        int32 typmod = attribute->atttypmod;
        const bool is_known = past->columns[past->column_of[i]].is_known;
        const Oid type =
            is_known ? attribute->atttypid : getBaseTypeAndTypmod(attribute->atttypid, &typmod);
        add(type, typmod, attribute->attcollation);
    }
    if (past->has_children)
        add(OIDOID, -1, InvalidOid);
    add(get_rel_type_id(RelationGetRelid(past->root)), -1, InvalidOid);
    return descriptor;
}

}  // namespace

char* live_query(const Past* past, bool of_keys)
{
    return live_rows_query(past, of_keys, "");
}

UnjudgedRows select_unjudged_rows(const Past* past, bool of_keys)
{
    const auto unjudged = in_context(past->context, [&] {
        return UnjudgedRows{tuplestore_begin_heap(false, false, work_mem), describe_unjudged(past)};
    });
    SPIExecuteOptions options{};
    options.read_only = true;
    options.must_return_tuples = true;
    options.dest = CreateDestReceiver(DestTuplestore);
    SetTuplestoreDestReceiverParams(options.dest, unjudged.rows, past->context, false, nullptr,
                                    nullptr);
    const char* sql = live_rows_query(past, of_keys, ", t");
    const int code = SPI_execute_extended(sql, &options);
    if (code < 0)
        elog(ERROR, "SPI_execute_extended failed: %s: %s", SPI_result_code_string(code), sql);
    return unjudged;
}

const char* judged_query(const Past* past, const UnjudgedRows& unjudged)
{
    StringInfoData sql;
    initStringInfo(&sql);
    const int row = unjudged.descriptor->natts;
    for (int i = 1; i < row; i++)
        appendStringInfo(&sql, "%sevent_journal_%d", i == 1 ? "SELECT " : ", ", i);
    // As in past_policy.cpp.
    appendStringInfo(&sql,
                     " FROM %s, LATERAL pg_catalog.unnest(ARRAY[event_journal_%d]) AS %s WHERE %s",
                     kUnjudgedRows, row, quote_identifier(RelationGetRelationName(past->root)),
                     policy_condition(RelationGetRelid(past->root), 'r', Looked::kRow));
    return sql.data;
}

}  // namespace journal
