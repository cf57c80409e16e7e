// See ddl.hpp. This file follows commands that make or alter; drop.cpp those that drop.
//
// What a command can have changed is told from its parse tree, which keeps a dump's restore cheap
// and undisturbed: there, constraints and triggers are created on tables that are registered
// already, and a trigger of ours created too early would meet the dump's own.
#include "tracking/ddl.hpp"

#include "base/function.hpp"
#include "base/journal_tables.hpp"
#include "base/list.hpp"
#include "base/query.hpp"
#include "catalog/present_layout.hpp"
#include "catalog/relation.hpp"
#include "catalog/tracked_relation.hpp"
#include "tracking/composite.hpp"
#include "tracking/gap.hpp"
#include "tracking/gone_table.hpp"
#include "tracking/layout_writer.hpp"
#include "tracking/month_register.hpp"
#include "tracking/partition_equipment.hpp"
#include "tracking/refused_ddl.hpp"
#include "tracking/register.hpp"
#include "tracking/retyping.hpp"
#include "tracking/rule_check.hpp"

namespace journal {

namespace {

/// What a command may have changed.
struct Effects {
    bool columns = false;     // of the tables that it names, or their keys and references
    bool children = false;    // a table has a parent now
    bool foreign = false;     // a foreign table may have a parent now
    bool references = false;  // a table references others now
    bool parted = false;      // a table may have lost its parent
    bool names = false;       // of tables
    bool types = false;       // names of types or schemas, which every layout may hold
    bool conditions = false;  // what an event rule's condition calls
    bool guards = false;      // on the journal's own tables
    bool always = false;      // triggers that fire always may do so no more
    bool triggers = false;    // some are enabled or disabled
    bool values = false;      // of a column, computed anew
    bool attributes = false;  // of a composite type, or of a table's row type
};

Effects effects_of_subcommand(AlterTableType type)
{
    switch (type) {
        case AT_DropColumn:
        case AT_DropExpression:
        case AT_SetNotNull:
        case AT_DropNotNull:
        case AT_AddIndexConstraint:
        case AT_DropConstraint:
        case AT_ReplicaIdentity:
            return {.columns = true};
        case AT_AlterColumnType:
            return {.columns = true, .conditions = true, .values = true};
        case AT_AddColumn:
        case AT_AddConstraint:
            return {.columns = true, .references = true};
        case AT_AttachPartition:
        case AT_AddInherit:
            return {.columns = true, .children = true, .foreign = true, .guards = true};
        case AT_DetachPartition:
        case AT_DetachPartitionFinalize:
        case AT_DropInherit:
            return {.parted = true};
        case AT_EnableTrig:
        case AT_EnableReplicaTrig:
            return {.guards = true, .triggers = true};
        case AT_EnableTrigAll:
        case AT_EnableTrigUser:
            return {.guards = true, .always = true, .triggers = true};
        case AT_EnableAlwaysTrig:
        case AT_DisableTrig:
        case AT_DisableTrigAll:
        case AT_DisableTrigUser:
            return {.triggers = true};
        default:
            return {.values = is_set_expression(type)};
    }
}

Effects effects_of_alter(const AlterTableStmt* statement)
{
    Effects effects{};
    if (statement->objtype == OBJECT_FOREIGN_TABLE)
        return {.foreign = true};
    if (statement->objtype != OBJECT_TABLE)
        return {.types = statement->objtype == OBJECT_TYPE,
                .conditions = statement->objtype == OBJECT_TYPE,
                .attributes = statement->objtype == OBJECT_TYPE};
    for (const auto* command : items<AlterTableCmd>(statement->cmds)) {
        const Effects more = effects_of_subcommand(command->subtype);
        effects.columns |= more.columns;
        effects.children |= more.children;
        effects.foreign |= more.foreign;
        effects.references |= more.references;
        effects.parted |= more.parted;
        effects.conditions |= more.conditions;
        effects.guards |= more.guards;
        effects.always |= more.always;
        effects.triggers |= more.triggers;
        effects.values |= more.values;
        effects.attributes |= more.columns;
    }
    return effects;
}

Effects effects_of_rename(ObjectType type)
{
    switch (type) {
        case OBJECT_TABLE:
            return {.columns = true, .names = true};
        case OBJECT_COLUMN:
            return {.columns = true};
        case OBJECT_SCHEMA:
            return {.names = true, .types = true, .conditions = true};
        case OBJECT_TABCONSTRAINT:
        case OBJECT_DOMCONSTRAINT:
        case OBJECT_INDEX:
            return {};
        case OBJECT_COLLATION:
        case OBJECT_TYPE:
        case OBJECT_DOMAIN:
            return {.types = true, .conditions = true};
        default:
            return {.conditions = true};
    }
}

Effects effects_of(Node* statement)
{
    switch (nodeTag(statement)) {
        case T_CreateForeignTableStmt:
            return {.foreign = reinterpret_cast<CreateStmt*>(statement)->inhRelations != NIL};
        case T_CreateStmt: {
            const bool child = reinterpret_cast<CreateStmt*>(statement)->inhRelations != NIL;
            return {.columns = child, .children = child, .guards = child};
        }
        case T_CreateSchemaStmt:
            return {.columns = true, .children = true, .guards = true};
        case T_AlterTableStmt:
            return effects_of_alter(reinterpret_cast<AlterTableStmt*>(statement));
        case T_RenameStmt:
            return effects_of_rename(reinterpret_cast<RenameStmt*>(statement)->renameType);
        case T_AlterObjectSchemaStmt:
            return effects_of_rename(
                reinterpret_cast<AlterObjectSchemaStmt*>(statement)->objectType);
        case T_AlterOwnerStmt:
            return {};
        default:
            return {.conditions = true};
    }
}

bool is_journal_partition(Oid relation)
{
    return get_rel_relispartition(relation) &&
           get_partition_parent(relation, true) == journal_table("entry");
}

/// Tables that the current command touched, as the server collected them.
List* touched_tables()
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    const uint64 count = query.run(
        "SELECT DISTINCT d.objid FROM pg_event_trigger_ddl_commands() d JOIN pg_class c "
        "ON c.oid = d.objid WHERE d.classid = 'pg_class'::regclass AND c.relkind IN ('r', 'p') "
        "AND c.relpersistence <> 't'");
    List* tables = in_context(context, [&] { return query.oids(count); });
    query.end();
    return tables;
}

/// ENABLE TRIGGER ALL, as a dump with --disable-triggers says it, turns ENABLE ALWAYS and ENABLE
/// REPLICA into plain ENABLE: a table's triggers that call one of the functions get it back.
/// DISABLE TRIGGER is left alone.
void rearm_triggers(Oid relation, const char* functions, char state = TRIGGER_FIRES_ALWAYS)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    const uint64 count = query.run(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = $1 AND tgenabled NOT IN ('D', $3) "
        "AND tgfoid = ANY (cast($2 AS regprocedure[])::oid[])",
        {{OIDOID, ObjectIdGetDatum(relation)},
         text_argument(functions),
         {CHAROID, CharGetDatum(state)}});
    const char** name = make_array_in<const char*>(context, count);
    for (uint64 i = 0; i < count; i++)
        name[i] = query.value(i).text(context);
    for (uint64 i = 0; i < count; i++)
        query.run(psprintf("ALTER TABLE %s ENABLE %s TRIGGER %s", qualified_name(relation),
                           state == TRIGGER_FIRES_ALWAYS ? "ALWAYS" : "REPLICA",
                           quote_identifier(name[i])));
    query.end();
}

