// journal.track and untrack: saying what is recorded, and how. track_schema.cpp does it for many
// tables.
//
// track may be called again: it states all the options anew. It keeps columns by our identity, so
// it describes the table's layout first. It needs ownership of the table; what it writes and
// creates it does as the extension's owner.
#include "tracking/track.hpp"
#include "base/bounds.hpp"
#include "base/function.hpp"
#include "base/journal_tables.hpp"
#include "base/list.hpp"
#include "base/lock_wait.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "catalog/event_type.hpp"
#include "catalog/name_rights.hpp"
#include "catalog/open_relation.hpp"
#include "catalog/present_layout.hpp"
#include "catalog/relation.hpp"
#include "catalog/rename.hpp"
#include "tracking/backfill.hpp"
#include "tracking/gap.hpp"
#include "tracking/month.hpp"
#include "tracking/object_type.hpp"
#include "tracking/register.hpp"
#include "tracking/selection.hpp"
#include "tracking/stated_condition.hpp"
#include "tracking/told_changes.hpp"
#include "values/text_form.hpp"

#include <algorithm>

namespace journal {

bool contains(const ColumnNames& names, const char* name)
{
    for (int i = 0; i < names.count; i++)
        if (strcmp(names.names[i], name) == 0)
            return true;
    return false;
}

bool may_take_type(Oid relation, const char* object_type)
{
    if (may_take_any_type())
        return true;
    const bool is_special =
        strcmp(object_type, "employee") == 0 || strcmp(object_type, "location") == 0;
    Query query = Query::begin(RunAs::kOwner);
    query.run(
        "SELECT coalesce(bool_or(relation = $2 AND object_type = $1), false) AS has_it, "
        "coalesce(bool_or(relation IS DISTINCT FROM $2), false) AS is_anothers FROM "
        "journal.tracked_relation "
        "WHERE object_type = $1 OR $1 = ANY (object_types)",
        {text_argument(object_type), {REGCLASSOID, ObjectIdGetDatum(relation)}});
    const bool has_it = query.value(0, "has_it").boolean();
    const bool is_anothers = query.value(0, "is_anothers").boolean();
    query.end();
    return has_it || !(is_special || is_anothers);
}

namespace {

[[noreturn]] void cannot_be_tracked(Oid relation, const char* detail, const char* hint)
{
    ereport(ERROR,
            (errcode(kCannotBeTracked), errmsg("%s cannot be tracked", qualified_name(relation)),
             errdetail("%s", detail), errhint("%s", hint)));
    pg_unreachable();
}

// An object type is the first part of its events' codes.
void require_object_type(const char* type)
{
    bool is_valid = *type != '\0' && *type != '.';
    for (const char* c = type; *c != '\0'; c++)
        is_valid &= !isspace(static_cast<unsigned char>(*c)) && *c != ':';
    if (!is_valid)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("\"%s\" cannot be an object type", type),
                        errdetail("It has to be a word without spaces and colons that does not "
                                  "begin with a point."),
                        errhint("For example: journal.track('crm.orders', 'order').")));
    check_object_type(type);
}

