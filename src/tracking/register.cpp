// See register.hpp.
#include "tracking/register.hpp"

#include "base/copied_journal.hpp"
#include "base/function.hpp"
#include "base/journal_tables.hpp"
#include "base/list.hpp"
#include "base/lock_wait.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "catalog/name_rights.hpp"
#include "catalog/own_trigger.hpp"
#include "catalog/present_layout.hpp"
#include "catalog/relation.hpp"
#include "tracking/gap.hpp"
#include "tracking/layout_writer.hpp"
#include "tracking/object_type.hpp"
#include "tracking/provisional.hpp"
#include "values/table_rows.hpp"

namespace journal {

namespace {

void create_trigger(Query& query, Oid relation, const OwnTrigger& wanted)
{
    if (OidIsValid(get_trigger_oid(relation, wanted.name, true)))
        ereport(
            ERROR,
            (errcode(kCannotBeTracked), errmsg("%s cannot be tracked", qualified_name(relation)),
             errdetail("It has a trigger \"%s\" that is not the journal's.", wanted.name),
             errhint("Rename that trigger: ALTER TRIGGER ... ON ... RENAME TO ....")));
    query.run(psprintf("CREATE TRIGGER %s %s ON %s %s EXECUTE FUNCTION journal.%s()",
                       quote_identifier(wanted.name), wanted.before_table, qualified_name(relation),
                       wanted.after_table, wanted.function));
}

// Brings one trigger of a table into the wanted state. One that its owner disabled stays so, unless
// it is to be rearmed.
void ensure_trigger(Query& query, Oid relation, const OwnTrigger& wanted, char state, bool rearm)
{
    FoundTrigger found = find_trigger(relation, wanted);
    if (found.name == nullptr) {
        create_trigger(query, relation, wanted);
        found = {wanted.name, TRIGGER_FIRES_ON_ORIGIN};
    }
    const bool is_disabled =
        found.enabled == TRIGGER_DISABLED ||
        (found.enabled == TRIGGER_FIRES_ON_REPLICA && state != TRIGGER_FIRES_ON_REPLICA);
    if (found.enabled != state && (rearm || !is_disabled))
        query.run(psprintf("ALTER TABLE %s ENABLE %s TRIGGER %s", qualified_name(relation),
                           state == TRIGGER_FIRES_ALWAYS       ? "ALWAYS"
                           : state == TRIGGER_FIRES_ON_REPLICA ? "REPLICA"
                                                               : "",
                           quote_identifier(found.name)));
}

void drop_trigger(Query& query, Oid relation, const OwnTrigger& unwanted)
{
    const FoundTrigger found = find_trigger(relation, unwanted);
    if (found.name != nullptr)
        query.run(psprintf("DROP TRIGGER %s ON %s", quote_identifier(found.name),
                           qualified_name(relation)));
}

// What notes that changes were not recorded: not needed where they always are.
void ensure_unrecorded_triggers(Query& query, Oid relation, bool wanted, bool rearm)
{
    for (const OwnTrigger& trigger : {kUnrecordedTrigger, kUnrecordedTruncateTrigger}) {
        if (wanted)
            ensure_trigger(query, relation, trigger, TRIGGER_FIRES_ON_REPLICA, rearm);
        else
            drop_trigger(query, relation, trigger);
    }
}

void equip_member(Query& query, Oid relation, bool has_events, bool always, bool rearm)
{
    const char state = always ? TRIGGER_FIRES_ALWAYS : TRIGGER_FIRES_ON_ORIGIN;
    const char kind = get_rel_relkind(relation);
    // What holds rows has the triggers, each leaf its own: a row trigger on the partitioned table
    // would be cloned to every new partition by whoever makes one, who would need EXECUTE on our
    // function.
    if (kind == RELKIND_RELATION) {
        ensure_trigger(query, relation, kRowTrigger, state, rearm);
        ensure_trigger(query, relation, kTruncateTrigger, state, rearm);
        ensure_unrecorded_triggers(query, relation, has_events && !always, rearm);
    }
    // Only a partitioned table moves rows.
    if (kind == RELKIND_PARTITIONED_TABLE)
        ensure_trigger(query, relation, kMovedTrigger, state, rearm);
}

int32 identity_of(const Layout* layout, AttrNumber number)
{
    for (int i = 0; i < layout->column_count; i++)
        if (layout->columns[i].number == number)
            return layout->columns[i].id;
    return 0;
}

// Adds a row of default options. It may meet the same
// insertion of another session: then that one's row serves.
void insert_default(Relation relation, const char* capture)
{
    TrackedRelation fresh{};
    fresh.relation = RelationGetRelid(relation);
    const char* name = qualified_name(fresh.relation);
    const bool events = strcmp(capture, "events") == 0;
    Query query = Query::begin(RunAs::kOwner);
    const char* type = events ? free_object_type(query, relation, CurrentMemoryContext) : nullptr;
    const uint64 inserted = query.run(
        "INSERT INTO journal.tracked_relation (relation, relation_name, capture, object_type) "
        "VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        {{REGCLASSOID, ObjectIdGetDatum(fresh.relation)},
         text_argument(name),
         text_argument(capture),
         text_argument(type)});
    query.end();
    if (inserted > 0)
        keep_object_type(fresh.relation);
}

// Stores the label column of a relation registered a moment ago.
void store_guessed_label(Relation relation)
{
    const TrackedRelation* tracked = find_tracked_relation(RelationGetRelid(relation));
    // A row that served before may say which column it is, and which are to stay hidden.
    if (tracked == nullptr || tracked->label != 0)
        return;
    const Layout* layout = describe_layout(relation, *tracked);
    Bitmapset* hidden = nullptr;
    for (int i = 0; i < layout->column_count; i++)
        if (is_hidden(layout->columns[i].mode))
            hidden = bms_add_member(hidden, layout->columns[i].number);
    const AttrNumber label = guess_label(relation, hidden);
    if (label == 0)
        return;
    // What the row says of columns has to be readable later, also in another incarnation.
    record_layout(layout);
    Query query = Query::begin(RunAs::kOwner);
    query.run("UPDATE journal.tracked_relation SET label_column = $2 WHERE id = $1",
              {int4_argument(tracked->id), int4_argument(identity_of(layout, label))});
    query.end();
}

// REFERENCES on a stranger's table lets nobody read names in it.
bool owner_may_read_names(Oid owner, Oid target)
{
    Relation referenced = table_open(target, AccessShareLock);
    const bool may = may_read_names(owner, referenced, guess_label(referenced, nullptr));
    table_close(referenced, NoLock);
    return may;
}

// Gives a table of which only names are kept its triggers.
void equip_reference(Query& query, Oid target)
{
    ensure_trigger(query, target, kRowTrigger, TRIGGER_FIRES_ON_ORIGIN, false);
    if (get_rel_relkind(target) == RELKIND_RELATION)
        ensure_trigger(query, target, kTruncateTrigger, TRIGGER_FIRES_ON_ORIGIN, false);
}

// Registers a referenced table for its names. It is not open while its triggers are made.
void register_reference(Oid target)
{
    Relation referenced = table_open(target, ShareRowExclusiveLock);
    insert_default(referenced, "labels");
    table_close(referenced, NoLock);

    Query query = Query::begin(RunAs::kOwner);
    // A former row of the same table serves again.
    query.run(
        "UPDATE journal.tracked_relation SET capture = 'labels' "
        "WHERE relation = $1 AND capture = 'none'",
        {{REGCLASSOID, ObjectIdGetDatum(target)}});
    equip_reference(query, target);
    query.end();

    referenced = table_open(target, NoLock);
    store_guessed_label(referenced);
    table_close(referenced, NoLock);
    fill_labels(*find_tracked_relation(target));
}

}  // namespace