/// Keeps the journal's own tables guarded: a partition that somebody attached, or that a dump
/// restores, opens to nobody.
void keep_guards(Oid table)
{
    if (!is_journal_relation(table) && !is_journal_partition(table))
        return;
    List* members = find_all_inheritors(table, NoLock, nullptr);
    for (const Oid member : oids(members)) {
        if (is_journal_partition(member))
            secure_partition(member);
        rearm_triggers(
            member,
            "{journal.refuse_change(),journal.invalidate_plan(),journal.invalidate_accounts()}");
    }
}

/// The same for a tracked table, its partitions and children.
void keep_always(Oid table)
{
    const TrackedRelation* tracked = find_tracked_relation(table);
    if (tracked == nullptr || strcmp(tracked->capture, "events") != 0)
        return;
    List* members = find_all_inheritors(table, NoLock, nullptr);
    for (const Oid member : oids(members)) {
        if (tracked->always)
            rearm_triggers(
                member, "{journal.capture(),journal.capture_truncate(),journal.capture_moved()}");
        rearm_triggers(member, "{journal.note_unrecorded(),journal.note_unrecorded_truncate()}",
                       TRIGGER_FIRES_ON_REPLICA);
    }
}

/// Records the layouts of a tracked table, its partitions and children.
void note_layouts(Oid table)
{
    Oid root = InvalidOid;
    if (tracked_root(table, &root) == 0)
        return;
    List* members = find_all_inheritors(table, NoLock, nullptr);
    for (const Oid member : oids(members)) {
        CHECK_FOR_INTERRUPTS();
        note_layout(member);
    }
}

