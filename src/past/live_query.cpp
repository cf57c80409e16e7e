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

/// Limits the live query to the rows of some keys, which its only parameter holds.
void append_key_condition(const Past* past, StringInfo sql)
{
    appendStringInfoString(sql, ", pg_catalog.unnest($1) AS w (key) WHERE ");
    for (int i = 0; i < past->key_count; i++) {
        const PastColumn& column = past->columns[past->key[i]];
        const char* part =
            past->key_count == 1
                ? "w.key"
                : psprintf("(w.key::pg_catalog.jsonb OPERATOR(pg_catalog.->>) %d)", i);
        appendStringInfo(sql, "%st.%s %s CAST(%s AS %s)", i == 0 ? "" : " AND ",
                         quote_identifier(column.name), equality_operator(column.type), part,
                         base_type_name(column.type, column.typmod));
    }
}

}  // namespace

char* live_query(const Past* past)
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
    if (past->only_key != nullptr && !is_shortened(past->only_key, kLongestKey))
        append_key_condition(past, &sql);
    return sql.data;
}

}  // namespace journal