namespace {

/// What a name of a column says of many rows alike: postal codes, job titles, first names alone.
bool tells_no_row_apart(const char* column, bool is_person)
{
    static constexpr const char* kNames[] = {"postal_code", "post_code",    "zip_code",
                                             "job_title",   "first_name",   "given_name",
                                             "middle_name", "contact_title"};
    for (const char* name : kNames)
        if (strcmp(column, name) == 0)
            return true;
    return is_person && strcmp(column, "title") == 0;
}

}  // namespace

AttrNumber guess_label(Relation relation, const Bitmapset* hidden)
{
    // A leading underscore stands for any beginning of a name. The best comes first.
    static constexpr const char* kNames[] = {"number",  "name",  "title",  "full_name",  "label",
                                             "subject", "_name", "_title", "_number",    "login",
                                             "email",   "code",  "_code",  "description"};
    TupleDesc descriptor = RelationGetDescr(relation);
    const bool is_person = get_attnum(RelationGetRelid(relation), "first_name") > 0 ||
                           get_attnum(RelationGetRelid(relation), "last_name") > 0;
    for (const char* name : kNames)
        for (int i = 0; i < descriptor->natts; i++) {
            Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
            if (attribute->attisdropped || bms_is_member(attribute->attnum, hidden))
                continue;
            const char* column = NameStr(attribute->attname);
            if (tells_no_row_apart(column, is_person))
                continue;
            if (*name == '_' ? pg_str_endswith(column, name) : strcmp(column, name) == 0)
                return attribute->attnum;
        }
    return 0;
}

