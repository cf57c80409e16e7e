// From entries that somebody wants restored to the row changes that do it.
#include "base/function.hpp"
#include "base/list.hpp"
#include "base/query.hpp"
#include "base/settings.hpp"
#include "catalog/tracked_relation.hpp"
#include "months/entry_months.hpp"
#include "restore/last_change.hpp"
#include "restore/nulled.hpp"
#include "restore/parts.hpp"
#include "restore/restore.hpp"
#include "restore/soft.hpp"

namespace journal {

namespace {

// After so many rows it is said how far the reading is.
constexpr int64 kToldProgress = 50000;

bool wants_children(const Restore* restore)
{
    return restore->related == Related::kChildren || restore->related == Related::kAll;
}

/// Those of some deletions (sorted, not empty) that have been restored, as far as one can see:
/// sorted.
void find_restored(const Ids& deletions, Ids* restored)
{
    ResultReader found =
        read_about(RunAs::kOwner,
                   psprintf("SELECT r.entry FROM journal.restoration r WHERE %s ORDER BY 1",
                            is_among("r.entry", deletions)),
                   deletions);
    add_ids(&found, restored);
}

/// Those of some restored deletions whose rows, as far as the journal knows, are still there:
/// sorted.
void find_living(const Ids& restored, Ids* living)
{
    Ids entries(CurrentMemoryContext);
    ResultReader by = read_about(RunAs::kOwner,
                                 psprintf("SELECT r.restored_entry FROM journal.restoration r "
                                          "WHERE %s AND r.restored_entry IS NOT NULL ORDER BY 1",
                                          is_among("r.entry", restored)),
                                 restored);
    add_ids(&by, &entries);
    if (entries.empty())
        return;
    ResultReader reader = read_last_changes(entries, 0);
    LastChange change{};
    change.bind(&reader);
    while (reader.next())
        if (change.operation != 'd')
            living->push_back(change.restores);
    reader.close();
    make_unique(living);
}

/// Whether a deleted row is there and has a place to come back to.
bool has_place(Restore* restore, const Target* target, const Deletion& deletion)
{
    if (target->unfit == nullptr && deletion.row.count > 0)
        return true;
    const Issue issue =
        issue_of(target->unfit == nullptr ? make_issue(IssueKind::kNoRow) : *target->unfit,
                 RowOperation::kInsert, target->root, deletion);
    if (restore->is_asked_for(deletion.entry))
        stop(restore, issue);
    else
        leave_behind(restore, issue);
    return false;
}

void add_deletion(Restore* restore, NulledReferences* nulled, Deletion deletion)
{
    Target* target = target_of(restore, deletion);
    if (!has_place(restore, target, deletion))
        return;
    if (nulled != nullptr)
        give_references_back(nulled, &deletion);
    const RowValues values = values_of(restore->overrides, target, deletion);
    tell_lost(target, deletion, values.count, values.columns);
    add_row_change(restore, RowOperation::kInsert, target, deletion, values, nullptr);
}

/// nulled may be nullptr: rows come back just as they were deleted.
void add_deletions(Restore* restore, NulledReferences* nulled, const Ids& deletions)
{
    DeletionReader reader = begin_deletions(deletions);
    MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "event_journal restore",
                                               ALLOCSET_DEFAULT_SIZES);
    const int level = enter_exact_settings();
    Deletion deletion{};
    for (int64 count = 1; reader.next(&deletion); count++) {
        CHECK_FOR_INTERRUPTS();
        in_context(work, [&] { add_deletion(restore, nulled, deletion); });
        MemoryContextReset(work);
        if (count % kToldProgress == 0)
            ereport(NOTICE, (errmsg("read %lld of %zu deleted rows", static_cast<long long>(count),
                                    deletions.size())));
    }
    leave_exact_settings(level);
    MemoryContextDelete(work);
    reader.close();
}

/// Says of each deletion why it is not restored.
void stop_all(Restore* restore, const Issue& issue, const Ids& stopped)
{
    if (stopped.empty())
        return;
    DeletionReader reader = begin_deletions(stopped);
    Deletion deletion{};
    while (reader.next(&deletion)) {
        Issue own = issue_of(issue, deletion);
        if (issue.kind == IssueKind::kRestored)
            own.detail = who_restored(deletion.entry);
        stop(restore, own);
    }
    reader.close();
}

/// Leaves out what has been restored already. living (sorted) receives those of it that children
/// can follow: their rows are there. The others are stopped.
void take_restored(Restore* restore, Ids* deletions, Ids* living)
{
    Ids restored(CurrentMemoryContext);
    find_restored(*deletions, &restored);
    if (restored.empty())
        return;
    if (wants_children(restore)) {
        find_living(restored, living);
        leave_out(*living, &restored);
    }
    stop_all(restore, make_issue(IssueKind::kRestored), restored);
    leave_out(restored, deletions);
}

/// Adds what belongs to the deletions, without what the caller may not bring back.
void take_belonging(Restore* restore, Ids* deletions)
{
    MemoryContext memory = CurrentMemoryContext;
    Refused refused{Ids(memory), Ids(memory)};
    add_belonging(restore->related, restore->application->reason, deletions, &refused);
    for (const RestoredBy by : {RestoredBy::kNobody, RestoredBy::kSupport}) {
        const Ids& own = by == RestoredBy::kNobody ? refused.nobodys : refused.supports;
        stop_all(restore, not_allowed(by), own);
        leave_out(own, deletions);
    }
}

/// Tells of each table that is not tracked and whose foreign key to a table of some deletions (not
/// empty) takes rows along.
void tell_untracked(Restore* restore, const Ids& deletions)
{
    ResultReader reference = read_about(
        RunAs::kOwner,
        psprintf("SELECT c.conrelid, c.confrelid FROM pg_constraint c "
                 "JOIN journal.tracked_relation t ON t.relation = c.confrelid "
                 "WHERE c.contype = 'f' AND c.confdeltype = 'c' AND c.conparentid = 0 "
                 "AND t.id IN (SELECT e.relation FROM journal.entry e WHERE %s) "
                 "GROUP BY 1, 2 ORDER BY c.conrelid::regclass::text, c.confrelid::regclass::text",
                 is_entry_among("e", deletions)),
        deletions);
    Oid from = InvalidOid;
    Oid to = InvalidOid;
    reference.bind("conrelid", &from);
    reference.bind("confrelid", &to);
    while (reference.next()) {
        const TrackedRelation* tracked = find_tracked_relation(from);
        if (tracked != nullptr && strcmp(tracked->capture, "events") == 0)
            continue;
        Issue issue = make_issue(
            IssueKind::kNotTracked,
            psprintf("What was deleted of %s along with rows of %s while it was not tracked is not "
                     "in the journal.",
                     qualified_name(from), qualified_name(to)));
        issue.root = from;
        issue.action = RowOperation::kInsert;
        leave_behind(restore, issue);
    }
    reference.close();
}

}  // namespace

