// See deletion.hpp.
#include "restore/deletion.hpp"

#include "base/function.hpp"
#include "base/stored_jsonb.hpp"
#include "catalog/access.hpp"
#include "catalog/event_type.hpp"
#include "restore/row_set.hpp"

namespace journal {

namespace {

bool is_support(Oid role)
{
    return DatumGetBool(DirectFunctionCall3(has_function_privilege_id_name, ObjectIdGetDatum(role),
                                            CStringGetTextDatum("journal.support()"),
                                            CStringGetTextDatum("EXECUTE")));
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

/// Columns of a request's entry.
enum RequestColumn { kId = 1, kChange, kOperation, kEventType, kType, kKey, kLabel };

RestoredBy restored_by(const EventType* type)
{
    if (type->restore == nullptr)
        return RestoredBy::kNobody;
    return strcmp(type->restore, "support") == 0 ? RestoredBy::kSupport : RestoredBy::kJournal;
}

/// The event type that was asked about last, and that its objects may be restored: looking either
/// up costs more than reading a row.
struct Allowed {
    const EventType* type;
    bool checked;
};

void check_request(const ResultReader& entry, const char* reason, Allowed* allowed,
                   Vector<Request>* requests)
{
    const char operation = entry.character(kOperation);
    const int32 event_type = entry.int4(kEventType);
    if (allowed->type == nullptr || allowed->type->id != event_type)
        *allowed = {event_type_by_id(event_type), false};
    const EventType* type = allowed->type;
    const bool logged = operation == 'l' && strcmp(type->kind, "deleted") == 0;
    if (operation != 'd' && !logged)
        raise_not_a_deletion(entry.int8(kId), type->code);
    const RestoredBy by = restored_by(type);
    if (!allowed->checked) {
        Deletion deletion{};
        deletion.object_type = entry.text(kType);
        deletion.object_id = entry.text(kKey);
        deletion.label = entry.text(kLabel);
        check_allowed(by, reason, deletion);
        allowed->checked = true;
    }
    requests->push_back({entry.int8(kId), entry.int8(kChange)});
}

bool is_asked(const Vector<Request>& requests, int64 entry)
{
    const auto found =
        std::lower_bound(requests.begin(), requests.end(), entry,
                         [](const Request& request, int64 id) { return request.asked < id; });
    return found != requests.end() && found->asked == entry;
}

/// Reads requested entries of a condition into requests, which stay in the order of their ids.
void read_matching(const Ids& entries, const char* condition, const char* reason,
                   Vector<Request>* requests)
{
    if (entries.empty())
        return;
    ResultReader entry = read_about(
        RunAs::kCaller,
        psprintf("SELECT e.id, e.change, e.operation, e.event_type, e.object_type, e.object_id, "
                 "e.label FROM journal.entry e WHERE %s %s ORDER BY e.id",
                 is_among("e.id", entries), condition),
        entries, {INT8OID, INT8OID, CHAROID, INT4OID, TEXTOID, TEXTOID, TEXTOID});
    Allowed allowed{};
    while (entry.next())
        check_request(entry, reason, &allowed, requests);
    entry.close();
    std::sort(requests->begin(), requests->end(),
              [](const Request& a, const Request& b) { return a.asked < b.asked; });
}

/// Columns of a deletion's row.
enum DeletionColumn {
    kEntry = 1,
    kRelation,
    kLayout,
    kObjectType,
    kObjectId,
    kDeletedLabel,
    kData
};

}  // namespace

RestoredBy restored_by(int32 event_type)
{
    return restored_by(event_type_by_id(event_type));
}

bool may_restore(RestoredBy restored_by)
{
    return restored_by == RestoredBy::kJournal ||
           (restored_by == RestoredBy::kSupport && is_support(GetUserId()));
}

void check_allowed(RestoredBy restored_by, const char* reason, const Deletion& deletion)
{
    switch (restored_by) {
        case RestoredBy::kJournal:
            return;
        case RestoredBy::kNobody:
            ereport(ERROR,
                    (errcode(kNotRestorable),
                     errmsg("an object of type \"%s\" cannot be restored from the journal",
                            deletion.object_type),
                     errhint("journal.deleted_objects() says in its column restorable what can.")));
            break;
        case RestoredBy::kSupport:
            if (!is_support(GetUserId()))
                ereport(ERROR,
                        (errcode(kContactSupport),
                         errmsg("%s can be restored by support only", describe(deletion)),
                         errdetail("Role \"%s\" has no EXECUTE on function journal.support().",
                                   GetUserNameFromId(GetUserId(), false)),
                         errhint("Contact support.")));
            if (reason == nullptr)
                ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                                errmsg("restoring %s needs a reason", describe(deletion)),
                                errhint("Give it: journal.restore(entry, reason => '...').")));
    }
}