/// A table without a layout of the present incarnation has not been written to since a dump's
/// restore, which may still be going on: what it lacks, the dump brings.
bool is_being_restored(Oid table)
{
    Oid root = InvalidOid;
    const int32 tracked = tracked_root(table, &root);
    return tracked == 0 || newest_layout(tracked, root) == 0;
}

/// Takes our triggers from a table that was detached from a tracked one.
void forget_parted(Oid table)
{
    Oid root = InvalidOid;
    if (OidIsValid(table) && SearchSysCacheExists1(RELOID, ObjectIdGetDatum(table)) &&
        !is_journal_partition(table) && !is_journal_relation(table) &&
        tracked_root(table, &root) == 0)
        drop_triggers(table);
}

/// Tables that an ALTER TABLE took from their parent.
void forget_parted_by(const AlterTableStmt* statement, List* tables)
{
    for (const auto* command : items<AlterTableCmd>(statement->cmds)) {
        if (command->subtype == AT_DetachPartition ||
            command->subtype == AT_DetachPartitionFinalize) {
            const auto* named = reinterpret_cast<PartitionCmd*>(command->def);
            const Oid partition = RangeVarGetRelid(named->name, NoLock, true);
            forget_parted(partition);
            if (OidIsValid(partition))
                invalidate_referencing(partition);
        } else if (command->subtype == AT_DropInherit) {
            for (const Oid table : oids(tables))
                forget_parted(table);
        }
    }
}

/// Records what of an ALTER TABLE makes the past unknown: rows came or went with a partition or
/// child.
void note_moved_tables(const AlterTableStmt* statement, List* tables)
{
    for (const auto* command : items<AlterTableCmd>(statement->cmds)) {
        const bool attached = command->subtype == AT_AttachPartition;
        const bool detached = command->subtype == AT_DetachPartition ||
                              command->subtype == AT_DetachPartitionFinalize;
        const bool inherits = command->subtype == AT_AddInherit;
        if (!attached && !detached && !inherits && command->subtype != AT_DropInherit)
            continue;
        const RangeVar* named = attached || detached
                                    ? reinterpret_cast<PartitionCmd*>(command->def)->name
                                    : reinterpret_cast<RangeVar*>(command->def);
        const Oid other = RangeVarGetRelid(named, NoLock, true);
        for (const Oid table : oids(tables)) {
            // A partition is named by its parent's command, a parent by its child's.
            const Oid parent = attached || detached ? table : other;
            const Oid child = attached || detached ? other : table;
            Oid root = InvalidOid;
            if (OidIsValid(parent) && OidIsValid(child) && parent != child &&
                tracked_root(parent, &root) != 0 && !is_being_restored(parent)) {
                const bool comes = attached || inherits;
                note_moved_table(tracked_root(parent, &root), child,
                                 comes ? GapReason::kAttached : GapReason::kParted);
                if (!comes)
                    record_detached_table(tracked_root(parent, &root), child);
            }
        }
    }
}

/// Records that the journal's triggers were disabled, or are enabled again.
void note_trigger_switches(List* tables)
{
    for (const Oid table : oids(tables)) {
        Oid root = InvalidOid;
        const int32 tracked = tracked_root(table, &root);
        // A dump that is restored in parts disables the triggers while it loads the rows.
        if (tracked != 0 && !is_being_restored(root))
            note_trigger_switch(tracked, root);
    }
}

void update_names()
{
    Query query = Query::begin(RunAs::kOwner);
    query.run(
        "UPDATE journal.tracked_relation t SET relation_name = format('%I.%I', n.nspname, "
        "c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.oid = t.relation AND t.relation_name <> format('%I.%I', n.nspname, c.relname)");
    query.end();
}

/// Tables that are tracked now.
List* tracked_tables()
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    const uint64 count = query.run(
        "SELECT c.oid FROM journal.tracked_relation t JOIN pg_class c ON c.oid = t.relation "
        "WHERE t.capture = 'events' ORDER BY t.id");
    List* tables = in_context(context, [&] { return query.oids(count); });
    query.end();
    return tables;
}

/// Every tracked table's layout may name a type or a schema that has another name now.
void note_all_layouts()
{
    List* tables = tracked_tables();
    for (const Oid table : oids(tables)) {
        note_layouts(table);
        // No relcache entry changes when a type's name does.
        invalidate_plans(table);
    }
}