void require_trackable(Relation relation)
{
    const Oid oid = RelationGetRelid(relation);
    const char kind = relation->rd_rel->relkind;
    if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE)
        cannot_be_tracked(oid, "It is not an ordinary or partitioned table.",
                          "Track the tables behind it: triggers see changes of their rows.");
    if (relation->rd_rel->relpersistence == RELPERSISTENCE_TEMP)
        cannot_be_tracked(oid, "It is a temporary table.",
                          "Only what outlives a session has a history.");
    if (IsSystemRelation(relation) ||
        RelationGetNamespace(relation) == get_namespace_oid("information_schema", true))
        cannot_be_tracked(oid, "It is a system catalogue.", "Use an event trigger to follow DDL.");
    if (is_journal_relation(oid))
        cannot_be_tracked(oid, "It belongs to the journal itself.",
                          "Track the application's tables.");

    Oid root = InvalidOid;
    if (tracked_root(oid, &root) != 0 && root != oid)
        cannot_be_tracked(
            oid,
            psprintf("Its ancestor %s is tracked, and its changes with it.", qualified_name(root)),
            "Untrack the ancestor first if only this table is to be tracked.");
    List* members = find_all_inheritors(oid, AccessShareLock, nullptr);
    for (const Oid member : oids(members))
        if (get_rel_relkind(member) == RELKIND_FOREIGN_TABLE)
            cannot_be_tracked(
                oid, psprintf("Its part %s is a foreign table.", qualified_name(member)),
                "Changes of its rows would not be recorded: detach it, and track the table itself "
                "on the server that has it.");
    for (const Oid member : oids(members))
        if (member != oid && tracked_root(member, &root) != 0 && root == member)
            cannot_be_tracked(
                oid, psprintf("Its descendant %s is tracked by itself.", qualified_name(root)),
                "Untrack the descendant first.");
}

// Position of a named column in a layout.
int position_by_name(const Layout* layout, const char* name)
{
    for (int i = 0; i < layout->column_count; i++)
        if (strcmp(layout->columns[i].name, name) == 0)
            return i;
    ereport(ERROR,
            (errcode(ERRCODE_UNDEFINED_COLUMN),
             errmsg("column \"%s\" of relation %s does not exist", name, layout->relation_name),
             errhint("Name columns as \\d %s shows them.", layout->relation_name)));
    pg_unreachable();
}

int32 identity_by_name(const Layout* layout, const char* name)
{
    return name == nullptr ? 0 : layout->columns[position_by_name(layout, name)].id;
}

QueryArgument identity_argument(int32 id)
{
    return {INT4OID, Int32GetDatum(id), id == 0};
}

QueryArgument identities_argument(const Layout* layout, const ColumnNames& names)
{
    if (!names.present)
        return {INT4ARRAYOID, Datum{0}, true};
    Datum* elements = make_array_in<Datum>(CurrentMemoryContext, names.count);
    for (int i = 0; i < names.count; i++)
        elements[i] = Int32GetDatum(identity_by_name(layout, names.names[i]));
    return {INT4ARRAYOID, PointerGetDatum(construct_array(elements, names.count, INT4OID,
                                                          sizeof(int32), true, TYPALIGN_INT))};
}

// What an entry shows outside its data must not be a column whose values are to stay hidden, or are
// not for everybody.
void require_visible(const TrackOptions& options, const char* name, const char* use)
{
    if (name != nullptr && (contains(options.excluded, name) || contains(options.masked, name) ||
                            contains(options.restricted, name)))
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                 errmsg("column \"%s\" cannot be the %s and be excluded, masked or restricted",
                        name, use),
                 errdetail("Every entry of the object would show its value."),
                 errhint("Choose another column, or do not hide this one.")));
}

// The foreign key that begins with a named column, by which documents and links are found.
void require_reference(Relation relation, const char* name, const char* option)
{
    const AttrNumber number = get_attnum(RelationGetRelid(relation), name);
    for (auto* key : items<ForeignKeyCacheInfo>(RelationGetFKeyList(relation))) {
        for (int i = 0; i < key->nkeys; i++)
            if (key->conkey[i] == number)
                return;
    }
    ereport(
        ERROR,
        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
         errmsg("column \"%s\" of %s has no foreign key", name, RelationGetRelationName(relation)),
         errdetail("track(%s => ...) takes a column that references another table.", option),
         errhint("Add the foreign key, or leave the option out.")));
}

// An entry shows the whole key of its document, not the named column alone.
void require_visible_key(const TrackOptions& options, Relation relation, const char* document)
{
    const AttrNumber number = get_attnum(RelationGetRelid(relation), document);
    List* keys = static_cast<List*>(copyObjectImpl(RelationGetFKeyList(relation)));
    for (auto* key : items<ForeignKeyCacheInfo>(keys)) {
        if (std::find(key->conkey, key->conkey + key->nkeys, number) == key->conkey + key->nkeys)
            continue;
        for (int i = 0; i < key->nkeys; i++)
            require_visible(options, get_attname(RelationGetRelid(relation), key->conkey[i], false),
                            "document");
    }
}

