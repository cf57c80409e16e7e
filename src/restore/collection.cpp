// See collection.hpp.
#include "restore/collection.hpp"

#include "base/function.hpp"

namespace journal {

Target* target_of(Collection* collection, const Deletion& deletion)
{
    ListCell* cell = nullptr;
    foreach (cell, collection->targets) {
        auto* target = static_cast<Target*>(lfirst(cell));
        if (deletion.layout != nullptr && target->layout == deletion.layout->id)
            return target;
    }
    const Application* application = collection->application;
    MemoryContext caller = MemoryContextSwitchTo(application->context);
    Target* target = try_target(deletion, application->done, application->dry_run);
    collection->targets = lappend(collection->targets, target);
    MemoryContextSwitchTo(caller);
    return target;
}

void tell_unfit(Collection* collection, RowOperation operation, const Target* target,
                const Deletion& row, const Conflict& unfit)
{
    if (collection->on_unfit == nullptr)
        raise_unfit(target, row, collection->application->done, unfit);
    // The target is that of all rows of its layout.
    const Conflict own = describe_conflict(unfit.kind, unfit.sqlstate, describe(row),
                                           collection->application->done, unfit.detail);
    collection->on_unfit(collection, operation, target->root, row, own);
}

void leave_behind(Collection* collection, RowOperation operation, const Target* target,
                  const Deletion& row, const Conflict& why)
{
    const Conflict own = describe_conflict(why.kind, why.sqlstate, describe(row),
                                           collection->application->done, why.detail);
    collection->on_left_behind(collection, operation, target->root, row, own);
}

void add_row_change(Collection* collection, RowOperation operation, const Target* target,
                    const Deletion& row, const RowValues& values, const JsonbValue* const* expected)
{
    RowSet* set = row_set(collection->application, operation, target->table, values.count,
                          values.columns, expected != nullptr);
    RowChange change{};
    change.entry = row.entry;
    change.object_type = row.object_type;
    change.object_id = row.object_id;
    change.label = row.label;
    change.values = values.values;
    change.expected = expected;
    if (collection->on_row == nullptr) {
        add_change(collection->application, set, change);
        return;
    }
    Conflict misfit{};
    const bool fits = try_change(collection->application, set, change, &misfit);
    collection->on_row(collection, set, row, values, expected, fits ? nullptr : &misfit);
}

}  // namespace journal
