// See live.hpp.
#include "names/live.hpp"

#include "base/key_rows.hpp"
#include "base/memory.hpp"
#include "base/operator_name.hpp"
#include "base/query.hpp"
#include "base/transaction.hpp"
#include "catalog/deleted_when.hpp"
#include "catalog/name_rights.hpp"
#include "request/entry_row.hpp"
#include "values/text_form.hpp"

namespace journal {

namespace {

constexpr const char* kKeyRows = "event_journal_keys";

/// A query of the form SELECT n, label, account FROM keys JOIN table.
struct LiveQuery {
    Relation relation;
    bool as_owner;  // with the rights of the table's owner, else with the caller's
    int key_count;
    AttrNumber key[INDEX_MAX_KEYS];
    bool possible;  // the key may be read, and what tells deleted rows
    bool has_label;
    Oid label_type;
    bool has_account;
    Oid account_type;
    const char* sql;
};

/// With whose rights a query reads.
Oid reader_of(const LiveQuery& query)
{
    return query.as_owner ? query.relation->rd_rel->relowner : GetUserId();
}

bool may_select(const LiveQuery& query, AttrNumber column)
{
    return may_read_column(reader_of(query), RelationGetRelid(query.relation), column);
}

const char* column_of(Oid relation, AttrNumber column)
{
    return psprintf("t.%s", quote_identifier(get_attname(relation, column, false)));
}

/// Whether the caller's rights let a table be looked into. Policies run as whoever reads: not those
/// of a stranger, nor what planning runs of his.
bool is_open_to_caller(Relation relation)
{
    return !is_closed(relation) && !has_strange_members(relation);
}

/// Whether its owner's rights do.
bool is_open_to_owner(Relation relation)
{
    const Rights rights = Rights::of_constraint(relation);
    const bool is_open = !has_strange_members(relation);
    rights.end();
    return is_open;
}

LiveQuery make_query(Relation relation, const Target& target, bool as_owner)
{
    LiveQuery query{};
    Oid index = InvalidOid;
    query.relation = relation;
    query.as_owner = as_owner;
    query.key_count = key_attributes(relation, query.key, &index);
    if (query.key_count == 0 ||
        !(as_owner ? is_open_to_owner(relation) : is_open_to_caller(relation)))
        return query;

    StringInfoData join;
    initStringInfo(&join);
    for (int i = 0; i < query.key_count; i++) {
        Form_pg_attribute column = TupleDescAttr(RelationGetDescr(relation), query.key[i] - 1);
        const char* equality = find_equality_operator(column->atttypid);
        if (equality == nullptr || !may_select(query, query.key[i]))
            return query;
        appendStringInfo(&join, "%st.%s %s w.k%d", i == 0 ? "" : " AND ",
                         quote_identifier(NameStr(column->attname)), equality, i + 1);
    }
    // Whether a row counts as deleted has to be seen.
    if (!target.records_all && !may_read_deleted_when(reader_of(query), relation))
        return query;
    const AttrNumber label = target.label;
    query.possible = true;
    query.has_label = label != InvalidAttrNumber && may_select(query, label);
    const AttrNumber account = target.account;
    query.has_account = target.account_column != 0;
    // Whose row it is has to be seen.
    if (query.has_account && (account == InvalidAttrNumber || !may_select(query, account)))
        query.has_account = query.has_label = false;
    if (query.has_label)
        query.label_type = TupleDescAttr(RelationGetDescr(relation), label - 1)->atttypid;
    if (query.has_account)
        query.account_type = TupleDescAttr(RelationGetDescr(relation), account - 1)->atttypid;
    const char* deleted = target.records_all ? nullptr : deleted_when_sql(relation, "t");
    query.sql = psprintf(
        "SELECT w.n, %s AS label, %s AS account, %s AS is_deleted FROM %s AS w "
        "JOIN %s AS t ON %s",
        query.has_label ? column_of(target.relation, label) : "NULL",
        query.has_account ? column_of(target.relation, account) : "NULL",
        deleted == nullptr ? "false" : deleted, kKeyRows, qualified_name(target.relation),
        join.data);
    return query;
}

/// The label in a result, in the form in which the journal keeps labels.
char* label_of(const LiveQuery& live, const Query& query, uint64 row, MemoryContext context)
{
    const Value value = query.value(row, "label");
    return value.is_null || !live.has_label
               ? nullptr
               : MemoryContextStrdup(context, text_form_once(live.label_type, value.datum));
}

/// Whether a row of the result is of the account that is read, or of none.
bool is_of_account(const LiveQuery& live, const Query& query, uint64 row, const char* account)
{
    if (!live.has_account)
        return true;
    const Value value = query.value(row, "account");
    if (value.is_null)
        return true;
    const char* text = text_form_once(live.account_type, value.datum);
    return *text == '\0' || strcmp(text, account) == 0;
}

void run_query(const LiveQuery& live, const char* account, int count, const char* const* keys,
               MemoryContext context, LiveRow* rows)
{
    KeyRows key_rows = make_key_rows(live.relation, live.key_count, live.key, count, keys);
    const Rights rights =
        live.as_owner ? Rights::of_constraint(live.relation) : Rights::lent_by(live.relation);
    Query query = Query::begin(RunAs::kCallerWithPath);
    register_named(kKeyRows, key_rows.rows, key_rows.descriptor);
    const uint64 found = query.run(live.sql, {}, true);
    for (uint64 i = 0; i < found; i++) {
        LiveRow& row = rows[query.value(i, "n").int8() - 1];
        row.presence = Presence::kPresent;
        row.is_deleted = query.value(i, "is_deleted").boolean();
        row.is_others = !is_of_account(live, query, i, account);
        row.has_label = live.has_label && !row.is_others;
        row.label = row.has_label ? label_of(live, query, i, context) : nullptr;
    }
    query.end();
    rights.end();
    end_key_rows(&key_rows);
}

/// Whether an error may have been raised by the code of an owner who is not trusted, who must not
/// stop everybody's reports by it.
bool is_of_stranger(Relation relation, const ErrorData* error)
{
    const int category = ERRCODE_TO_CATEGORY(error->sqlerrcode);
    return !is_trusted(relation) &&
           category != ERRCODE_TO_CATEGORY(ERRCODE_OPERATOR_INTERVENTION) &&
           category != ERRCODE_TO_CATEGORY(ERRCODE_INSUFFICIENT_RESOURCES) &&
           category != ERRCODE_TO_CATEGORY(ERRCODE_SYSTEM_ERROR) &&
           category != ERRCODE_TO_CATEGORY(ERRCODE_TRANSACTION_ROLLBACK);
}

/// Runs the query in a subtransaction; false if a key could not be read as a value of the key's
/// type (SQLSTATE class 22). Errors of a stranger's code are warned of: nothing is known of his
/// rows then, nor of rows for which the reader lacks a right, as on a function of deleted_when.
/// Other errors go on.
bool try_query(const LiveQuery& live, const char* account, int count, const char* const* keys,
               MemoryContext context, LiveRow* rows)
{
    ErrorData* error =
        run_in_subtransaction([&] { run_query(live, account, count, keys, context, rows); });
    if (error == nullptr)
        return true;
    const bool is_misfit = ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_DATA_EXCEPTION;
    const bool is_of_a_stranger = is_of_stranger(live.relation, error);
    if (!is_misfit && !is_of_a_stranger && error->sqlerrcode != ERRCODE_INSUFFICIENT_PRIVILEGE)
        ReThrowError(error);
    if (!is_misfit) {
        if (is_of_a_stranger)
            ereport(WARNING,
                    (errmsg("rows of %s are not looked up: code of the table raises an error",
                            qualified_name(RelationGetRelid(live.relation))),
                     errdetail_internal("%s", error->message)));
        for (int i = 0; i < count; i++)
            rows[i] = LiveRow{};
    }
    FreeErrorData(error);
    return !is_misfit;
}

}  // namespace

bool sees_names(const Target& target)
{
    Relation relation =
        OidIsValid(target.relation) ? try_relation_open(target.relation, AccessShareLock) : nullptr;
    if (relation == nullptr)
        return false;
    const LiveQuery live = make_query(relation, target, false);
    const bool sees = live.possible && live.has_label && !has_policies(relation);
    relation_close(relation, AccessShareLock);
    return sees;
}

void look_up_live(const Target& target, LookUpAs rights, const char* account, int count,
                  const char* const* keys, MemoryContext context, LiveRow* rows)
{
    for (int i = 0; i < count; i++)
        rows[i] = LiveRow{};
    if (count == 0 || !OidIsValid(target.relation))
        return;
    Relation relation = try_relation_open(target.relation, AccessShareLock);
    if (relation == nullptr)
        return;
    const LiveQuery live = make_query(relation, target, rights == LookUpAs::kOwner);
    if (live.possible) {
        for (int i = 0; i < count; i++)
            rows[i].presence = Presence::kAbsent;
        // One key that is none must not hide the others.
        if (!try_query(live, account, count, keys, context, rows))
            for (int i = 0; i < count; i++) {
                CHECK_FOR_INTERRUPTS();
                try_query(live, account, 1, &keys[i], context, &rows[i]);
            }
        // No row has a key that we shortened.
        for (int i = 0; i < count; i++)
            if (is_shortened(keys[i], kLongestKey))
                rows[i].presence = Presence::kUnknown;
    }
    relation_close(relation, AccessShareLock);
}

}  // namespace journal
