// See target.hpp.
#include "restore/target.hpp"

#include "base/function.hpp"
#include "base/memory.hpp"
#include "base/settings.hpp"
#include "catalog/tracked_relation.hpp"
#include "values/exact_form.hpp"

namespace journal {

namespace {

// Beyond so many rows of a layout, values that cannot come back are not told row by row.
constexpr int kToldRows = 10;

/// Whose rows a target is sought for.
struct Search {
    const Deletion* deletion;
    Target* target;
};

/// Notes why the rows have no place, as a clause; nullptr: in the words of the kind.
void refuse(const Search& search, IssueKind kind, const char* why = nullptr)
{
    auto* issue = make_in<Issue>(CurrentMemoryContext);
    *issue = make_issue(kind);
    if (why != nullptr)
        issue->why = why;
    search.target->unfit = issue;
}

void refuse_gone(const Search& search, const char* where)
{
    refuse(search, IssueKind::kTableGone, psprintf("%s does not exist any more", where));
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
    if (!OidIsValid(child))
        return InvalidOid;
    LockRelationOid(child, AccessShareLock);
    if (!table_exists(child))
        return InvalidOid;
    return list_member_oid(relation_and_ancestors(child), root) ? child : InvalidOid;
}

/// Finds table and root of the target, unless it becomes unfit.
void find_table(const Search& search)
{
    Target* target = search.target;
    const Layout* layout = search.deletion->layout;
    const TrackedRelation* tracked = tracked_relation_by_id(search.deletion->relation);
    if (tracked != nullptr && OidIsValid(tracked->relation)) {
        // Whoever is at dropping it, or at taking it out of the journal, is waited for.
        LockRelationOid(tracked->relation, AccessShareLock);
        tracked = tracked_relation_by_id(search.deletion->relation);
    }
    if (tracked == nullptr || !table_exists(tracked->relation)) {
        refuse_gone(search, psprintf("its table %s",
                                     tracked == nullptr ? layout->relation_name : tracked->name));
        return;
    }
    target->root = tracked->relation;
    if (strcmp(tracked->capture, "events") != 0) {
        refuse(search, IssueKind::kNotTracked,
               psprintf("its table %s is not tracked any more", tracked->name));
        return;
    }
    // A partitioned table finds the row's place itself.
    const bool is_whole =
        layout->is_root || get_rel_relkind(tracked->relation) == RELKIND_PARTITIONED_TABLE;
    target->table = is_whole ? tracked->relation : find_child(layout, tracked->relation);
    if (!OidIsValid(target->table))
        refuse_gone(search,
                    psprintf("its table %s, a child of %s,", layout->relation_name, tracked->name));
}

/// Whether a table's key is of other columns than a layout's.
bool is_rekeyed(const Layout* layout, const RelationPlan* plan)
{
    if (layout->key_count != plan->key_count)
        return true;
    for (int i = 0; i < plan->key_count; i++)
        if (layout->columns[layout->key_positions[i]].id != plan->columns[plan->key[i]].id)
            return true;
    return false;
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

/// Why the value of a column means nothing to the table: it names objects by OIDs. nullptr if it
/// does not.
const char* lost_meaning(const Layout* layout, const LayoutColumn& before, const PlanColumn& now,
                         bool retyped)
{
    const bool names = names_objects(now.type);
    if (names && !layout->current_incarnation)
        return "it names objects by their OIDs in another cluster";
    Oid type = InvalidOid;
    int32 typmod = -1;
    if (retyped && find_type(before.type, &type, &typmod) && names_objects(type) != names)
        return "its former type named objects by their OIDs";
    return nullptr;
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
            const char* why = lost_meaning(layout, before, *now, retyped);
            if (why != nullptr) {
                lose_column(target, position, now->name, why, false);
                return;
            }
            target->columns[target->count] = {now, retyped, retyped || target->rekeyed};
            target->positions[target->count++] = position;
        }
    }
}

/// Finds the present columns of the layout's values, in the target's table.
void match_columns(const Search& search, bool dry_run)
{
    const Layout* layout = search.deletion->layout;
    Target* target = search.target;
    Relation relation = table_open(target->table, AccessShareLock);
    target->plan = dry_run ? known_plan_for(relation) : plan_by_lent_rights(relation);
    if (target->plan->key_count == 0 || search.deletion->object_id == nullptr) {
        refuse(search, IssueKind::kNoKey);
        table_close(relation, NoLock);
        return;
    }
    target->rekeyed = is_rekeyed(layout, target->plan);
    target->columns = make_array_in<SetColumn>(CurrentMemoryContext, layout->column_count);
    target->positions = make_array_in<int>(CurrentMemoryContext, layout->column_count);
    target->lost = make_array_in<LostColumn>(CurrentMemoryContext, layout->column_count);
    // Names of types are compared as layouts write them.
    const int level = enter_exact_settings();
    for (int i = 0; i < layout->column_count; i++)
        match_column(layout, relation, i, target);
    leave_exact_settings(level);
    table_close(relation, NoLock);
}

/// Whether the caller gives a value for a column whose own is lost.
bool is_given(const LostColumn& lost, int count, const SetColumn* columns)
{
    for (int i = 0; i < count; i++)
        if (columns[i].overridden && strcmp(columns[i].column->name, lost.name) == 0)
            return true;
    return false;
}

}  // namespace

Target* find_target(const Deletion& deletion, bool dry_run)
{
    auto* target = make_in<Target>(CurrentMemoryContext);
    const Search search{&deletion, target};
    if (deletion.layout == nullptr) {
        refuse(search, IssueKind::kNoRow);
    } else {
        target->layout = deletion.layout->id;
        find_table(search);
    }
    if (target->unfit == nullptr)
        match_columns(search, dry_run);
    return target;
}

void tell_lost(Target* target, const Deletion& deletion, int count, const SetColumn* columns)
{
    if (target->lost_count == 0 || target->told >= kToldRows)
        return;
    target->told++;
    for (int i = 0; i < target->lost_count; i++) {
        const LostColumn& lost = target->lost[i];
        if (is_given(lost, count, columns))
            continue;
        if (lost.always || deletion.row.values[lost.position].type != jbvNull)
            ereport(NOTICE, (errmsg("%s comes back without the value of column \"%s\": %s",
                                    describe(deletion), lost.name, lost.why)));
    }
}

}  // namespace journal