void read_requests(const Ids& entries, const char* reason, Vector<Request>* requests)
{
    require_entries_readable("restorer");
    ContextResource memory(CurrentMemoryContext);
    // Deletions have an index of their own, which is much smaller than the others.
    read_matching(entries, "AND e.operation = 'd'", reason, requests);
    Ids others(&memory);
    for (const int64 entry : entries)
        if (!is_asked(*requests, entry))
            others.push_back(entry);
    read_matching(others, "", reason, requests);
    for (const int64 entry : entries)
        if (!is_asked(*requests, entry))
            raise_unknown_entry(entry);
}

ResultReader begin_deletions(const Ids& entries)
{
    return begin_deletions_in(psprintf("journal.entry e WHERE %s", is_among("e.id", entries)),
                              entries);
}

ResultReader begin_deletions_in(const char* source, const Ids& entries)
{
    return read_about(RunAs::kOwner,
                      psprintf("SELECT e.id, e.relation, e.layout, e.object_type, e.object_id, "
                               "e.label, e.data FROM %s ORDER BY e.id",
                               source),
                      entries, {INT8OID, INT4OID, INT4OID, TEXTOID, TEXTOID, TEXTOID, JSONBOID});
}

bool next_deletion(ResultReader* reader, Deletion* deletion)
{
    if (!reader->next())
        return false;
    MemoryContext caller = MemoryContextSwitchTo(reader->row_memory());
    *deletion = Deletion{};
    deletion->entry = reader->int8(kEntry);
    deletion->relation = reader->int4(kRelation);
    deletion->object_type = reader->text(kObjectType);
    deletion->object_id = reader->text(kObjectId);
    deletion->label = reader->text(kDeletedLabel);
    if (!reader->is_null(kLayout)) {
        deletion->layout = layout_by_id(reader->int4(kLayout));
        bool is_null = false;
        const Datum data = reader->value(kData, &is_null);
        if (!is_null)
            deletion->row = read_snapshot(deletion->layout, stored_jsonb(data, true));
    }
    MemoryContextSwitchTo(caller);
    return true;
}

List* add_reference_to(List* references, const LayoutForeignKey* foreign_key)
{
    ListCell* cell = nullptr;
    foreach (cell, references)
        if (same_referenced(*static_cast<LayoutForeignKey*>(lfirst(cell)), *foreign_key))
            return references;
    return lappend(references, const_cast<LayoutForeignKey*>(foreign_key));
}

bool refers_to_values(const List* references)
{
    ListCell* cell = nullptr;
    foreach (cell, references)
        if (static_cast<const LayoutForeignKey*>(lfirst(cell))->referenced != nullptr)
            return true;
    return false;
}

const char* found_by(const LayoutForeignKey& foreign_key, const Deletion& deletion)
{
    if (foreign_key.relation != deletion.relation)
        return nullptr;
    if (foreign_key.referenced == nullptr)
        return deletion.object_id;
    return deletion.row.count == 0 ? nullptr
                                   : referenced_values(foreign_key, deletion.layout, deletion.row);
}

const char* referenced_columns(const LayoutForeignKey& foreign_key)
{
    StringInfoData columns;
    initStringInfo(&columns);
    for (int i = 0; foreign_key.referenced != nullptr && i < foreign_key.count; i++)
        appendStringInfo(&columns, " %d", foreign_key.referenced[i]);
    return columns.data;
}

const char* describe(const Deletion& deletion)
{
    SetRow row{};
    row.object_type = deletion.object_type;
    row.object_id = deletion.object_id;
    row.label = deletion.label;
    return describe_row(row);
}

}  // namespace journal
