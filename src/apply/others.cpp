// See others.hpp.
#include "apply/others.hpp"

#include "base/query.hpp"
#include "base/result_reader.hpp"
#include "catalog/account.hpp"
#include "changes/statement.hpp"

namespace journal {

namespace {

enum OtherColumn {
    kTable = 1,
    kRelation,
    kType,
    kKey,
    kLabel,
    kEntry,
    kFirst,
    kLast,
    kAccount,
    kTime
};

/// The keys of the sets' rows, before and after, each after UNION ALL.
const char* keys_of_sets(const Application* application)
{
    StringInfoData sql;
    initStringInfo(&sql);
    ListCell* cell = nullptr;
    foreach (cell, application->applied) {
        const auto* set = static_cast<RowSet*>(lfirst(cell));
        for (const char* key : {"key", "object_id"})
            appendStringInfo(&sql,
                             " UNION ALL SELECT %d, NULL, r.%s, NULL, NULL, NULL, NULL, NULL, true "
                             "FROM %s r",
                             set->plan->id, key, rows_name(foreach_current_index(cell)));
    }
    return sql.data;
}

/// Entries and rows come together by sorting: of how many there are the planner knows too little to
/// join them.
ResultReader read_others(const Application* application)
{
    const char* sql = psprintf(
        "SELECT t.relation::oid, o.* FROM (SELECT DISTINCT ON (c.relation, c.object_id) "
        "  c.relation, c.object_type, c.object_id, c.label, c.id, c.first, c.operation, c.account, "
        "  c.occurred_at FROM (SELECT b.*, bool_or(b.own) OVER w AS is_own, "
        "    first_value(b.operation) OVER (w ORDER BY b.id) AS first FROM ("
        "    SELECT e.relation, e.object_type, e.object_id, e.label, e.id, e.operation, e.account, "
        "    e.occurred_at, false AS own FROM journal.entry e WHERE e.id > $1 "
        "    AND e.occurred_at >= transaction_timestamp() "
        "    AND e.transaction_id = pg_current_xact_id() AND e.operation IN ('i', 'u', 'd') "
        "    AND e.change = e.id%s) b WINDOW w AS (PARTITION BY b.relation, b.object_id)) c "
        "  WHERE NOT c.is_own ORDER BY c.relation, c.object_id, c.id DESC) o "
        "LEFT JOIN journal.tracked_relation t ON t.id = o.relation ORDER BY o.id",
        keys_of_sets(application));
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    register_sets(application->applied);
    ResultReader row =
        ResultReader::open(context, sql,
                           describe_columns({OIDOID, INT4OID, TEXTOID, TEXTOID, TEXTOID, INT8OID,
                                             CHAROID, CHAROID, TEXTOID, TIMESTAMPTZOID}),
                           {int8_argument(application->before_entry)});
    query.end();
    return row;
}

bool may_read(Oid table)
{
    return OidIsValid(table) && pg_class_aclcheck(table, GetUserId(), ACL_SELECT) == ACLCHECK_OK;
}

using Tell = void (*)(const OtherRow& other, RowOperation action, void* state);

void tell_other(const ResultReader& entry, Tell tell, void* state)
{
    bool is_null = false;
    const char first = entry.character(kFirst);
    const char last = entry.character(kLast);
    if (DatumGetTimestampTz(entry.value(kTime, &is_null)) < visible_since(entry.text(kAccount)) ||
        (first == 'i' && last == 'd'))
        return;
    OtherRow other{};
    const Oid table =
        entry.is_null(kTable) ? InvalidOid : DatumGetObjectId(entry.value(kTable, &is_null));
    other.root = table;
    other.row.object_type = entry.text(kType);
    other.row.object_id = other.row.key = entry.text(kKey);
    other.row.label = may_read(table) ? entry.text(kLabel) : nullptr;
    other.row.entry = entry.int8(kEntry);
    tell(other,
         last == 'd'    ? RowOperation::kDelete
         : first == 'i' ? RowOperation::kInsert
                        : RowOperation::kUpdate,
         state);
}

}  // namespace

void for_each_other(const Application* application,
                    void (*tell)(const OtherRow& other, RowOperation action, void* state),
                    void* state)
{
    if (application->before_entry == 0)
        return;
    ResultReader entry = read_others(application);
    while (entry.next()) {
        MemoryContext caller = MemoryContextSwitchTo(entry.row_memory());
        tell_other(entry, tell, state);
        MemoryContextSwitchTo(caller);
    }
    entry.close();
}

}  // namespace journal
