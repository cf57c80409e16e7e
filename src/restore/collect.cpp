// See collect.hpp.
#include "restore/collect.hpp"

#include "base/function.hpp"
#include "base/settings.hpp"
#include "catalog/tracked_relation.hpp"
#include "restore/nulled.hpp"

namespace journal {

namespace {

// After so many rows it is said how far the reading is.
constexpr int64 kToldProgress = 50000;

void require_row(const Target* target, const Deletion& deletion)
{
    if (deletion.object_id == nullptr)
        ereport(ERROR, (errcode(kNotRestorable),
                        errmsg("a row of %s cannot be restored", qualified_name(target->root)),
                        errdetail("The table had no key when the row was deleted.")));
    if (deletion.row.count == 0)
        ereport(ERROR, (errcode(kNoSnapshot), errmsg("%s cannot be restored", describe(deletion)),
                        errdetail("The journal does not hold the deleted row."),
                        errhint("Only deletions of tracked tables' rows can be restored.")));
}

void add_deletion(Collection* collection, NulledReferences* nulled, Deletion deletion)
{
    Target* target = target_of(collection, deletion);
    require_row(target, deletion);
    if (nulled != nullptr)
        give_references_back(nulled, &deletion);
    tell_lost(target, deletion);
    const RowValues values = values_of(collection->overrides, target, deletion);
    add_row_change(collection, RowOperation::kInsert, target, deletion, values, nullptr);
}

/// nulled may be nullptr: rows come back just as they were deleted.
void add_deletions(Collection* collection, NulledReferences* nulled, const Ids& deletions)
{
    DeletionReader reader = begin_deletions(deletions);
    MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "event_journal restore",
                                               ALLOCSET_DEFAULT_SIZES);
    const int level = enter_exact_settings();
    Deletion deletion{};
    for (int64 count = 1; next_deletion(&reader, &deletion); count++) {
        CHECK_FOR_INTERRUPTS();
        MemoryContext caller = MemoryContextSwitchTo(work);
        add_deletion(collection, nulled, deletion);
        MemoryContextSwitchTo(caller);
        MemoryContextReset(work);
        if (count % kToldProgress == 0)
            ereport(NOTICE, (errmsg("read %lld of %zu deleted rows", static_cast<long long>(count),
                                    deletions.size())));
    }
    leave_exact_settings(level);
    MemoryContextDelete(work);
    end_deletions(&reader);
}

}  // namespace

Target* target_of(Collection* collection, const Deletion& deletion)
{
    ListCell* cell = nullptr;
    foreach (cell, collection->targets) {
        auto* target = static_cast<Target*>(lfirst(cell));
        if (deletion.layout != nullptr && target->layout == deletion.layout->id)
            return target;
    }
    MemoryContext caller = MemoryContextSwitchTo(collection->application->context);
    Target* target =
        find_target(deletion, collection->application->done, collection->application->dry_run);
    collection->targets = lappend(collection->targets, target);
    MemoryContextSwitchTo(caller);
    return target;
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

void collect(Collection* collection, const Ids& entries)
{
    ContextResource memory(CurrentMemoryContext);
    read_requests(entries, collection->reason, collection->requests);
    Ids deletions(&memory);
    for (const Request& request : *collection->requests)
        deletions.push_back(request.entry);
    std::sort(deletions.begin(), deletions.end());
    deletions.erase(std::unique(deletions.begin(), deletions.end()), deletions.end());
    add_document_parts(*collection->requests, &deletions);
    add_related(collection->related, collection->reason, &deletions);
    if (collection->related == Related::kChildren || collection->related == Related::kAll) {
        NulledReferences* nulled = begin_nulled(deletions);
        add_deletions(collection, nulled, deletions);
        add_nulled_references(collection, nulled);
        end_nulled(nulled);
    } else {
        add_deletions(collection, nullptr, deletions);
    }
    require_used(collection->overrides);
}

}  // namespace journal
