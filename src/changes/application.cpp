// See application.hpp.
#include "changes/application.hpp"

#include "base/function.hpp"
#include "base/list.hpp"
#include "base/memory.hpp"
#include "catalog/relation.hpp"
#include "catalog/storage.hpp"
#include "catalog/tracked_relation.hpp"

namespace journal {

namespace {

bool is_same_set(const RowSet* set, RowOperation operation, Oid table, int column_count,
                 const SetColumn* columns, bool checked)
{
    if (set->operation != operation || RelationGetRelid(set->table) != table ||
        set->column_count != column_count ||
        set->checked != (checked && operation != RowOperation::kInsert))
        return false;
    for (int i = 0; i < column_count; i++)
        if (set->columns[i].column->id != columns[i].column->id ||
            set->columns[i].retyped != columns[i].retyped ||
            set->columns[i].new_value != columns[i].new_value ||
            set->columns[i].overridden != columns[i].overridden ||
            set->columns[i].check != columns[i].check || set->columns[i].aim != columns[i].aim)
            return false;
    return true;
}

const RelationPlan* require_plan(Relation table, bool dry_run)
{
    // Who writes himself runs what he writes to.
    if (dry_run || superuser())
        require_own_members(table);
    const RelationPlan* plan = dry_run ? known_plan_for(table) : plan_by_lent_rights(table);
    if (plan == nullptr || plan->capture != Capture::kEvents)
        ereport(ERROR, (errcode(kNotTracked),
                        errmsg("%s is not tracked", qualified_name(RelationGetRelid(table))),
                        errhint("Call journal.track for the table first.")));
    if (plan->key_count == 0)
        ereport(ERROR,
                (errcode(kNotRestorable),
                 errmsg("rows of %s cannot be restored", qualified_name(plan->root)),
                 errdetail("The table has no key, so that nobody could tell one row from another."),
                 errhint("Add a primary key; rows deleted from then on can be restored.")));
    return plan;
}

/// Rows that the transaction's snapshot does not show, though they are there, would count as gone.
void require_shown_rows(Relation table)
{
    if (!IsolationUsesXactSnapshot())
        return;
    const Oid newer = find_newer_file(RelationGetRelid(table), GetTransactionSnapshot());
    if (OidIsValid(newer))
        ereport(ERROR,
                (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
                 errmsg("could not serialize access to %s", qualified_name(newer)),
                 errdetail("It has been truncated or written anew since the snapshot was taken."),
                 errhint("Try again in a new transaction.")));
}

}  // namespace

Rights rights_on(const Application* application, Relation table)
{
    return application->dry_run || superuser() ? Rights::lent_by(table) : Rights::present();
}

bool is_unjudged(const Application* application, Relation table)
{
    return application->dry_run && is_closed(table);
}

Application* begin_application(const char* done, const char* reason, bool dry_run)
{
    auto* application = make_in<Application>(CurrentMemoryContext);
    application->context = CurrentMemoryContext;
    application->owner = CurrentResourceOwner;
    application->done = done;
    application->reason = reason;
    application->dry_run = dry_run;
    application->issues = make_issues();
    application->keys = make_in<KnownKeys>(CurrentMemoryContext);
    application->keys->context = CurrentMemoryContext;
    return application;
}

RowSet* row_set(Application* application, RowOperation operation, Oid table, int column_count,
                const SetColumn* columns, bool checked)
{
    for (auto* set : items<RowSet>(application->sets)) {
        if (is_same_set(set, operation, table, column_count, columns, checked))
            return set;
    }
    RowSet* made = in_application(application, [&] {
        // What is written later is locked as for that from now on: no foreign key comes in between
        // that would do something to rows that refer to these.
        Relation relation =
            table_open(table, application->dry_run ? AccessShareLock : RowExclusiveLock);
        if (!application->dry_run && relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE)
            find_all_inheritors(table, RowExclusiveLock, nullptr);
        RowSet* set = make_row_set(application->context, operation, relation,
                                   require_plan(relation, application->dry_run), column_count,
                                   columns, checked);
        set->index = list_length(application->sets);
        application->sets = lappend(application->sets, set);
        return set;
    });
    if (operation != RowOperation::kInsert)
        require_shown_rows(made->table);
    return made;
}

}  // namespace journal