void check_options(const TrackOptions& options, Relation relation, const Layout* layout)
{
    for (int i = 0; i < layout->key_count; i++)
        require_visible(options, layout->columns[layout->key_positions[i]].name, "key");
    require_visible(options, options.label, "label");
    require_visible(options, options.account, "account");
    require_visible(options, options.location, "location");
    require_visible(options, options.author, "author");
    require_visible(options, options.employee, "employee");
    for (int i = 0; i < options.personal.count; i++)
        position_by_name(layout, options.personal.names[i]);
    require_visible(options, options.document, "document");
    for (int i = 0; i < options.links.count; i++) {
        require_visible(options, options.links.names[i], "link");
        position_by_name(layout, options.links.names[i]);
        require_reference(relation, options.links.names[i], "links");
    }
    if (options.document != nullptr) {
        position_by_name(layout, options.document);
        require_reference(relation, options.document, "document");
        require_visible_key(options, relation, options.document);
    }
    if (options.created_at != nullptr) {
        const AttrNumber number =
            layout->columns[position_by_name(layout, options.created_at)].number;
        const Oid type =
            getBaseType(TupleDescAttr(RelationGetDescr(relation), number - 1)->atttypid);
        if (type != TIMESTAMPTZOID && type != TIMESTAMPOID && type != DATEOID)
            ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                            errmsg("column \"%s\" cannot be created_at", options.created_at),
                            errdetail("It is of type %s.", format_type_be(type)),
                            errhint("It has to be of type timestamptz, timestamp or date.")));
    }
}

void require_permitted_type(Oid relation, const char* object_type)
{
    if (!may_take_type(relation, object_type))
        cannot_be_tracked(
            relation,
            psprintf("Object type \"%s\" is for superusers and whom they permit: reports show "
                     "names by it, or it is or was another table's.",
                     object_type),
            "Give this table an object_type of its own, or ask a superuser for EXECUTE on "
            "function journal.any_object_type().");
}

// Makes sure of a row for the table under its object type, taking over the row of a former table of
// that type, and returns its number.
int32 claim_row(Relation relation, const char* object_type)
{
    const Oid oid = RelationGetRelid(relation);
    const QueryArgument table{REGCLASSOID, ObjectIdGetDatum(oid)};
    const char* name = qualified_name(oid);
    Query query = Query::begin(RunAs::kOwner);

    if (query.run("SELECT relation::oid FROM journal.tracked_relation WHERE object_type = $1 AND "
                  "relation <> $2 "
                  "AND relation IS NOT NULL AND capture = 'events'",
                  {text_argument(object_type), table}) > 0) {
        const Oid other = query.value(0).oid();
        cannot_be_tracked(
            oid, psprintf("Object type \"%s\" belongs to %s.", object_type, qualified_name(other)),
            "Give this table an object_type of its own.");
    }
    // A table that is no longer tracked gives its object type away; one that was dropped hands its
    // row on too.
    query.run(
        "UPDATE journal.tracked_relation SET object_type = NULL "
        "WHERE object_type = $1 AND relation <> $2 AND capture <> 'events'",
        {text_argument(object_type), table});
    if (query.run("SELECT id FROM journal.tracked_relation WHERE relation = $1", {table}) == 0)
        query.run(
            "UPDATE journal.tracked_relation SET relation = $1 WHERE relation IS NULL AND "
            "object_type = $2",
            {table, text_argument(object_type)});
    else
        query.run(
            "UPDATE journal.tracked_relation SET object_type = NULL "
            "WHERE relation IS NULL AND object_type = $1",
            {text_argument(object_type)});
    if (query.run("SELECT id FROM journal.tracked_relation WHERE relation = $1", {table}) == 0)
        query.run(
            "INSERT INTO journal.tracked_relation (relation, relation_name, capture) VALUES ($1, "
            "$2, 'none')",
            {table, text_argument(name)});
    query.run("SELECT id FROM journal.tracked_relation WHERE relation = $1", {table});
    const int32 id = query.value(0).int4();
    query.end();
    return id;
}

