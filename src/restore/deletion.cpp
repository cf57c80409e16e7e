// See deletion.hpp.
#include "restore/deletion.hpp"

#include "accounts/access.hpp"
#include "base/function.hpp"
#include "base/list.hpp"
#include "base/row_scan.hpp"
#include "catalog/event_type.hpp"
#include "catalog/marked_right.hpp"
#include "catalog/tracked_relation.hpp"
#include "months/entry_months.hpp"
#include "values/packed_values.hpp"

namespace journal {

namespace {

bool is_support(Oid role)
{
    return has_marked_right(role, "journal.support()");
}

/// The entry that a request names.
struct RequestedEntry {
    int64 id;
    int64 change;
    char operation;
    int32 event_type;
    const char* object_type;
    const char* object_id;
    const char* label;
    int32 relation;

    void bind(ResultReader* reader)
    {
        reader->bind("id", &id);
        reader->bind("change", &change);
        reader->bind("operation", &operation);
        reader->bind("event_type", &event_type);
        reader->bind("object_type", &object_type);
        reader->bind("object_id", &object_id);
        reader->bind("label", &label);
        reader->bind("relation", &relation);
    }
};

RestoredBy restored_by(const EventType* type)
{
    if (type->restore == nullptr)
        return RestoredBy::kNobody;
    return strcmp(type->restore, "support") == 0 ? RestoredBy::kSupport : RestoredBy::kJournal;
}

/// The requests while they are read.
struct Requests {
    Engine* engine;
    Vector<Request>* requests;
    Ids known;  // entries that were found, sorted
    // The event type that was asked about last, and who restores it: looking either up costs more
    // than reading a row.
    const EventType* type;
    RestoredBy by;
    bool allowed;
};

Deletion deletion_of(const RequestedEntry& entry)
{
    Deletion deletion{};
    deletion.entry = entry.id;
    deletion.relation = entry.relation;
    deletion.object_type = entry.object_type;
    deletion.object_id = entry.object_id;
    deletion.label = entry.label;
    return deletion;
}

/// Whether the caller may restore what entries of the last event type tell of.
void look_at_type(Requests* requests, const RequestedEntry& entry)
{
    if (requests->type != nullptr && requests->type->id == entry.event_type)
        return;
    requests->type = event_type_by_id(entry.event_type);
    requests->by = restored_by(requests->type);
    requests->allowed = may_restore(requests->engine->application, requests->by);
}

void check_request(const RequestedEntry& entry, Requests* requests)
{
    look_at_type(requests, entry);
    const char* code = requests->type->code;
    const bool logged = entry.operation == 'l' && strcmp(requests->type->kind, "deleted") == 0;
    const bool soft = entry.operation == 's';
    if (entry.operation != 'd' && !soft && !logged) {
        Issue issue = make_issue(IssueKind::kNoDeletion);
        issue.why = psprintf("it is not a deletion, but of the event type \"%s\"", code);
        stop(requests->engine, issue_of(issue, deletion_of(entry)));
    } else if (!requests->allowed) {
        stop(requests->engine, issue_of(not_allowed(requests->by), deletion_of(entry)));
    } else {
        requests->requests->push_back({entry.id, entry.change, soft});
    }
}

bool is_known(const Requests& requests, int64 entry)
{
    return std::binary_search(requests.known.begin(), requests.known.end(), entry);
}

/// Reads requested entries of a condition into requests, which stay in the order of their ids.
void read_matching(const Ids& entries, const char* condition, Requests* requests)
{
    if (entries.empty())
        return;
    ResultReader reader = read_about(
        RunAs::kCaller,
        psprintf("SELECT e.id, e.change, e.operation, e.event_type, e.object_type, e.object_id, "
                 "e.label, e.relation FROM journal.entry e WHERE %s %s ORDER BY e.id",
                 is_entry_among("e", entries), condition),
        entries);
    RequestedEntry entry{};
    entry.bind(&reader);
    while (reader.next()) {
        requests->known.push_back(entry.id);
        check_request(entry, requests);
    }
    reader.close();
    std::sort(requests->known.begin(), requests->known.end());
    std::sort(requests->requests->begin(), requests->requests->end(),
              [](const Request& a, const Request& b) { return a.asked < b.asked; });
}

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

bool may_restore(const Application* application, RestoredBy restored_by)
{
    return may_restore(restored_by) && (restored_by == RestoredBy::kJournal ||
                                        application->dry_run || application->reason != nullptr);
}

Issue not_allowed(RestoredBy restored_by)
{
    if (restored_by == RestoredBy::kNobody)
        return make_issue(IssueKind::kNobodys);
    if (!is_support(GetUserId()))
        return make_issue(IssueKind::kSupports,
                          psprintf("Role \"%s\" has no EXECUTE on function journal.support().",
                                   GetUserNameFromId(GetUserId(), false)));
    Issue issue = make_issue(IssueKind::kSupports);
    issue.sqlstate = ERRCODE_NULL_VALUE_NOT_ALLOWED;
    issue.why = "it needs a reason";
    issue.hint = "Give it: journal.restore(entry, reason => '...').";
    return issue;
}

Issue issue_of(Issue issue, RowOperation action, Oid root, const Deletion& row)
{
    issue.root = root;
    issue.action = action;
    issue.row = SetRow{};
    issue.row.entry = row.entry;
    issue.row.object_type = row.object_type;
    issue.row.object_id = issue.row.key = row.object_id;
    issue.row.label = row.label;
    return issue;
}

Issue issue_of(const Issue& issue, const Deletion& row)
{
    const TrackedRelation* tracked = tracked_relation_by_id(row.relation);
    const bool is_gone = tracked == nullptr || get_rel_relkind(tracked->relation) == '\0';
    return issue_of(issue, RowOperation::kInsert, is_gone ? InvalidOid : tracked->relation, row);
}

void read_requests(Engine* engine, const Ids& entries, Vector<Request>* requests)
{
    require_entries_readable("restorer");
    MemoryContext memory = CurrentMemoryContext;
    Requests all{engine, requests, Ids(memory), nullptr, RestoredBy::kNobody, false};
    // Deletions have an index of their own, which is much smaller than the others.
    read_matching(entries, "AND e.operation = 'd'", &all);
    Ids others(memory);
    for (const int64 entry : entries)
        if (!is_known(all, entry))
            others.push_back(entry);
    read_matching(others, "", &all);
    for (const int64 entry : others) {
        Deletion unknown{};
        unknown.entry = entry;
        if (!is_known(all, entry))
            stop(engine,
                 issue_of(make_issue(IssueKind::kUnknownEntry,
                                     psprintf("No entry of that id is visible to role \"%s\".",
                                              GetUserNameFromId(GetUserId(), false))),
                          unknown));
    }
}

/// A deletion as it is stored.
struct DeletionReader::Stored {
    int64 entry;
    int32 relation;
    int32 layout;  // 0: none
    const char* object_type;
    const char* object_id;
    const char* label;
    Value data;  // packed