const char* who_restored(int64 deletion)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin_latest();
    const uint64 rows = query.run(
        "SELECT restored_by::text, restored_entry FROM journal.restoration WHERE entry = $1",
        {int8_argument(deletion)}, true);
    const char* role = rows == 0 ? "?" : query.value(0, "restored_by").text(context);
    const int64 entry = rows == 0 ? 0 : query.value(0, "restored_entry").int8();
    query.end();
    return psprintf("Role \"%s\" restored it: entry %lld.", role, static_cast<long long>(entry));
}

Target* target_of(Restore* restore, const Deletion& deletion)
{
    for (auto* target : items<Target>(restore->targets)) {
        if (deletion.layout != nullptr && target->layout == deletion.layout->id)
            return target;
    }
    const Application* application = restore->application;
    return in_context(application->context, [&] {
        Target* target = find_target(deletion, application->dry_run);
        restore->targets = lappend(restore->targets, target);
        return target;
    });
}

void add_row_change(Restore* restore, RowOperation operation, const Target* target,
                    const Deletion& row, const RowValues& values, const JsonbValue* const* expected)
{
    RowSet* set = row_set(restore->application, operation, target->table, values.count,
                          values.columns, expected != nullptr);
    RowChange change{};
    change.entry = row.entry;
    change.object_type = row.object_type;
    change.object_id = row.object_id;
    change.label = row.label;
    change.values = values.values;
    change.expected = expected;
    put_change(restore, set, change);
}

void collect(Restore* restore, const Ids& entries)
{
    MemoryContext memory = CurrentMemoryContext;
    read_requests(restore, entries, restore->requests);
    Ids soft(memory);
    for (const Request& request : *restore->requests)
        (request.soft ? soft : *restore->requested)
            .push_back(request.soft ? request.asked : request.entry);
    make_unique(restore->requested);
    Ids deletions(*restore->requested, memory);
    if (!soft.empty()) {
        restore->requested->insert(restore->requested->end(), soft.begin(), soft.end());
        make_unique(restore->requested);
        add_soft_restorations(restore, soft);
    }
    Ids living(memory);
    take_restored(restore, &deletions, &living);
    if (!deletions.empty())
        take_belonging(restore, &deletions);
    if (!deletions.empty() && wants_children(restore)) {
        NulledReferences* nulled = begin_nulled(deletions);
        Ids returning(deletions, memory);
        leave_out(living, &returning);
        if (!returning.empty())
            add_deletions(restore, nulled, returning);
        add_nulled_references(restore, nulled);
        end_nulled(nulled);
        tell_untracked(restore, deletions);
    } else if (!deletions.empty()) {
        add_deletions(restore, nullptr, deletions);
    }
    require_used(restore->overrides);
}

}  // namespace journal
