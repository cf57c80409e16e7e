// See deletion.hpp.
#include "restore/deletion.hpp"

#include "base/function.hpp"
#include "base/query.hpp"
#include "base/stored_jsonb.hpp"
#include "catalog/event_type.hpp"
#include "restore/order.hpp"

namespace journal {

namespace {

// Columns of journal.entry that fill_deletion reads, in this order; read_entry reads three more.
#define DELETION_COLUMNS                                                                      \
    "e.id, e.relation, e.layout, e.object_type, e.object_id, e.label, e.account, e.session, " \
    "e.transaction_id, e.data"
enum DeletionColumn {
    kEntry = 1,
    kRelation,
    kLayout,
    kObjectType,
    kObjectId,
    kLabel,
    kAccount,
    kSession,
    kTransaction,
    kData,
    kChange,
    kOperation,
    kEventType
};

Deletion* fill_deletion(const Query& query, uint64 row, MemoryContext context)
{
    auto* deletion = make_in<Deletion>(context);
    bool is_null = false;
    deletion->entry = query.int8(row, kEntry);
    deletion->relation = query.int4(row, kRelation);
    deletion->object_type = query.text(row, kObjectType, context);
    deletion->object_id = query.text(row, kObjectId, context);
    deletion->label = query.text(row, kLabel, context);
    deletion->account = query.text(row, kAccount, context);
    deletion->session = query.int8(row, kSession);
    deletion->transaction = DatumGetFullTransactionId(query.value(row, kTransaction, &is_null));
    if (query.is_null(row, kLayout))
        return deletion;
    MemoryContext caller = MemoryContextSwitchTo(context);
    deletion->layout = layout_by_id(query.int4(row, kLayout));
    const Datum data = query.value(row, kData, &is_null);
    if (!is_null)
        deletion->row = read_snapshot(deletion->layout, stored_jsonb(data, true));
    MemoryContextSwitchTo(caller);
    return deletion;
}

[[noreturn]] void raise_unknown_entry(int64 entry)
{
    ereport(
        ERROR,
        (errcode(kUnknownEntry), errmsg("entry %lld does not exist", static_cast<long long>(entry)),
         errdetail("No entry of that id is visible to role \"%s\".",
                   GetUserNameFromId(GetUserId(), false)),
         errhint("journal.deleted_objects() lists what can be restored. If the role reads "
                 "several accounts, event_journal.account says which.")));
    pg_unreachable();
}

[[noreturn]] void raise_not_a_deletion(int64 entry, const char* event)
{
    ereport(ERROR, (errcode(kNotRestorable),
                    errmsg("entry %lld is not a deletion", static_cast<long long>(entry)),
                    errdetail("It is of the event type \"%s\".", event),
                    errhint("journal.deleted_objects() lists what can be restored.")));
    pg_unreachable();
}

RestoredBy restored_by(const EventType* type)
{
    if (type->restore == nullptr)
        return RestoredBy::kNobody;
    return strcmp(type->restore, "support") == 0 ? RestoredBy::kSupport : RestoredBy::kJournal;
}

/// An entry as the caller sees it, of whatever operation.
struct EntryRow {
    Deletion* deletion;
    int64 change;
    char operation;
    int32 event_type;
};

EntryRow read_entry(int64 entry)
{
    MemoryContext context = CurrentMemoryContext;
    EntryRow row{};
    Query query = Query::begin(RunAs::kCaller);
    // Deletions have an index of their own, which is much smaller than the others.
    constexpr const char* kSelect = "SELECT " DELETION_COLUMNS
                                    ", e.change, e.operation, e.event_type "
                                    "FROM journal.entry AS e WHERE e.id = $1 ";
    uint64 rows =
        query.run(psprintf("%s AND e.operation = 'd' LIMIT 1", kSelect), {int8_argument(entry)});
    if (rows == 0)
        rows = query.run(psprintf("%s LIMIT 1", kSelect), {int8_argument(entry)});
    if (rows > 0) {
        bool is_null = false;
        row.change = query.int8(0, kChange);
        row.operation = DatumGetChar(query.value(0, kOperation, &is_null));
        row.event_type = query.int4(0, kEventType);
        // Nothing else has a whole row in its data.
        if (row.operation == 'd' || row.operation == 'l')
            row.deletion = fill_deletion(query, 0, context);
    }
    query.end();
    if (rows == 0)
        raise_unknown_entry(entry);
    return row;
}

/// References among the rows: each foreign key of a row against the keys of the others.
int find_references(List* deletions, Dependency* dependencies)
{
    int count = 0;
    for (int i = 0; i < list_length(deletions); i++) {
        CHECK_FOR_INTERRUPTS();
        const auto* row = static_cast<Deletion*>(list_nth(deletions, i));
        for (int k = 0; row->row.count > 0 && k < row->layout->foreign_key_count; k++) {
            const LayoutForeignKey& foreign_key = row->layout->foreign_keys[k];
            const char* key = referenced_key(foreign_key, row->row);
            for (int j = 0; key != nullptr && j < list_length(deletions); j++) {
                const auto* other = static_cast<Deletion*>(list_nth(deletions, j));
                if (other->relation != foreign_key.relation || strcmp(other->object_id, key) != 0)
                    continue;
                if (dependencies != nullptr)
                    dependencies[count] = {i, j};
                count++;
            }
        }
    }
    return count;
}

List* in_dependency_order(List* deletions)
{
    const std::size_t rows = list_length(deletions);
    const std::size_t count = find_references(deletions, nullptr);
    auto* dependencies = make_array_in<Dependency>(CurrentMemoryContext, count);
    auto* broken = make_array_in<Dependency>(CurrentMemoryContext, count);
    int* order = make_array_in<int>(CurrentMemoryContext, rows);
    find_references(deletions, dependencies);
    // A cycle was possible by deferrable keys alone, or by an update in between: PostgreSQL accepts
    // the rows in the first case, and names the missing one in the second.
    dependency_order({dependencies, count}, {order, rows}, {broken, count});
    List* ordered = NIL;
    for (std::size_t i = 0; i < rows; i++)
        ordered = lappend(ordered, list_nth(deletions, order[i]));
    return ordered;
}

}  // namespace

Deletion* read_deletion(int64 entry)
{
    const EntryRow row = read_entry(entry);
    const EventType* type = event_type_by_id(row.event_type);
    const bool logged_deletion = row.operation == 'l' && strcmp(type->kind, "deleted") == 0;
    if (row.operation != 'd' && !logged_deletion)
        raise_not_a_deletion(entry, type->code);
    Deletion* deletion = row.change == entry ? row.deletion : read_entry(row.change).deletion;
    deletion->restored_by = restored_by(type);
    return deletion;
}

List* document_deletions(Deletion* document)
{
    MemoryContext context = CurrentMemoryContext;
    List* deletions = list_make1(document);
    Query query = Query::begin(RunAs::kOwner);
    // Of each object the last that the transaction did: one that it deleted and created again is
    // there. Entries without an account of their own belong to their document's.
    const uint64 rows = query.run(
        "SELECT " DELETION_COLUMNS
        " FROM (SELECT DISTINCT ON (d.relation, d.object_id) d.* "
        "       FROM journal.entry d JOIN journal.session s ON s.id = d.session "
        "       WHERE d.account IN ($1, '') AND d.document_type = $2 AND d.document_id = $3 "
        "         AND d.transaction_id = $4 AND d.operation IN ('i', 'd') AND d.id = d.change "
        "         AND s.incarnation = (SELECT incarnation FROM journal.session WHERE id = $5 LIMIT "
        "1) "
        "       ORDER BY d.relation, d.object_id, d.command DESC, d.id DESC) AS e "
        "WHERE e.operation = 'd' AND e.object_id IS NOT NULL "
        "  AND NOT EXISTS (SELECT FROM journal.restoration r WHERE r.entry = e.id) "
        "ORDER BY e.id",
        {text_argument(document->account),
         text_argument(document->object_type),
         text_argument(document->object_id),
         {XID8OID, FullTransactionIdGetDatum(document->transaction)},
         int8_argument(document->session)});
    MemoryContext caller = MemoryContextSwitchTo(context);
    for (uint64 i = 0; i < rows; i++) {
        Deletion* deletion = fill_deletion(query, i, context);
        deletion->restored_by = document->restored_by;
        deletions = lappend(deletions, deletion);
    }
    MemoryContextSwitchTo(caller);
    query.end();
    return in_dependency_order(deletions);
}

const char* describe(const Deletion* deletion)
{
    const char* type = deletion->object_type == nullptr ? "object" : deletion->object_type;
    const char* key =
        deletion->object_id == nullptr ? "" : psprintf(" \"%s\"", deletion->object_id);
    return deletion->label == nullptr ? psprintf("%s%s", type, key)
                                      : psprintf("%s%s (%s)", type, key, deletion->label);
}

}  // namespace journal