void keep_object_type(Oid relation)
{
    Query query = Query::begin(RunAs::kOwner);
    query.run(
        "UPDATE journal.tracked_relation SET object_types = array_remove(object_types, "
        "object_type) || object_type WHERE relation = $1 AND object_type IS NOT NULL",
        {{REGCLASSOID, ObjectIdGetDatum(relation)}});
    query.end();
}

TrackedRelation* register_unknown(Relation relation)
{
    static List* warned;
    const Oid root = llast_oid(relation_and_ancestors(RelationGetRelid(relation)));
    Relation table = table_open(root, AccessShareLock);
    TrackedRelation* tracked = nullptr;
    if (others_register()) {
        tracked = register_provisionally(table);
    } else {
        insert_default(table, "events");
        store_guessed_label(table);
        tracked = find_tracked_relation(root);
    }
    table_close(table, NoLock);
    if (!list_member_oid(warned, root)) {
        warned = in_context(TopMemoryContext, [&] { return lappend_oid(warned, root); });
        ereport(
            WARNING,
            (errmsg("table %s has the journal's trigger, but the journal does not know it",
                    qualified_name(root)),
             errdetail("Its changes are recorded as generic events."),
             errhint("Call journal.track('%s') to say how to record them.", qualified_name(root))));
    }
    if (tracked == nullptr)
        elog(ERROR, "could not register relation %u", root);
    return tracked;
}

void equip_tracked(Oid root, bool has_events, bool always, bool rearm)
{
    Query query = Query::begin(RunAs::kOwner);
    List* members = find_all_inheritors(root, AccessShareLock, nullptr);
    for (const Oid member : oids(members))
        equip_member(query, member, has_events, always, rearm);
    query.end();
}

void equip_registered()
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    const uint64 count = query.run(
        "SELECT t.id, c.oid, t.capture = 'events' AS has_events, t.always FROM "
        "journal.tracked_relation t "
        "JOIN pg_class c ON c.oid = t.relation WHERE t.capture <> 'none' ORDER BY t.id");
    struct Registered {
        int32 id;
        Oid table;
        bool has_events;
        bool always;
    };
    auto* registered = make_array_in<Registered>(context, count);
    for (uint64 i = 0; i < count; i++) {
        registered[i] = {query.value(i, "id").int4(), query.value(i, "oid").oid(),
                         query.value(i, "has_events").boolean(),
                         query.value(i, "always").boolean()};
    }
    for (uint64 i = 0; i < count; i++) {
        CHECK_FOR_INTERRUPTS();
        const Registered& one = registered[i];
        lock_patiently(one.table, ShareRowExclusiveLock);
        if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(one.table)))
            continue;
        if (one.has_events) {
            equip_tracked(one.table, true, one.always, false);
            note_trigger_switch(one.id, one.table);
        } else {
            equip_reference(query, one.table);
        }
    }
    query.end();
}

