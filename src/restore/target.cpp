// See target.hpp.
#include "restore/target.hpp"

#include "base/function.hpp"
#include "base/memory.hpp"
#include "base/settings.hpp"
#include "catalog/tracked_relation.hpp"

namespace journal {

namespace {

// Beyond so many rows of a layout, values that cannot come back are not told row by row.
constexpr int kToldRows = 10;

[[noreturn]] void raise_gone(const Deletion& deletion, const char* where, const char* done)
{
    ereport(ERROR, (errcode(kRelationGone), errmsg("%s cannot be %s", describe(deletion), done),
                    errdetail("%s does not exist any more.", where),
                    errhint("journal.entries shows the deleted row in its column snapshot.")));
    pg_unreachable();
}

bool table_exists(Oid table)
{
    return OidIsValid(table) && get_rel_relkind(table) != '\0';
}

/// The child that a row was in, if it still belongs to the tracked table; else InvalidOid.
Oid find_child(const Layout* layout, Oid root)
{
    Oid child = layout->relation_oid;
    if (!layout->current_incarnation) {
        // Oids of another life of the database mean nothing here; the name has to do.
        RangeVar* name = makeRangeVarFromNameList(
            textToQualifiedNameList(cstring_to_text(layout->relation_name)));
        child = RangeVarGetRelid(name, NoLock, true);
    }
    if (!table_exists(child))
        return InvalidOid;
    return list_member_oid(relation_and_ancestors(child), root) ? child : InvalidOid;
}

Oid find_table(const Deletion& deletion, const char* done, Oid* root)
{
    const Layout* layout = deletion.layout;
    const TrackedRelation* tracked = tracked_relation_by_id(deletion.relation);
    if (tracked == nullptr || !table_exists(tracked->relation))
        raise_gone(
            deletion,
            psprintf("Its table %s", tracked == nullptr ? layout->relation_name : tracked->name),
            done);
    if (strcmp(tracked->capture, "events") != 0)
        ereport(ERROR, (errcode(kNotTracked), errmsg("%s cannot be %s", describe(deletion), done),
                        errdetail("Its table %s is not tracked any more.", tracked->name),
                        errhint("Call journal.track for the table first.")));
    *root = tracked->relation;
    // A partitioned table finds the row's place itself.
    if (layout->is_root || get_rel_relkind(tracked->relation) == RELKIND_PARTITIONED_TABLE)
        return tracked->relation;
    const Oid child = find_child(layout, tracked->relation);
    if (!OidIsValid(child))
        raise_gone(deletion,
                   psprintf("Its table %s, a child of %s,", layout->relation_name, tracked->name),
                   done);
    return child;
}

const PlanColumn* column_by_identity(const RelationPlan* plan, int32 id)
{
    for (int i = 0; i < plan->column_count; i++)
        if (plan->columns[i].id == id)
            return &plan->columns[i];
    return nullptr;
}

bool is_retyped(const LayoutColumn& before, const PlanColumn& now)
{
    const char* type = format_type_extended(now.type, now.typmod,
                                            FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);
    return strcmp(before.type, type) != 0;
}

void lose_column(Target* target, int position, const char* name, const char* why, bool always)
{
    target->lost[target->lost_count++] = {position, name, why, always};
}

/// Takes the column into the target, or notes why its values stay behind.
void match_column(const Layout* layout, Relation relation, int position, Target* target)
{
    const LayoutColumn& before = layout->columns[position];
    const PlanColumn* now = column_by_identity(target->plan, before.id);
    if (now == nullptr) {
        if (before.mode == ColumnMode::kStored)
            lose_column(target, position, before.name, "the column has been dropped", false);
        return;
    }
    // What the table computes by itself comes back with the rest.
    if (TupleDescAttr(RelationGetDescr(relation), now->number - 1)->attgenerated != '\0')
        return;
    switch (before.mode) {
        case ColumnMode::kExcluded:
            lose_column(target, position, now->name, "the journal was told to leave it out", true);
            return;
        case ColumnMode::kMasked:
            lose_column(target, position, now->name, "the journal was told to mask it", true);
            return;
        case ColumnMode::kVirtual:
            return;
        case ColumnMode::kStored:
        case ColumnMode::kGenerated: {
            const bool retyped = is_retyped(before, *now);
            target->columns[target->count] = {now, retyped, retyped};
            target->positions[target->count++] = position;
        }
    }
}

}  // namespace

Target* find_target(const Deletion& deletion, const char* done, bool dry_run)
{
    const Layout* layout = deletion.layout;
    if (layout == nullptr)
        ereport(ERROR, (errcode(kNoSnapshot), errmsg("%s cannot be %s", describe(deletion), done),
                        errdetail("The journal does not hold the deleted row."),
                        errhint("Only deletions of tracked tables' rows can be restored.")));

    auto* target = make_in<Target>(CurrentMemoryContext);
    target->layout = layout->id;
    target->table = find_table(deletion, done, &target->root);
    Relation relation = table_open(target->table, AccessShareLock);
    target->plan = dry_run ? known_plan_for(relation) : plan_for(relation);
    if (target->plan->key_count == 0 || deletion.object_id == nullptr)
        ereport(ERROR,
                (errcode(kNotRestorable),
                 errmsg("rows of %s cannot be %s", qualified_name(target->root), done),
                 errdetail("The table has no key, so that nobody could tell one row from another."),
                 errhint("Add a primary key; rows deleted from then on can be restored.")));
    target->columns = make_array_in<SetColumn>(CurrentMemoryContext, layout->column_count);
    target->positions = make_array_in<int>(CurrentMemoryContext, layout->column_count);
    target->lost = make_array_in<LostColumn>(CurrentMemoryContext, layout->column_count);
    // Names of types are compared as layouts write them.
    const int level = enter_exact_settings();
    for (int i = 0; i < layout->column_count; i++)
        match_column(layout, relation, i, target);
    leave_exact_settings(level);
    table_close(relation, NoLock);
    return target;
}

void tell_lost(Target* target, const Deletion& deletion)
{
    if (target->lost_count == 0 || target->told >= kToldRows)
        return;
    target->told++;
    for (int i = 0; i < target->lost_count; i++) {
        const LostColumn& lost = target->lost[i];
        if (lost.always || deletion.row.values[lost.position].type != jbvNull)
            ereport(NOTICE, (errmsg("%s comes back without the value of column \"%s\": %s",
                                    describe(deletion), lost.name, lost.why)));
    }
}

}  // namespace journal
