// See live.hpp.
#include "report/live.hpp"

#include "base/memory.hpp"
#include "base/operator_name.hpp"
#include "base/query.hpp"
#include "base/text_form.hpp"
#include "base/transaction.hpp"
#include "catalog/layout_writer.hpp"
#include "report/entry_row.hpp"

namespace journal {

namespace {

/// A query of the form SELECT n, label FROM keys JOIN table.
struct LiveQuery {
    bool possible;  // the caller may read the key
    bool has_label;
    const char* sql;
};

bool may_select(Oid relation, AttrNumber column)
{
    return pg_class_aclcheck(relation, GetUserId(), ACL_SELECT) == ACLCHECK_OK ||
           pg_attribute_aclcheck(relation, column, GetUserId(), ACL_SELECT) == ACLCHECK_OK;
}

AttrNumber label_attribute(const Target& target)
{
    const int32 layout_id = newest_layout(target.id, target.relation);
    if (target.label_column == 0 || layout_id == 0)
        return InvalidAttrNumber;
    const Layout* layout = layout_by_id(layout_id);
    const int position = layout_position(layout, target.label_column);
    if (position < 0 ||
        get_attname(target.relation, layout->columns[position].number, true) == nullptr)
        return InvalidAttrNumber;
    return layout->columns[position].number;
}

LiveQuery make_query(Relation relation, const Target& target)
{
    LiveQuery query{};
    AttrNumber attributes[INDEX_MAX_KEYS];
    Oid index = InvalidOid;
    const int count = key_attributes(relation, attributes, &index);
    if (count == 0 || object_aclcheck(NamespaceRelationId, RelationGetNamespace(relation),
                                      GetUserId(), ACL_USAGE) != ACLCHECK_OK)
        return query;

    StringInfoData join;
    initStringInfo(&join);
    for (int i = 0; i < count; i++) {
        Form_pg_attribute column = TupleDescAttr(RelationGetDescr(relation), attributes[i] - 1);
        const char* equality = find_equality_operator(column->atttypid);
        if (equality == nullptr || !may_select(target.relation, attributes[i]))
            return query;
        const char* part = count == 1 ? "w.key" : psprintf("(w.key::jsonb->>%d)", i);
        appendStringInfo(
            &join, "%st.%s %s CAST(%s AS %s)", i == 0 ? "" : " AND ",
            quote_identifier(NameStr(column->attname)), equality, part,
            format_type_extended(column->atttypid, column->atttypmod,
                                 FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY));
    }
    const AttrNumber label = label_attribute(target);
    query.possible = true;
    query.has_label = label != InvalidAttrNumber && may_select(target.relation, label);
    query.sql = psprintf(
        "SELECT w.n, %s FROM unnest($1) WITH ORDINALITY AS w (key, n) JOIN %s AS t ON %s",
        query.has_label
            ? psprintf("t.%s::text", quote_identifier(get_attname(target.relation, label, false)))
            : "NULL::text",
        qualified_name(target.relation), join.data);
    return query;
}

void run_query(const LiveQuery& live, int count, const char* const* keys, MemoryContext context,
               LiveRow* rows)
{
    Query query = Query::begin(RunAs::kCaller);
    const QueryArgument argument = text_array_argument(keys, count);
    const uint64 found = query.run(live.sql, 1, &argument, true);
    for (uint64 i = 0; i < found; i++) {
        LiveRow& row = rows[query.int8(i, 1) - 1];
        row.presence = Presence::kPresent;
        row.has_label = live.has_label;
        row.label = query.text(i, 2, context);
    }
    query.end();
}

/// Runs the query in a subtransaction; false if a key could not be read as a value of the key's
/// type (SQLSTATE class 22). Other errors go on.
bool try_query(const LiveQuery& live, int count, const char* const* keys, MemoryContext context,
               LiveRow* rows)
{
    ErrorData* error = run_in_subtransaction([&] { run_query(live, count, keys, context, rows); });
    if (error == nullptr)
        return true;
    if (ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_DATA_EXCEPTION)
        ReThrowError(error);
    FreeErrorData(error);
    return false;
}

}  // namespace

void look_up_live(const Target& target, int count, const char* const* keys, MemoryContext context,
                  LiveRow* rows)
{
    for (int i = 0; i < count; i++)
        rows[i] = {Presence::kUnknown, false, nullptr};
    if (count == 0 || !OidIsValid(target.relation))
        return;
    Relation relation = try_relation_open(target.relation, AccessShareLock);
    if (relation == nullptr)
        return;
    const LiveQuery live = make_query(relation, target);
    if (live.possible) {
        for (int i = 0; i < count; i++)
            rows[i].presence = Presence::kAbsent;
        // One key that is none must not hide the others.
        if (!try_query(live, count, keys, context, rows))
            for (int i = 0; i < count; i++) {
                CHECK_FOR_INTERRUPTS();
                try_query(live, 1, &keys[i], context, &rows[i]);
            }
        // No row has a key that we shortened.
        for (int i = 0; i < count; i++)
            if (is_shortened(keys[i], kLongestKey))
                rows[i].presence = Presence::kUnknown;
    }
    relation_close(relation, AccessShareLock);
}

}  // namespace journal