void equip_references(Oid relation)
{
    if (is_copied_journal())
        return;
    Relation table = table_open(relation, AccessShareLock);
    List* keys = static_cast<List*>(copyObjectImpl(RelationGetFKeyList(table)));
    const Oid owner = table->rd_rel->relowner;
    table_close(table, NoLock);
    for (const auto* key : items<ForeignKeyCacheInfo>(keys)) {
        const Oid target = key->confrelid;
        if (get_rel_relispartition(target))
            continue;
        const TrackedRelation* tracked = find_tracked_relation(target);
        if (tracked != nullptr && strcmp(tracked->capture, "none") != 0)
            continue;
        if (owner_may_read_names(owner, target))
            register_reference(target);
    }
}

namespace {

// Those of the tables that are tracked by themselves.
List* tracked_by_themselves(List* tables)
{
    MemoryContext context = CurrentMemoryContext;
    const int count = list_length(tables);
    Datum* oids = make_array_in<Datum>(context, count);
    for (int i = 0; i < count; i++)
        oids[i] = ObjectIdGetDatum(list_nth_oid(tables, i));
    ArrayType* array = construct_array(oids, count, OIDOID, sizeof(Oid), true, TYPALIGN_INT);
    Query query = Query::begin_latest();
    const uint64 rows = query.run(
        "SELECT relation::oid FROM journal.tracked_relation "
        "WHERE relation::oid = ANY ($1) AND capture = 'events'",
        {{OIDARRAYOID, PointerGetDatum(array)}}, true);
    List* tracked = in_context(context, [&] { return query.oids(rows); });
    query.end();
    return tracked;
}

// A table that is tracked by itself cannot become a part of another tracked one: rows that move
// into it would be deleted there and created here.
void refuse_tracked_twice(Oid relation)
{
    List* members = find_all_inheritors(relation, NoLock, nullptr);
    for (const Oid member : oids(tracked_by_themselves(members))) {
        List* others =
            tracked_by_themselves(list_delete_oid(relation_and_ancestors(member), member));
        if (others != NIL)
            ereport(ERROR, (errcode(kCannotBeTracked),
                            errmsg("%s cannot become a part of %s", qualified_name(member),
                                   qualified_name(linitial_oid(others))),
                            errdetail("Both are tracked, each by itself."),
                            errhint("Untrack it first: SELECT journal.untrack('%s').",
                                    qualified_name(member))));
    }
}

}  // namespace

void equip_tracked_children(Oid relation)
{
    const TrackedRelation* tracked = find_tracked_relation(relation);
    if (tracked == nullptr || strcmp(tracked->capture, "none") == 0 ||
        !OidIsValid(tracked->relation))
        return;
    refuse_tracked_twice(relation);
    const bool has_events = strcmp(tracked->capture, "events") == 0;
    const int32 id = tracked->id;
    equip_tracked(relation, has_events, tracked->always, false);
    if (!has_events)
        return;
    note_trigger_switch(id, relation);
    equip_references(relation);
}

void drop_triggers(Oid root)
{
    Query query = Query::begin(RunAs::kOwner);
    List* members = find_all_inheritors(root, AccessShareLock, nullptr);
    for (const Oid member : oids(members))
        for (const OwnTrigger& ours : {kRowTrigger, kTruncateTrigger, kMovedTrigger,
                                       kUnrecordedTrigger, kUnrecordedTruncateTrigger})
            drop_trigger(query, member, ours);
    query.end();
}

