// See collect.hpp.
#include "restore/collect.hpp"

#include "base/function.hpp"
#include "base/settings.hpp"
#include "catalog/tracked_relation.hpp"
#include "restore/claim.hpp"
#include "restore/nulled.hpp"
#include "restore/parts.hpp"
#include "restore/untracked.hpp"

namespace journal {

namespace {

// After so many rows it is said how far the reading is.
constexpr int64 kToldProgress = 50000;

bool wants_children(const Collection* collection)
{
    return collection->related == Related::kChildren || collection->related == Related::kAll;
}

/// Whether a deleted row is there and has a place to come back to; an error where nobody is told.
bool has_place(Collection* collection, const Target* target, const Deletion& deletion)
{
    Conflict unfit{};
    if (target->unfit != nullptr)
        unfit = *target->unfit;
    else if (deletion.row.count == 0)
        unfit = describe_conflict(ConflictKind::kNoRow, 0, describe(deletion),
                                  collection->application->done,
                                  "The journal does not hold the deleted row.");
    else
        return true;
    if (std::binary_search(collection->requested->begin(), collection->requested->end(),
                           deletion.entry))
        tell_unfit(collection, RowOperation::kInsert, target, deletion, unfit);
    else
        leave_behind(collection, RowOperation::kInsert, target, deletion, unfit);
    return false;
}

void add_deletion(Collection* collection, NulledReferences* nulled, Deletion deletion)
{
    Target* target = target_of(collection, deletion);
    if (!has_place(collection, target, deletion))
        return;
    if (nulled != nullptr)
        give_references_back(nulled, &deletion);
    const RowValues values = values_of(collection->overrides, target, deletion);
    tell_lost(target, deletion, values.count, values.columns);
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

/// What is asked for and may not come back: facts of its entry, and why.
void tell_refused(Collection* collection, const Deletion& deletion, ConflictKind kind,
                  const char* detail)
{
    const char* row = deletion.object_type != nullptr && deletion.object_id != nullptr
                          ? describe(deletion)
                          : psprintf("entry %lld", static_cast<long long>(deletion.entry));
    const TrackedRelation* tracked = tracked_relation_by_id(deletion.relation);
    const Oid root = tracked == nullptr || get_rel_relkind(tracked->relation) == '\0'
                         ? InvalidOid
                         : tracked->relation;
    collection->on_unfit(collection, RowOperation::kInsert, root, deletion,
                         describe_conflict(kind, 0, row, collection->application->done, detail));
}

/// Leaves those deletions out that the caller may not bring back, and tells of them; where nobody
/// is told, raises JE010 or JE011 for the first.
void refuse(Collection* collection, RestoredBy restored_by, const Ids& refused, Ids* deletions)
{
    if (refused.empty())
        return;
    leave_out(refused, deletions);
    ResultReader reader = begin_deletions(refused);
    Deletion deletion{};
    while (next_deletion(&reader, &deletion)) {
        if (collection->on_unfit == nullptr)
            check_allowed(restored_by, collection->reason, deletion);
        else
            tell_refused(collection, deletion,
                         restored_by == RestoredBy::kNobody ? ConflictKind::kNobodys
                                                            : ConflictKind::kSupports,
                         nullptr);
    }
    reader.close();
}

/// Says of each that it has been restored; where nobody is told, raises JE012.
void refuse_restored(Collection* collection, const Ids& restored)
{
    if (restored.empty())
        return;
    ResultReader reader = begin_deletions(restored);
    Deletion deletion{};
    while (next_deletion(&reader, &deletion)) {
        if (collection->on_unfit == nullptr)
            raise_already_restored(deletion);
        tell_refused(collection, deletion, ConflictKind::kRestored, who_restored(deletion.entry));
    }
    reader.close();
}

/// Leaves out what has been restored already. living (sorted) receives those of it that children
/// can follow: their rows are there. Of the others it is told, or JE012 raised.
void take_restored(Collection* collection, Ids* deletions, Ids* living)
{
    ContextResource memory(CurrentMemoryContext);
    Ids restored(&memory);
    find_restored(*deletions, &restored);
    if (restored.empty())
        return;
    if (wants_children(collection)) {
        find_living(restored, living);
        leave_out(*living, &restored);
    }
    refuse_restored(collection, restored);
    leave_out(restored, deletions);
}

}  // namespace

void collect(Collection* collection, const Ids& entries)
{
    ContextResource memory(CurrentMemoryContext);
    Vector<RefusedRequest> unwanted(&memory);
    Vector<Request> requests(&memory);
    read_requests(entries, collection->reason, &requests,
                  collection->on_unfit == nullptr ? nullptr : &unwanted);
    for (const RefusedRequest& request : unwanted)
        tell_refused(collection, request.deletion, request.kind, request.detail);
    for (const Request& request : requests)
        collection->requested->push_back(request.entry);
    make_unique(collection->requested);
    Ids deletions(*collection->requested, &memory);
    Ids living(&memory);
    take_restored(collection, &deletions, &living);
    if (!deletions.empty()) {
        Refused refused{Ids(&memory), Ids(&memory)};
        add_belonging(collection->related, collection->reason, &deletions, &refused);
        refuse(collection, RestoredBy::kNobody, refused.nobodys, &deletions);
        refuse(collection, RestoredBy::kSupport, refused.supports, &deletions);
    }
    if (!deletions.empty() && wants_children(collection)) {
        NulledReferences* nulled = begin_nulled(deletions);
        Ids returning(deletions, &memory);
        leave_out(living, &returning);
        if (!returning.empty())
            add_deletions(collection, nulled, returning);
        add_nulled_references(collection, nulled);
        end_nulled(nulled);
        tell_untracked(collection, deletions);
    } else if (!deletions.empty()) {
        add_deletions(collection, nullptr, deletions);
    }
    require_used(collection->overrides);
}

}  // namespace journal