void store_options(int32 id, Relation relation, const char* object_type,
                   const TrackOptions& options)
{
    const TrackedRelation* tracked = tracked_relation_by_id(id);
    const Layout* layout = describe_layout(relation, *tracked);
    check_options(options, relation, layout);
    const char* stated = stated_options(id);
    if (strcmp(tracked->capture, "events") != 0)
        note_gap(id, GapReason::kTracked, nullptr);
    else if (records_part(*tracked) && options.operations == nullptr &&
             options.condition == nullptr)
        note_gap(id, GapReason::kSelected, nullptr);

    Bitmapset* hidden = nullptr;
    for (int i = 0; i < layout->column_count; i++)
        if (contains(options.excluded, layout->columns[i].name) ||
            contains(options.masked, layout->columns[i].name) ||
            contains(options.restricted, layout->columns[i].name))
            hidden = bms_add_member(hidden, layout->columns[i].number);
    int32 label = identity_by_name(layout, options.label);
    const AttrNumber guessed = options.label == nullptr ? guess_label(relation, hidden) : 0;
    for (int i = 0; i < layout->column_count; i++)
        if (guessed != 0 && layout->columns[i].number == guessed)
            label = layout->columns[i].id;
    const int32 account = identity_by_name(layout, options.account);
    if (strcmp(tracked->capture, "events") == 0 &&
        (tracked->label != label || tracked->account != account ||
         strcmp(tracked->object_type, object_type) != 0))
        end_names(id);

    const StatedSelection selection = check_selection(
        {options.operations, options.condition, options.deleted_when}, relation, layout);

    Query query = Query::begin(RunAs::kOwner);
    query.run(
        "UPDATE journal.tracked_relation SET relation_name = $2, capture = 'events', object_type = "
        "$3, "
        "label_column = $4, account_column = $5, location_column = $6, author_column = $7, "
        "created_at_column = $8, document_column = $9, link_columns = $10, ignored_columns = $11, "
        "excluded_columns = $12, masked_columns = $13, snapshot_on_create = $14, always = $15, "
        "restricted_columns = $16, employee_column = $17, require_employee = $18, "
        "operations = $19, condition = $20, condition_columns = $21, deleted_when = $22, "
        "deleted_when_columns = $23, search_path = $24, personal_columns = $25, "
        "tracked_since = CASE capture WHEN 'events' THEN tracked_since ELSE now() END WHERE id = "
        "$1",
        {int4_argument(id),
         text_argument(layout->relation_name),
         text_argument(object_type),
         identity_argument(label),
         identity_argument(account),
         identity_argument(identity_by_name(layout, options.location)),
         identity_argument(identity_by_name(layout, options.author)),
         identity_argument(identity_by_name(layout, options.created_at)),
         identity_argument(identity_by_name(layout, options.document)),
         identities_argument(layout, options.links),
         identities_argument(layout, options.ignored),
         identities_argument(layout, options.excluded),
         identities_argument(layout, options.masked),
         {BOOLOID, BoolGetDatum(options.snapshot_on_create)},
         {BOOLOID, BoolGetDatum(options.always)},
         identities_argument(layout, options.restricted),
         identity_argument(identity_by_name(layout, options.employee)),
         {BOOLOID, BoolGetDatum(options.require_employee)},
         {TEXTARRAYOID, PointerGetDatum(options.operations), options.operations == nullptr},
         text_argument(options.condition),
         selection.condition_columns,
         text_argument(options.deleted_when),
         selection.deleted_when_columns,
         text_argument(selection.search_path),
         identities_argument(layout, options.personal)});
    query.end();
    keep_object_type(RelationGetRelid(relation));
    tell_changes(*tracked, stated);
}

