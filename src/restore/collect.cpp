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

/// Raises JE010 or JE011 for the first of related rows that the caller may not bring back.
void refuse(Collection* collection, RestoredBy restored_by, const Ids& refused, Ids*)
{
    if (refused.empty())
        return;
    ResultReader reader = begin_deletions(refused);
    Deletion deletion{};
    next_deletion(&reader, &deletion);
    check_allowed(restored_by, collection->reason, deletion);
    reader.close();
}

}  // namespace

void collect(Collection* collection, const Ids& entries)
{
    ContextResource memory(CurrentMemoryContext);
    read_requests(entries, collection->reason, collection->requests);
    Ids deletions(&memory);
    for (const Request& request : *collection->requests)
        deletions.push_back(request.entry);
    std::sort(deletions.begin(), deletions.end());
    deletions.erase(std::unique(deletions.begin(), deletions.end()), deletions.end());
    Refused refused{Ids(&memory), Ids(&memory)};
    add_belonging(collection->related, collection->reason, &deletions, &refused);
    refuse(collection, RestoredBy::kNobody, refused.nobodys, &deletions);
    refuse(collection, RestoredBy::kSupport, refused.supports, &deletions);
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