    void bind(ResultReader* reader)
    {
        reader->bind("id", &entry);
        reader->bind("relation", &relation);
        reader->bind("layout", &layout);
        reader->bind("object_type", &object_type);
        reader->bind("object_id", &object_id);
        reader->bind("label", &label);
        reader->bind("data", &data);
    }
};

// What is bound stays where it is when the reader is moved.
DeletionReader::DeletionReader(const ResultReader& entries)
    : reader_(entries), stored_(make_in<Stored>(CurrentMemoryContext))
{
    stored_->bind(&reader_);
}

bool DeletionReader::next(Deletion* deletion)
{
    if (!reader_.next())
        return false;
    *deletion = Deletion{};
    deletion->entry = stored_->entry;
    deletion->relation = stored_->relation;
    deletion->object_type = stored_->object_type;
    deletion->object_id = stored_->object_id;
    deletion->label = stored_->label;
    if (stored_->layout == 0)
        return true;
    deletion->layout = layout_by_id(stored_->layout);
    if (!stored_->data.is_null)
        deletion->row = in_context(reader_.row_memory(), [&] {
            return read_snapshot(deletion->layout, unpacked_values(stored_->data.datum));
        });
    return true;
}

DeletionReader begin_deletions(const Ids& entries)
{
    return begin_deletions_in(psprintf("journal.entry e WHERE %s", is_entry_among("e", entries)),
                              entries);
}

DeletionReader begin_deletions_in(const char* source, const Ids& entries)
{
    return DeletionReader(
        read_about(RunAs::kOwner,
                   psprintf("SELECT e.id, e.relation, e.layout, e.object_type, e.object_id, "
                            "e.label, e.data FROM %s ORDER BY e.id",
                            source),
                   entries));
}

List* add_reference_to(List* references, const LayoutForeignKey* foreign_key)
{
    for (auto* key : items<LayoutForeignKey>(references))
        if (same_referenced(*key, *foreign_key))
            return references;
    return lappend(references, const_cast<LayoutForeignKey*>(foreign_key));
}

bool refers_to_values(const List* references)
{
    for (const auto* key : items<LayoutForeignKey>(references))
        if (key->referenced != nullptr)
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

int64 restoration_of(int64 change)
{
    RowScan scan = RowScan::begin("restoration", "restoration_pkey", {int8_key("entry", change)});
    int64 entry = 0;
    if (scan.next()) {
        const Value restored = scan.value("restored_entry");
        entry = restored.is_null ? 0 : restored.int8();
    }
    scan.end();
    return entry;
}

}  // namespace journal