void keep_recorded_labels(const TrackedRelation& tracked)
{
    Query query = Query::begin(RunAs::kOwner);
    query.run(
        "INSERT INTO journal.label (relation, key, label, valid_from, account) "
        "SELECT $1, e.object_id, e.label, e.occurred_at, e.account FROM (SELECT object_id, label, "
        "occurred_at, account, lag(label) OVER same AS before, lag(id) OVER same IS NULL AS "
        "is_first "
        "FROM journal.entry WHERE relation = $1 AND operation IN ('i', 'u') AND NOT backfilled "
        "AND object_id IS NOT NULL AND occurred_at >= (SELECT tracked_since FROM "
        "journal.tracked_relation WHERE id = $1) "
        "WINDOW same AS (PARTITION BY object_id ORDER BY occurred_at, id)) e "
        "WHERE e.is_first OR e.label IS DISTINCT FROM e.before",
        {int4_argument(tracked.id)});
    query.end();
}

void fill_labels(const TrackedRelation& tracked)
{
    Relation relation = table_open(tracked.relation, AccessShareLock);
    const Layout* layout = describe_layout(relation, tracked);
    const int label = layout_position(layout, tracked.label);
    if (layout->key_count > 0 && label >= 0 && !is_hidden(layout->columns[label].mode) &&
        layout->columns[label].mode != ColumnMode::kVirtual) {
        AttrNumber key[INDEX_MAX_KEYS];
        for (int i = 0; i < layout->key_count; i++)
            key[i] = layout->columns[layout->key_positions[i]].number;
        CommandCounterIncrement();
        Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
        const int account = layout_position(layout, tracked.account);
        TableRows rows =
            read_table_rows(relation, layout->key_count, key, layout->columns[label].number,
                            account < 0 || layout->columns[account].mode == ColumnMode::kVirtual
                                ? InvalidAttrNumber
                                : layout->columns[account].number,
                            snapshot);
        UnregisterSnapshot(snapshot);
        Query query = Query::begin(RunAs::kOwner);
        register_named("event_journal_rows", rows.rows, rows.descriptor);
        // Names not kept yet; what was renamed while nobody watched has its new name from now on.
        query.run(
            "INSERT INTO journal.label (relation, key, label, valid_from, account) "
            "SELECT $1, r.key, r.label, CASE WHEN kept.valid_from IS NULL THEN "
            "'-infinity' ELSE clock_timestamp() END, coalesce(r.account, '') "
            "FROM event_journal_rows r "
            "LEFT JOIN LATERAL (SELECT l.label, l.valid_from, l.valid_to FROM "
            "journal.label l WHERE l.relation = $1 AND l.key = r.key "
            "ORDER BY l.valid_from DESC LIMIT 1) kept ON true "
            "WHERE r.key IS NOT NULL AND (kept.valid_from IS NULL "
            "OR kept.label IS DISTINCT FROM r.label OR kept.valid_to < 'infinity')",
            {int4_argument(tracked.id)});
        query.run(
            "UPDATE journal.label l SET valid_to = clock_timestamp() "
            "WHERE l.relation = $1 AND l.valid_to = 'infinity' "
            "AND NOT EXISTS (SELECT FROM event_journal_rows r WHERE r.key = l.key)",
            {int4_argument(tracked.id)});
        query.run(
            "UPDATE journal.label l SET valid_to = n.next FROM (SELECT ctid, lead(valid_from) "
            "OVER (PARTITION BY key ORDER BY valid_from) AS next FROM journal.label "
            "WHERE relation = $1) n WHERE l.relation = $1 AND n.ctid = l.ctid "
            "AND n.next < l.valid_to",
            {int4_argument(tracked.id)});
        query.end();
        end_table_rows(&rows);
    }
    table_close(relation, NoLock);
}

void give_fact_writer()
{
    static constexpr FactWriter kWriter = {register_unknown, record_layout};
    set_fact_writer(&kWriter);
}

}  // namespace journal