Oid relation_argument(FunctionCallInfo fcinfo)
{
    if (PG_ARGISNULL(0))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("relation cannot be NULL"),
                        errhint("Name the table: journal.track('crm.orders').")));
    return PG_GETARG_OID(0);
}

const char* name_argument(FunctionCallInfo fcinfo, int number)
{
    return PG_ARGISNULL(number) ? nullptr : pstrdup(NameStr(*PG_GETARG_NAME(number)));
}

// The name of a column, cut as the server cuts names.
const char* label_argument(FunctionCallInfo fcinfo, int number)
{
    if (PG_ARGISNULL(number))
        return nullptr;
    char* label = text_to_cstring(PG_GETARG_TEXT_PP(number));
    truncate_identifier(label, static_cast<int>(strlen(label)), false);
    return label;
}

}  // namespace

void lock_for_tracking(Oid relation)
{
    relation_close(open_owned(relation, ShareRowExclusiveLock, kCannotBeTracked), NoLock);
}

void begin_tracking(Oid oid, const TrackOptions& options)
{
    // table_open would refuse what is no table in words of its own.
    Relation relation = relation_open(oid, NoLock);
    require_trackable(relation);
    const char* object_type =
        options.object_type != nullptr ? options.object_type : default_object_type(relation);
    require_object_type(object_type);
    require_permitted_type(oid, object_type);
    const int32 id = claim_row(relation, object_type);
    store_options(id, relation, object_type, options);
    relation_close(relation, NoLock);
    equip_tracked(oid, true, options.always, true);
    note_trigger_switch(id, oid);
    invalidate_plans(oid);
    invalidate_referencing(oid);
    CommandCounterIncrement();
}

bool finish_tracking(Oid oid)
{
    equip_references(oid);
    Relation relation = table_open(oid, NoLock);
    const bool has_key = plan_by_lent_rights(relation)->key_count > 0;
    const TrackedRelation* tracked = find_tracked_relation(oid);
    // Their names have to be known also for events before their first own entry.
    if (strcmp(tracked->object_type, "employee") == 0 ||
        strcmp(tracked->object_type, "location") == 0)
        fill_labels(*tracked);
    table_close(relation, NoLock);
    return has_key;
}

int64 backfill_tracked(Oid oid)
{
    Relation relation = table_open(oid, NoLock);
    const int64 entries = backfill_relation(relation);
    table_close(relation, NoLock);
    return entries;
}

ColumnNames names_argument(FunctionCallInfo fcinfo, int number, const char* argument)
{
    ColumnNames result{};
    if (PG_ARGISNULL(number))
        return result;
    result.present = true;
    Datum* elements = nullptr;
    bool* nulls = nullptr;
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(number), NAMEOID, NAMEDATALEN, false, TYPALIGN_CHAR,
                      &elements, &nulls, &result.count);
    result.names = make_array_in<char*>(CurrentMemoryContext, result.count);
    for (int i = 0; i < result.count; i++) {
        if (nulls[i])
            ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                            errmsg("%s cannot contain NULL", argument)));
        result.names[i] = pstrdup(NameStr(*DatumGetName(elements[i])));
    }
    return result;
}

bool boolean_argument(FunctionCallInfo fcinfo, int number, bool otherwise)
{
    return PG_ARGISNULL(number) ? otherwise : PG_GETARG_BOOL(number);
}

