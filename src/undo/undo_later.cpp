// Who stands in the way of an undo: the later transactions that changed the rows found.
#include "base/query.hpp"
#include "catalog/account.hpp"
#include "restore/statement.hpp"
#include "undo/undo_find.hpp"

namespace journal {

namespace {

bool has_column_name(const char* names, const char* name)
{
    const std::size_t length = strlen(name);
    for (const char* at = names; (at = strstr(at, name)) != nullptr; at += length)
        if ((at == names || at[-1] == ' ') && (at[length] == '\0' || at[length] == ','))
            return true;
    return false;
}

/// Whether an update changed one of the named columns; true where that is not known.
bool touches(int32 layout, Datum data, bool is_empty, const char* names)
{
    if (names == nullptr || is_empty)
        return names == nullptr;
    const Layout* found = layout_by_id(layout);
    const EntryChanges update = read_changes(found, DatumGetJsonbP(data));
    for (int i = 0; i < update.count; i++)
        if (has_column_name(names, found->columns[update.changes[i].position].name))
            return true;
    return false;
}

/// Words for who wrote an entry that the caller may see.
const char* describe_writer(const Query& query, uint64 row, MemoryContext context)
{
    bool is_null = false;
    const char* employee = query.text(row, 4, context);
    const char* role = query.text(row, 5, context);
    const char* who = employee != nullptr ? psprintf("employee %s", employee)
                      : role != nullptr   ? psprintf("role \"%s\"", role)
                                          : "somebody";
    return psprintf(
        "transaction " UINT64_FORMAT " (%s, %s)",
        U64FromFullTransactionId(DatumGetFullTransactionId(query.value(row, 2, &is_null))), who,
        timestamptz_to_str(DatumGetTimestampTz(query.value(row, 3, &is_null))));
}

TupleDesc describe_finds()
{
    TupleDesc descriptor = CreateTemplateTupleDesc(4);
    TupleDescInitEntry(descriptor, 1, "number", INT4OID, -1, 0);
    TupleDescInitEntry(descriptor, 2, "relation", INT4OID, -1, 0);
    TupleDescInitEntry(descriptor, 3, "key", TEXTOID, -1, 0);
    TupleDescInitEntry(descriptor, 4, "since", INT8OID, -1, 0);
    return descriptor;
}

/// Later entries of the rows found, newest first. Nothing is looked up by id in what is found: of
/// how much that is the planner knows too little.
constexpr const char* kLaterEntries =
    "SELECT e.number, e.transaction_id, e.occurred_at, e.employee, s.acting_role::text, e.account, "
    "e.operation, e.layout, e.data, e.previous_id IS NOT NULL "
    "FROM (SELECT f.number, f.since, j.* FROM event_journal_finds f JOIN journal.entry j "
    "      ON j.relation = f.relation AND j.object_id = f.key WHERE j.id > $1 AND j.occurred_at >= "
    "$2 "
    "      UNION ALL SELECT f.number, f.since, j.* FROM event_journal_finds f JOIN journal.entry j "
    "      ON j.relation = f.relation AND j.previous_id = f.key AND j.object_id <> f.key "
    "      WHERE j.id > $1 AND j.occurred_at >= $2) e "
    "JOIN journal.session s ON s.id = e.session "
    "WHERE e.id > e.since AND NOT e.backfilled AND e.operation IN ('i', 'u', 'd') "
    "AND CASE WHEN $4 = 0 THEN e.transaction_id <> ALL ($3) ELSE e.change <> $4 END "
    "ORDER BY e.number, e.id DESC";

bool may_see(Datum account, TimestampTz occurred_at, const OwnerScope& caller)
{
    OwnerScope owner{};
    GetUserIdAndSecContext(&owner.user, &owner.security);
    become_caller(caller);
    const bool result = occurred_at >= visible_since(TextDatumGetCString(account));
    become_caller(owner);
    return result;
}

}  // namespace

void name_later_transactions(Undo* undo, Finds* finds)
{
    if (finds->empty())
        return;
    MemoryContext context = CurrentMemoryContext;
    TupleDesc descriptor = describe_finds();
    Tuplestorestate* rows = tuplestore_begin_heap(false, false, work_mem);
    for (std::size_t i = 0; i < finds->size(); i++) {
        const Found& found = (*finds)[i];
        if (found.key == nullptr)
            continue;
        Datum values[] = {Int32GetDatum(static_cast<int32>(i)), Int32GetDatum(found.relation),
                          CStringGetTextDatum(found.key), Int64GetDatum(found.since)};
        bool nulls[] = {false, false, false, false};
        tuplestore_putvalues(rows, descriptor, values, nulls);
    }
    OwnerScope caller{};
    GetUserIdAndSecContext(&caller.user, &caller.security);
    Query query = Query::begin(RunAs::kOwner);
    register_named("event_journal_finds", rows, descriptor);
    const uint64 count =
        query.run(kLaterEntries, {int8_argument(undo->extent.first_id),
                                  {TIMESTAMPTZOID, TimestampTzGetDatum(undo->extent.first_time)},
                                  {XID8ARRAYOID, undo->extent.transactions},
                                  int8_argument(undo->extent.change)});
    for (uint64 i = 0; i < count; i++) {
        CHECK_FOR_INTERRUPTS();
        bool is_null = false;
        bool is_empty = false;
        Found& found = (*finds)[query.int4(i, 1)];
        const Datum account = query.value(i, 6, &is_null);
        const TimestampTz at = DatumGetTimestampTz(query.value(i, 3, &is_null));
        const bool is_named = found.issue.detail != nullptr;
        if ((is_named && !(found.by_all && undo->later != nullptr)) ||
            !may_see(account, at, caller))
            continue;
        const char operation = DatumGetChar(query.value(i, 7, &is_null));
        const Datum data = query.value(i, 9, &is_empty);
        const bool counts = operation != 'u' || query.boolean(i, 10) ||
                            touches(query.int4(i, 8), data, is_empty, found.columns);
        if (!counts)
            continue;
        const uint64 later =
            U64FromFullTransactionId(DatumGetFullTransactionId(query.value(i, 2, &is_null)));
        if (undo->later != nullptr)
            undo->later->push_back(later);
        if (is_named)
            continue;
        MemoryContext spi = MemoryContextSwitchTo(context);
        const char* who = describe_writer(query, i, context);
        const char* place = strstr(found.what, "%s");
        found.issue.detail =
            psprintf("%.*s%s%s", static_cast<int>(place - found.what), found.what, who, place + 2);
        found.issue.later_transaction = later;
        MemoryContextSwitchTo(spi);
    }
    query.end();
    tuplestore_end(rows);
    for (Found& found : *finds) {
        if (found.issue.detail == nullptr)
            found.issue.detail = found.otherwise;
        if (found.issue.hint == nullptr || found.issue.later_transaction != 0)
            found.issue.hint =
                "journal.undo_plan shows all such rows; on_conflict says what else can be done.";
        add_issue(undo, found.issue);
    }
}

}  // namespace journal
