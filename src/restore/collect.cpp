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

/// Whether a deleted row is there and has a place to come back to; an error where nobody is told.
bool has_place(Collection* collection, const Target* target, const Deletion& deletion)
{
    if (target->unfit != nullptr) {
        tell_unfit(collection, RowOperation::kInsert, target, deletion, *target->unfit);
        return false;
    }
    if (deletion.row.count > 0)
        return true;
    Conflict conflict = describe_conflict(ConflictKind::kNoRow, 0, describe(deletion),
                                          collection->application->done,
                                          "The journal does not hold the deleted row.");
    if (collection->on_unfit == nullptr)
        ereport(ERROR,
                (errcode(conflict.sqlstate), errmsg("%s cannot be restored", describe(deletion)),
                 errdetail_internal("%s", conflict.detail), errhint("%s", conflict.hint)));
    tell_unfit(collection, RowOperation::kInsert, target, deletion, conflict);
    return false;
}

void add_deletion(Collection* collection, NulledReferences* nulled, Deletion deletion)
{
    Target* target = target_of(collection, deletion);
    if (!has_place(collection, target, deletion))
        return;
    if (nulled != nullptr)
        give_references_back(nulled, &deletion);
    tell_lost(target, deletion);
    const RowValues values = values_of(collection->overrides, target, deletion);
    add_row_change(collection, RowOperation::kInsert, target, deletion, values, nullptr);
}

/// nulled may be nullptr: rows come back just as they were deleted.
void add_deletions(Collection* collection, NulledReferences* nulled, const Ids& deletions)
{
    ResultReader reader = begin_deletions(deletions);
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
    reader.close();
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
    const Application* application = collection->application;
    const auto find = collection->on_unfit == nullptr ? find_target : try_target;
    MemoryContext caller = MemoryContextSwitchTo(application->context);
    Target* target = find(deletion, application->done, application->dry_run);
    collection->targets = lappend(collection->targets, target);
    MemoryContextSwitchTo(caller);
    return target;
}

void tell_unfit(Collection* collection, RowOperation operation, const Target* target,
                const Deletion& row, const Conflict& unfit)
{
    // The target is that of all rows of its layout.
    const Conflict own = describe_conflict(unfit.kind, unfit.sqlstate, describe(row),
                                           collection->application->done, unfit.detail);
    collection->on_unfit(collection, operation, target->root, row, own);
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
