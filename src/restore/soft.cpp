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

void stop_restored(Restore* restore, const UpdateEntry& entry)
{
    Issue issue = issue_of(make_issue(IssueKind::kRestored), deletion_of(entry));
    issue.detail = who_restored(entry.change);
    stop(restore, issue);
}

/// Adds the update that takes one entry's changes back. What the journal does not keep, or the
/// table has no column for any more, stays as it is, and so does a column that was changed once
/// more, unless deleted_when names it: the row is another deletion's then.
void add_update(Restore* restore, const UpdateEntry& entry)
{
    const Deletion deletion = deletion_of(entry);
    const Target* target = target_of(restore, deletion);
    if (target->unfit != nullptr) {
        stop(restore, issue_of(*target->unfit, RowOperation::kUpdate, target->root, deletion));
        return;
    }
    const ColumnSet telling = tracked_relation_by_id(entry.relation)->deleted_when_columns;
    const EntryChanges changes = read_changes(deletion.layout, unpacked_values(entry.data.datum));
    RowValues values{};
    values.columns = make_array_in<SetColumn>(CurrentMemoryContext, changes.count);
    values.values = make_array_in<const JsonbValue*>(CurrentMemoryContext, changes.count);
    auto* expected = make_array_in<const JsonbValue*>(CurrentMemoryContext, changes.count);
    for (int i = 0; i < changes.count; i++)
        for (int j = 0; j < target->count; j++)
            if (target->positions[j] == changes.changes[i].position) {
                values.columns[values.count] = target->columns[j];
                if (!telling.contains(target->columns[j].column->id))
                    values.columns[values.count].check = ColumnCheck::kColumn;
                values.values[values.count] = changes.changes[i].old_value;
                expected[values.count++] = changes.changes[i].new_value;
            }
    if (values.count > 0)
        add_row_change(restore, RowOperation::kUpdate, target, deletion, values, expected);
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
    int64 stopped = 0;
    while (reader.next()) {
        CHECK_FOR_INTERRUPTS();
        in_context(reader.row_memory(), [&] {
            if (!entry.is_restored)
                add_update(restore, entry);
            else if (stopped != entry.deletion)
                stop_restored(restore, entry);
        });
        stopped = entry.deletion;
    }
    leave_exact_settings(level);
    reader.close();
}

}  // namespace journal