/// journal.track(relation, object_type, label, account, location, author, created_at, document,
/// links, ignored, excluded, masked, snapshot_on_create, backfill, always, restricted, employee,
/// require_employee, operations, condition, deleted_when, personal)
JOURNAL_FUNCTION(journal_track)
{
    require_writable("journal.track()");
    TrackOptions options{};
    options.object_type = PG_ARGISNULL(1) ? nullptr : text_to_cstring(PG_GETARG_TEXT_PP(1));
    options.label = label_argument(fcinfo, 2);
    options.account = name_argument(fcinfo, 3);
    options.location = name_argument(fcinfo, 4);
    options.author = name_argument(fcinfo, 5);
    options.created_at = name_argument(fcinfo, 6);
    options.document = name_argument(fcinfo, 7);
    options.links = names_argument(fcinfo, 8, "links");
    options.ignored = names_argument(fcinfo, 9, "ignored");
    options.excluded = names_argument(fcinfo, 10, "excluded");
    options.masked = names_argument(fcinfo, 11, "masked");
    options.restricted = names_argument(fcinfo, 15, "restricted");
    options.employee = name_argument(fcinfo, 16);
    options.require_employee = boolean_argument(fcinfo, 17, false);
    options.operations = operations_argument(fcinfo, 18);
    options.condition = condition_argument(fcinfo, 19, "condition");
    options.deleted_when = condition_argument(fcinfo, 20, "deleted_when");
    options.personal = names_argument(fcinfo, 21, "personal");
    // NULL means the same as the default.
    options.ignored.present = options.excluded.present = options.masked.present =
        options.restricted.present = options.personal.present = true;
    options.snapshot_on_create = boolean_argument(fcinfo, 12, true);
    options.always = boolean_argument(fcinfo, 14, false);

    const Oid relation = relation_argument(fcinfo);
    lock_for_tracking(relation);
    const int level = begin_lock_limit();
    begin_tracking(relation, options);
    make_coming_months(kMonthsAhead);
    finish_tracking(relation);
    const int64 entries = boolean_argument(fcinfo, 13, false) ? backfill_tracked(relation) : 0;
    end_lock_limit(level);
    PG_RETURN_INT64(entries);
}

/// journal.untrack(relation): no longer records its changes; what is recorded stays.
JOURNAL_FUNCTION(journal_untrack)
{
    require_writable("journal.untrack()");
    const Oid oid = relation_argument(fcinfo);
    // Dropping its triggers takes this lock; whoever had a weaker one and waited for it would keep
    // writers out meanwhile.
    relation_close(open_owned(oid, AccessExclusiveLock, kNotTracked), NoLock);
    const int level = begin_lock_limit();
    Oid root = InvalidOid;
    const int32 id = tracked_root(oid, &root);
    if (id == 0 || root != oid)
        ereport(ERROR, (errcode(kNotTracked), errmsg("%s is not tracked", qualified_name(oid)),
                        root == InvalidOid
                            ? 0
                            : errdetail("Its changes are recorded with %s.", qualified_name(root)),
                        errhint("journal.tracked_relations lists what is tracked.")));

    Query query = Query::begin(RunAs::kOwner);
    const uint64 rules =
        query.run("DELETE FROM journal.event_rule WHERE relation = $1", {int4_argument(id)});
    // A tracked table that references it still needs the names of its rows.
    query.run(
        "SELECT EXISTS (SELECT FROM pg_constraint c JOIN journal.tracked_relation t ON t.relation "
        "= c.conrelid "
        "WHERE c.contype = 'f' AND c.conrelid <> $1 AND t.capture = 'events' "
        "AND (c.confrelid = $1 OR c.confrelid IN (SELECT relid FROM pg_partition_tree($1))))",
        {{OIDOID, ObjectIdGetDatum(oid)}});
    const bool is_referenced = query.value(0).boolean();
    query.run("UPDATE journal.tracked_relation SET capture = $2 WHERE id = $1",
              {int4_argument(id), text_argument(is_referenced ? "labels" : "none")});
    query.end();
    if (is_referenced) {
        keep_recorded_labels(*tracked_relation_by_id(id));
        fill_labels(*tracked_relation_by_id(id));
    } else {
        drop_triggers(oid);
    }
    invalidate_plans(oid);
    invalidate_referencing(oid);
    if (rules > 0)
        ereport(NOTICE, (errmsg("dropped " UINT64_FORMAT " event rules of %s", rules,
                                qualified_name(oid))));
    end_lock_limit(level);
    PG_RETURN_VOID();
}

}  // namespace journal
