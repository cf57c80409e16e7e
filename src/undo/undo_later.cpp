// Who stands in the way of an undo: the later transactions that changed the rows found.
//
// Their entries are read in the order of the rows found, beside these. Where it is a row's own key
// that is in use, or a row of a tracked table that it refers to that is missing, it is other rows'
// entries that are looked at.
#include "accounts/account.hpp"
#include "base/function.hpp"
#include "base/list.hpp"
#include "base/query.hpp"
#include "catalog/tracked_relation.hpp"
#include "changes/set_reference.hpp"
#include "changes/statement.hpp"
#include "months/entry_months.hpp"
#include "undo/later_query.hpp"
#include "undo/undo.hpp"
#include "values/packed_values.hpp"
#include "values/text_form.hpp"

namespace journal {

namespace {

/// Whether a column is among those of an array; columns that are as they were are NULL in it.
bool is_among(ArrayType* columns, int32 id)
{
    Datum* ids = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    deconstruct_array(columns, INT4OID, sizeof(int32), true, TYPALIGN_INT, &ids, &nulls, &count);
    for (int i = 0; i < count; i++)
        if (!nulls[i] && DatumGetInt32(ids[i]) == id)
            return true;
    return false;
}

/// Whether an update changed one of the columns.
bool touches(int32 layout, const Value& data, ArrayType* columns)
{
    if (columns == nullptr || data.is_null)
        return columns == nullptr;
    const Layout* found = layout_by_id(layout);
    const EntryChanges update = read_changes(found, unpacked_values(data.datum));
    for (int i = 0; i < update.count; i++)
        if (is_among(columns, found->columns[update.changes[i].position].id))
            return true;
    return false;
}

/// Words for who wrote an entry that the caller may see.
const char* describe_writer(const LaterEntry& entry)
{
    const char* who = entry.employee != nullptr ? psprintf("employee %s", entry.employee)
                      : entry.role != nullptr   ? psprintf("role \"%s\"", entry.role)
                                                : "somebody";
    return psprintf("transaction " UINT64_FORMAT " (%s, %s)",
                    U64FromFullTransactionId(entry.transaction), who,
                    timestamptz_to_str(entry.occurred_at));
}

ResultReader read_later_entries(const Undo* undo, IssueList* found)
{
    MemoryContext context = CurrentMemoryContext;
    const char* months = EntryMonths().from_id("j", undo->extent.first_id);
    Query query = Query::begin(RunAs::kOwner);
    register_issues(found);
    ResultReader entries =
        ResultReader::open(context, psprintf(kLaterEntries, months, months),
                           {int8_argument(undo->extent.first_id),
                            {TIMESTAMPTZOID, TimestampTzGetDatum(undo->extent.first_time)},
                            {XID8ARRAYOID, undo->extent.transactions},
                            int8_argument(undo->extent.change)});
    query.end();
    return entries;
}

/// Whether an entry is a change of what was found.
bool is_change(const LaterEntry& entry, const Issue& found)
{
    return entry.operation != 'u' || entry.moves ||
           touches(entry.layout, entry.data, found.trace.columns);
}

/// Whether an entry is a change that stands in the way, and the caller may see it.
bool counts(const LaterEntry& entry, const Issue& found)
{
    return entry.occurred_at >= visible_since(entry.account) && is_change(entry, found);
}

/// Whether triggers alone have changed what they had written before: they do so again.
enum class ByTriggers : char { kUnknown, kYes, kNo };

ByTriggers by_triggers(const LaterEntry& entry, const Issue& found, ByTriggers so_far)
{
    if (!found.trace.derived || so_far == ByTriggers::kNo || !is_change(entry, found))
        return so_far;
    return entry.derived && entry.operation == 'u' && !entry.moves ? ByTriggers::kYes
                                                                   : ByTriggers::kNo;
}

/// Leaves to triggers what they have changed of a row since.
void leave_changed_to_triggers(const Undo* undo, const Issue& found)
{
    auto* set = item<RowSet>(undo->application->sets, found.set);
    for (int i = 0; i < set->column_count; i++)
        if (is_among(found.trace.columns, set->columns[i].column->id))
            leave_to_triggers(set, found.row.number, i);
}

void add_later(Vector<uint64>* later, uint64 transaction)
{
    if (later->empty() || later->back() != transaction)
        later->push_back(transaction);
}

/// Looks at an entry later than a row found, of which another may have been named already.
void look_at(const Undo* undo, const LaterEntry& entry, Issue* found, MemoryContext memory)
{
    if (found->trace.derived && entry.derived)
        return;
    const bool is_named = found->later_transaction != 0;
    if ((is_named && !(found->trace.by_all && undo->later != nullptr)) || !counts(entry, *found))
        return;
    const uint64 transaction = U64FromFullTransactionId(entry.transaction);
    if (undo->later != nullptr)
        add_later(undo->later, transaction);
    if (is_named)
        return;
    const char* what = found->trace.what;
    const char* place = strstr(what, "%s");
    const char* why = psprintf("%.*s%s%s", static_cast<int>(place - what), what,
                               describe_writer(entry), place + 2);
    found->why = MemoryContextStrdup(memory, why);
    found->detail = nullptr;
    found->later_transaction = transaction;
}

/// Whether a foreign key's columns on the other side are those of a plan's key, in its order.
bool refers_to_key(const RelationPlan* plan, const ForeignKey& reference)
{
    if (plan->key_count != reference.count)
        return false;
    for (int i = 0; i < reference.count; i++)
        if (strcmp(plan->columns[plan->key[i]].name, reference.columns[i].referenced) != 0)
            return false;
    return true;
}

/// The object key of what the row at hand of a set refers to; nullptr if the set does not say.
const char* referenced_key(const RowSet* set, const ForeignKey& reference)
{
    char* texts[INDEX_MAX_KEYS];
    for (int i = 0; i < reference.count; i++) {
        bool is_null = false;
        const int column = set_column(set, reference.columns[i].own);
        if (column < 0)
            return nullptr;
        const Datum value = slot_getattr(set->reading, value_attribute(column), &is_null);
        if (is_null)
            return nullptr;
        texts[i] = text_form_once(set->columns[column].column->type, value);
    }
    return object_key(reference.count, texts);
}

/// Says by which row's entries it is found who took away what the row at hand refers to.
void look_for_parent(Trace* trace, const RowSet* set, const ForeignKey* reference)
{
    if (reference == nullptr || find_tracked_relation(reference->referenced) == nullptr)
        return;
    Relation parent = table_open(reference->referenced, AccessShareLock);
    const RelationPlan* plan = known_plan_for(parent);
    if (plan != nullptr && plan->capture == Capture::kEvents && refers_to_key(plan, *reference)) {
        trace->relation = plan->id;
        trace->key = referenced_key(set, *reference);
        trace->what = psprintf("%s took away the row of %s that it refers to", "%s",
                               qualified_name(reference->referenced));
    }
    table_close(parent, NoLock);
}

}  // namespace

void Undo::trace(const RowSet* set, Issue* issue)
{
    issue->trace.since = issue->row.entry;
    if (issue->kind == IssueKind::kParentMissing) {
        look_for_parent(&issue->trace, set, known_foreign_key(application, issue->object));
    } else if (issue->kind == IssueKind::kKeyInUse) {
        const UniqueKey* key = known_unique_key(application, issue->object);
        if (key == nullptr || !key->primary)
            return;
        issue->trace.relation = set->plan->id;
        issue->trace.key = issue->row.key;
        issue->trace.what = "%s gave its key to another row";
    }
}

void find_restored(Undo* undo)
{
    for (auto* set : items<RowSet>(undo->application->sets)) {
        if (set->operation != RowOperation::kInsert || set->count == 0)
            continue;
        MemoryContext context = CurrentMemoryContext;
        Query query = Query::begin(RunAs::kOwner);
        register_rows(set, set->index);
        ResultReader restored = ResultReader::open(
            context, psprintf("SELECT %s FROM %s e JOIN journal.restoration r ON r.entry = e.entry "
                              "ORDER BY e.number",
                              kRowColumns, rows_name(set->index)));
        query.end();
        SetRow row{};
        bind_row(&restored, &row);
        while (restored.next()) {
            Issue issue = issue_of_row(IssueKind::kRestored, set, row);
            issue.set = set->index;
            add_issue(undo->application->issues, issue);
        }
        restored.close();
    }
}

void name_later_transactions(Undo* undo, IssueList* found)
{
    if (found->count == 0)
        return;
    ResultReader entries = read_later_entries(undo, found);
    MemoryContext work =
        AllocSetContextCreate(CurrentMemoryContext, "event_journal find", ALLOCSET_DEFAULT_SIZES);
    MemoryContext caller = MemoryContextSwitchTo(work);
    LaterEntry entry{};
    entry.bind(&entries);
    bool more = entries.next();
    Issue issue{};
    rewind_issues(found);
    while (next_issue(found, &issue)) {
        ByTriggers triggers = ByTriggers::kUnknown;
        for (; more && entry.place == issue.place; more = entries.next()) {
            in_context(entries.row_memory(), [&] {
                triggers = by_triggers(entry, issue, triggers);
                look_at(undo, entry, &issue, work);
            });
        }
        if (triggers == ByTriggers::kYes) {
            leave_changed_to_triggers(undo, issue);
        } else {
            if (leaves_alone(issue) || issue.kind == IssueKind::kReferenced ||
                issue.later_transaction != 0)
                issue.hint =
                    "journal.undo_plan shows all such rows; on_conflict says what else can be "
                    "done.";
            add_issue(undo->application->issues, issue);
        }
        MemoryContextReset(work);
    }
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(work);
    entries.close();
}

}  // namespace journal
