// See others.hpp.
#include "apply/others.hpp"

#include "accounts/account.hpp"
#include "apply/others_query.hpp"
#include "base/list.hpp"
#include "base/query.hpp"
#include "changes/statement.hpp"

namespace journal {

namespace {

/// The keys of the sets' rows, before and after, each after UNION ALL.
const char* keys_of_sets(const Application* application)
{
    StringInfoData sql;
    initStringInfo(&sql);
    int index = 0;
    for (const auto* set : items<RowSet>(application->applied)) {
        const char* rows = rows_name(index++);
        for (const char* key : {"key", "object_id"})
            appendStringInfo(&sql,
                             " UNION ALL SELECT %d, NULL, r.%s, NULL, NULL, NULL, NULL, NULL, true "
                             "FROM %s r",
                             set->plan->id, key, rows);
    }
    return sql.data;
}

ResultReader read_others(const Application* application)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    register_sets(application->applied);
    ResultReader reader = ResultReader::open(
        context, psprintf(kOtherEntries, keys_of_sets(application)),
        {int8_argument(application->before_entry),
         {TIMESTAMPTZOID, TimestampTzGetDatum(GetCurrentTransactionStartTimestamp())}});
    query.end();
    return reader;
}

bool may_read(Oid table)
{
    return OidIsValid(table) && pg_class_aclcheck(table, GetUserId(), ACL_SELECT) == ACLCHECK_OK;
}

using Tell = Callback<void(const OtherRow& other, RowOperation action)>;

void tell_other(const OtherEntry& entry, Tell tell)
{
    const bool comes_and_goes = entry.first == 'i' && entry.last == 'd';
    if (entry.occurred_at < visible_since(entry.account) || comes_and_goes)
        return;
    OtherRow other{};
    other.root = entry.root;
    other.row.object_type = entry.object_type;
    other.row.object_id = other.row.key = entry.object_id;
    other.row.label = may_read(entry.root) ? entry.label : nullptr;
    other.row.entry = entry.id;
    tell(other, entry.last == 'd'    ? RowOperation::kDelete
                : entry.first == 'i' ? RowOperation::kInsert
                                     : RowOperation::kUpdate);
}

}  // namespace

void for_each_other(const Application* application, Tell tell)
{
    if (application->before_entry == 0)
        return;
    ResultReader reader = read_others(application);
    OtherEntry entry{};
    entry.bind(&reader);
    while (reader.next())
        in_context(reader.row_memory(), [&] { tell_other(entry, tell); });
    reader.close();
}

}  // namespace journal
