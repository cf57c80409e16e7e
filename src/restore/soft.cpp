// See soft.hpp. The values are in the other entries of the deletion's change, which are an
// update's.
#include "restore/soft.hpp"

#include "base/function.hpp"
#include "base/settings.hpp"
#include "catalog/tracked_relation.hpp"
#include "months/entry_months.hpp"
#include "values/packed_values.hpp"

namespace journal {

namespace {

/// An entry of an update that made its row count as deleted.
struct UpdateEntry {
    int64 deletion;
    int64 change;
    int32 relation;
    int32 layout;
    const char* object_type;
    const char* object_id;
    const char* label;
    bool is_restored;
    Value data;  // packed

    void bind(ResultReader* reader)
    {
        reader->bind("deletion", &deletion);
        reader->bind("change", &change);
        reader->bind("relation", &relation);
        reader->bind("layout", &layout);
        reader->bind("object_type", &object_type);
        reader->bind("object_id", &object_id);
        reader->bind("label", &label);
        reader->bind("is_restored", &is_restored);
        reader->bind("data", &data);
    }
};

/// The update that takes a deletion back, while the entries of its change are read: one, as a CHECK
/// may be about columns of several. All of it is in a memory context of its own.
struct Update {
    Restore* restore;
    MemoryContext context;
    Deletion deletion;  // entry 0: none
    const Target* target;
    RowValues values;
    const JsonbValue** expected;
};

Deletion deletion_of(const UpdateEntry& entry)
{
    Deletion deletion{};
    deletion.entry = entry.deletion;
    deletion.relation = entry.relation;
    deletion.layout = layout_by_id(entry.layout);
    deletion.object_type = entry.object_type;
    deletion.object_id = entry.object_id;
    deletion.label = entry.label;
    return deletion;
}

const char* kept(const char* text)
{
    return text == nullptr ? nullptr : pstrdup(text);
}

/// Why a deletion's row cannot be brought back; kept in the current memory context. False if it
/// can.
bool find_obstacle(const UpdateEntry& entry, const Target* target, Issue* issue)
{
    if (entry.is_restored) {
        *issue = make_issue(IssueKind::kRestored);
        issue->detail = who_restored(entry.change);
        return true;
    }
    if (target->unfit != nullptr) {
        *issue = *target->unfit;
        return true;
    }
    if (tracked_relation_by_id(entry.relation)->deleted_when != nullptr)
        return false;
    *issue = make_issue(IssueKind::kNotTracked);
    issue->why = "its table is tracked without deleted_when now";
    issue->hint = "Call journal.track with it first, or take the update back by journal.revert().";
    return true;
}

/// Begins the update of another deletion.
void begin_update(Update* update, const UpdateEntry& entry)
{
    update->deletion = deletion_of(entry);
    update->deletion.object_type = kept(entry.object_type);
    update->deletion.object_id = kept(entry.object_id);
    update->deletion.label = kept(entry.label);
    update->target = nullptr;
    update->values = RowValues{};
    const Target* target =
        entry.is_restored ? nullptr : target_of(update->restore, update->deletion);
    Issue issue{};
    if (find_obstacle(entry, target, &issue)) {
        stop(update->restore, entry.is_restored ? issue_of(issue, update->deletion)
                                                : issue_of(issue, RowOperation::kUpdate,
                                                           target->root, update->deletion));
        return;
    }
    update->target = target;
    update->values.columns = make_array_in<SetColumn>(CurrentMemoryContext, target->count);
    update->values.values = make_array_in<const JsonbValue*>(CurrentMemoryContext, target->count);
    update->expected = make_array_in<const JsonbValue*>(CurrentMemoryContext, target->count);
}

/// Takes one entry's changes back, too. What the journal does not keep, or the table has no column
/// for any more, stays as it is, and so does a column that was changed once more, unless
/// deleted_when names it: the row is another deletion's then.
void add_entry(Update* update, const UpdateEntry& entry)
{
    const Target* target = update->target;
    RowValues& values = update->values;
    const ColumnSet telling = tracked_relation_by_id(entry.relation)->deleted_when_columns;
    const EntryChanges changes =
        read_changes(update->deletion.layout, unpacked_values(entry.data.datum));
    for (int i = 0; i < changes.count; i++)
        for (int j = 0; j < target->count; j++)
            if (target->positions[j] == changes.changes[i].position) {
                values.columns[values.count] = target->columns[j];
                if (!telling.contains(target->columns[j].column->id))
                    values.columns[values.count].check = ColumnCheck::kColumn;
                values.values[values.count] = changes.changes[i].old_value;
                update->expected[values.count++] = changes.changes[i].new_value;
            }
}

/// Adds the update to its set.
void end_update(Update* update)
{
    if (update->target != nullptr && update->values.count > 0)
        add_row_change(update->restore, RowOperation::kUpdate, update->target, update->deletion,
                       update->values, update->expected);
    update->target = nullptr;
}

}  // namespace

void add_soft_restorations(Restore* restore, const Ids& deletions)
{
    ResultReader reader = read_about(
        RunAs::kOwner,
        psprintf("SELECT e.id AS deletion, e.change, u.relation, u.layout, u.object_type, "
                 "u.object_id, u.label, EXISTS (SELECT FROM journal.restoration r WHERE "
                 "r.entry = e.change) AS is_restored, u.data FROM journal.entry e "
                 "JOIN journal.entry u ON u.change = e.change AND u.occurred_at = e.occurred_at "
                 "AND u.operation = 'u' WHERE %s AND u.data IS NOT NULL ORDER BY e.id, u.id",
                 is_entry_among("e", deletions)),
        deletions);
    UpdateEntry entry{};
    entry.bind(&reader);
    const int level = enter_exact_settings();
    Update update{};
    update.restore = restore;
    update.context = AllocSetContextCreate(CurrentMemoryContext, "event_journal soft restoration",
                                           ALLOCSET_DEFAULT_SIZES);
    while (reader.next()) {
        CHECK_FOR_INTERRUPTS();
        if (entry.deletion != update.deletion.entry) {
            in_context(update.context, [&] { end_update(&update); });
            MemoryContextReset(update.context);
            in_context(update.context, [&] { begin_update(&update, entry); });
        }
        if (update.target != nullptr)
            in_context(update.context, [&] { add_entry(&update, entry); });
    }
    in_context(update.context, [&] { end_update(&update); });
    MemoryContextDelete(update.context);
    leave_exact_settings(level);
    reader.close();
}

}  // namespace journal