/// A data-only dump may load a table before the row that says that it is tracked always.
void keep_always_after(Oid table)
{
    if (table != journal_table("tracked_relation")) {
        keep_always(table);
        return;
    }
    List* tables = tracked_tables();
    for (const Oid tracked : oids(tables))
        keep_always(tracked);
}

void follow_table(Oid table, const Effects& effects)
{
    if (effects.children || (effects.references && !is_being_restored(table)))
        equip_tracked_children(table);
    if (effects.columns)
        note_layouts(table);
    // What other tables refer to may have become its key, or have come to be part of it.
    if ((effects.columns || effects.parted) && find_tracked_relation(table) != nullptr)
        invalidate_referencing(table);
}

void follow_command(Node* statement, const Effects& effects)
{
    List* tables = touched_tables();
    for (const Oid table : oids(tables))
        if (effects.guards)
            keep_guards(table);
    if (effects.guards || effects.parted)
        for (const Oid table : oids(tables))
            if (table == journal_table("entry") || is_journal_partition(table)) {
                note_months();
                break;
            }
    if (!has_tracked_relations())
        return;

    if (effects.names)
        update_names();
    if (effects.attributes)
        note_altered_composite(reinterpret_cast<AlterTableStmt*>(statement));
    if (effects.values)
        note_computed_columns(reinterpret_cast<AlterTableStmt*>(statement), tables);
    for (const Oid table : oids(tables)) {
        if (effects.always)
            keep_always_after(table);
        if (!is_journal_relation(table))
            follow_table(table, effects);
    }
    if (effects.foreign)
        warn_of_foreign_parts();
    if (effects.parted || (effects.children && IsA(statement, AlterTableStmt)))
        note_moved_tables(reinterpret_cast<AlterTableStmt*>(statement), tables);
    if (effects.triggers)
        note_trigger_switches(tables);
    if (effects.parted)
        forget_parted_by(reinterpret_cast<AlterTableStmt*>(statement), tables);
    if (effects.types)
        note_all_layouts();
    if (effects.conditions)
        check_rule_conditions();
}

bool is_nothing(const Effects& effects)
{
    return !effects.columns && !effects.children && !effects.foreign && !effects.references &&
           !effects.parted && !effects.names && !effects.types && !effects.conditions &&
           !effects.guards && !effects.triggers && !effects.values && !effects.attributes;
}

/// Whether the journal's tables are there: not while the extension is being created or dropped.
bool has_journal()
{
    const Oid schema = get_namespace_oid("journal", true);
    return OidIsValid(schema) && OidIsValid(get_relname_relid("tracked_relation", schema)) &&
           OidIsValid(get_relname_relid("entry_default", schema));
}

}  // namespace

bool has_tracked_relations()
{
    if (IsBinaryUpgrade || !has_journal())
        return false;
    Relation table = table_open(journal_table("tracked_relation"), AccessShareLock);
    Snapshot snapshot = RegisterSnapshot(latest_snapshot());
    TableScanDesc scan = table_beginscan(table, snapshot, 0, nullptr);
    const bool found = heap_getnext(scan, ForwardScanDirection) != nullptr;
    table_endscan(scan);
    UnregisterSnapshot(snapshot);
    table_close(table, AccessShareLock);
    return found;
}

}  // namespace journal

/// The event trigger on ddl_command_end.
JOURNAL_FUNCTION(journal_follow_ddl)
{
    if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("journal.follow_ddl() is an event trigger function")));
    const auto* event = reinterpret_cast<EventTriggerData*>(fcinfo->context);
    if (journal::may_be_refused(event->parsetree)) {
        if (!IsBinaryUpgrade && journal::has_journal())
            journal::refuse_on_own_tables();
        PG_RETURN_NULL();
    }
    journal::refuse_renamed_schema(event->parsetree);
    const journal::Effects effects = journal::effects_of(event->parsetree);
    if (!IsBinaryUpgrade && !journal::is_nothing(effects) && journal::has_journal() &&
        (effects.guards || effects.parted || journal::has_tracked_relations()))
        journal::follow_command(event->parsetree, effects);
    PG_RETURN_NULL();
}

/// The event trigger on sql_drop.
JOURNAL_FUNCTION(journal_follow_drop)
{
    if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("journal.follow_drop() is an event trigger function")));
    if (journal::has_tracked_relations())
        journal::follow_drops();
    PG_RETURN_NULL();
}
