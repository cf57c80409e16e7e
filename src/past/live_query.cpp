// See live_query.hpp.
#include "past/live_query.hpp"

#include "base/operator_name.hpp"
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

char* live_query(const Past* past, bool of_keys)
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
    appendStringInfo(&sql, " FROM %s AS t", qualified_name(RelationGetRelid(past->root)));
    if (of_keys)
        append_key_condition(past, &sql);
    return sql.data;
}

}  // namespace journal
