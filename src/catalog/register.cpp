// See register.hpp.
#include "catalog/register.hpp"

#include "base/journal_tables.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "catalog/layout_writer.hpp"
#include "catalog/relation.hpp"

namespace journal {

namespace {

constexpr const char* kRowTrigger = "00_event_journal";
constexpr const char* kTruncateTrigger = "00_event_journal_truncate";
constexpr const char* kMovedTrigger = "00_event_journal_moved";

bool has_trigger(Oid relation, const char* name)
{
    return OidIsValid(get_trigger_oid(relation, name, true));
}

// Brings one trigger of a table into the wanted state; definition follows CREATE TRIGGER name.
void ensure_trigger(Query& query, Oid relation, const char* name, const char* before_table,
                    const char* after_table, bool always)
{
    const char* table = qualified_name(relation);
    if (!has_trigger(relation, name))
        query.run(psprintf("CREATE TRIGGER %s %s ON %s %s", quote_identifier(name), before_table,
                           table, after_table));
    query.run(psprintf("ALTER TABLE %s ENABLE %s TRIGGER %s", table, always ? "ALWAYS" : "",
                       quote_identifier(name)));
}

void ensure_row_trigger(Query& query, Oid relation, bool always)
{
    ensure_trigger(query, relation, kRowTrigger, "AFTER INSERT OR UPDATE OR DELETE",
                   "FOR EACH ROW EXECUTE FUNCTION journal.capture()", always);
}

void ensure_truncate_trigger(Query& query, Oid relation, bool always)
{
    ensure_trigger(query, relation, kTruncateTrigger, "BEFORE TRUNCATE",
                   "FOR EACH STATEMENT EXECUTE FUNCTION journal.capture_truncate()", always);
}

// Whether a trigger exists and fires as wanted: DDL on children is left alone when nothing is
// missing.
bool trigger_is(Oid relation, const char* name, bool always)
{
    Relation table = table_open(relation, NoLock);
    bool found = false;
    for (int i = 0; table->trigdesc != nullptr && i < table->trigdesc->numtriggers; i++) {
        const Trigger& trigger = table->trigdesc->triggers[i];
        if (strcmp(trigger.tgname, name) == 0)
            found = (trigger.tgenabled == TRIGGER_FIRES_ALWAYS) == always;
    }
    table_close(table, NoLock);
    return found;
}

void equip_member(Query& query, Oid relation, bool always)
{
    const char kind = get_rel_relkind(relation);
    if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE)
        return;
    // What holds rows has the triggers, each leaf its own: a row trigger on the partitioned table
    // would be cloned to every new partition by whoever makes one, who would need EXECUTE on our
    // function.
    if (kind == RELKIND_RELATION && !trigger_is(relation, kRowTrigger, always))
        ensure_row_trigger(query, relation, always);
    if (kind == RELKIND_RELATION && !trigger_is(relation, kTruncateTrigger, always))
        ensure_truncate_trigger(query, relation, always);
    // Only a partitioned table moves rows.
    if (kind == RELKIND_PARTITIONED_TABLE && !trigger_is(relation, kMovedTrigger, always))
        ensure_trigger(query, relation, kMovedTrigger, "AFTER UPDATE",
                       "FOR EACH STATEMENT EXECUTE FUNCTION journal.capture_moved()", always);
}

int32 identity_of(const Layout* layout, AttrNumber number)
{
    for (int i = 0; i < layout->column_count; i++)
        if (layout->columns[i].number == number)
            return layout->columns[i].id;
    return 0;
}

// Adds a row of default options. It may meet the same insertion of another session: then that one's
// row serves.
void insert_default(Relation relation, const char* capture)
{
    TrackedRelation fresh{};
    fresh.relation = RelationGetRelid(relation);
    const char* name = qualified_name(fresh.relation);
    const bool events = strcmp(capture, "events") == 0;
    Query query = Query::begin(RunAs::kOwner);
    query.run(
        "INSERT INTO journal.tracked_relation (relation, relation_name, capture, object_type) "
        "VALUES ($1, $2, $3, CASE WHEN $4 IS NULL OR EXISTS (SELECT FROM journal.tracked_relation "
        "WHERE object_type = $4) THEN CASE WHEN $4 IS NOT NULL THEN $2 END ELSE $4 END) "
        "ON CONFLICT DO NOTHING",
        {{REGCLASSOID, ObjectIdGetDatum(fresh.relation)},
         text_argument(name),
         text_argument(capture),
         text_argument(events ? default_object_type(relation) : nullptr)});
    query.end();
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
    ensure_row_trigger(query, target, false);
    if (get_rel_relkind(target) == RELKIND_RELATION)
        ensure_truncate_trigger(query, target, false);
    query.end();

    referenced = table_open(target, NoLock);
    store_guessed_label(referenced);
    table_close(referenced, NoLock);
    fill_labels(*find_tracked_relation(target));
}

}  // namespace

AttrNumber guess_label(Relation relation, const Bitmapset* hidden)
{
    // A leading underscore stands for any beginning of a name. The best comes first.
    static constexpr const char* kNames[] = {"number",  "name",  "title",  "full_name",  "label",
                                             "subject", "_name", "_title", "_number",    "login",
                                             "email",   "code",  "_code",  "description"};
    TupleDesc descriptor = RelationGetDescr(relation);
    for (const char* name : kNames)
        for (int i = 0; i < descriptor->natts; i++) {
            Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
            if (attribute->attisdropped || bms_is_member(attribute->attnum, hidden))
                continue;
            const char* column = NameStr(attribute->attname);
            if (*name == '_' ? pg_str_endswith(column, name) : strcmp(column, name) == 0)
                return attribute->attnum;
        }
    return 0;
}

char* default_object_type(Relation relation)
{
    char* type = pstrdup(RelationGetRelationName(relation));
    for (char* c = type; *c != '\0'; c++)
        if (isspace(static_cast<unsigned char>(*c)) || *c == ':' || (*c == '.' && c == type))
            *c = '_';
    return type;
}

TrackedRelation* register_unknown(Relation relation)
{
    static List* warned;
    const Oid root = llast_oid(relation_and_ancestors(RelationGetRelid(relation)));
    Relation table = table_open(root, AccessShareLock);
    insert_default(table, "events");
    store_guessed_label(table);
    table_close(table, NoLock);
    if (!list_member_oid(warned, root)) {
        MemoryContext previous = MemoryContextSwitchTo(TopMemoryContext);
        warned = lappend_oid(warned, root);
        MemoryContextSwitchTo(previous);
        ereport(
            WARNING,
            (errmsg("table %s has the journal's trigger, but the journal does not know it",
                    qualified_name(root)),
             errdetail("Its changes are recorded as generic events."),
             errhint("Call journal.track('%s') to say how to record them.", qualified_name(root))));
    }
    TrackedRelation* tracked = find_tracked_relation(root);
    if (tracked == nullptr)
        elog(ERROR, "could not register relation %u", root);
    return tracked;
}

void equip_tracked(Oid root, bool always)
{
    Query query = Query::begin(RunAs::kOwner);
    List* members = find_all_inheritors(root, AccessShareLock, nullptr);
    ListCell* cell = nullptr;
    foreach (cell, members)
        equip_member(query, lfirst_oid(cell), always);
    query.end();
}

void equip_references(Oid relation)
{
    Relation table = table_open(relation, AccessShareLock);
    List* keys = static_cast<List*>(copyObjectImpl(RelationGetFKeyList(table)));
    table_close(table, NoLock);
    ListCell* cell = nullptr;
    foreach (cell, keys) {
        const Oid target = static_cast<ForeignKeyCacheInfo*>(lfirst(cell))->confrelid;
        if (get_rel_relispartition(target))
            continue;
        const TrackedRelation* tracked = find_tracked_relation(target);
        if (tracked != nullptr && strcmp(tracked->capture, "none") != 0)
            continue;
        register_reference(target);
    }
}

void equip_tracked_children(Oid relation)
{
    const TrackedRelation* tracked = find_tracked_relation(relation);
    if (tracked == nullptr || strcmp(tracked->capture, "none") == 0 ||
        !OidIsValid(tracked->relation))
        return;
    equip_tracked(relation, tracked->always);
    if (strcmp(tracked->capture, "events") == 0)
        equip_references(relation);
}

void drop_triggers(Oid root)
{
    Query query = Query::begin(RunAs::kOwner);
    List* members = find_all_inheritors(root, AccessShareLock, nullptr);
    ListCell* cell = nullptr;
    foreach (cell, members)
        for (const char* name : {kRowTrigger, kTruncateTrigger, kMovedTrigger})
            if (has_trigger(lfirst_oid(cell), name))
                query.run(psprintf("DROP TRIGGER %s ON %s", quote_identifier(name),
                                   qualified_name(lfirst_oid(cell))));
    query.end();
}

void keep_recorded_labels(const TrackedRelation& tracked)
{
    Query query = Query::begin(RunAs::kOwner);
    query.run(
        "INSERT INTO journal.label (relation, key, label, valid_from) "
        "SELECT $1, e.object_id, e.label, e.occurred_at FROM (SELECT object_id, label, "
        "occurred_at, lag(label) OVER same AS before, lag(id) OVER same IS NULL AS is_first "
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
    if (layout->key_count > 0 && label >= 0 && !is_hidden(layout->columns[label].mode)) {
        StringInfoData key;
        initStringInfo(&key);
        for (int i = 0; i < layout->key_count; i++)
            appendStringInfo(&key, "%s%s", i == 0 ? "" : ", ",
                             quote_identifier(layout->columns[layout->key_positions[i]].name));
        const char* row_key = psprintf("journal.object_key(%s)", key.data);
        const char* row_label =
            psprintf("journal.object_key(%s)", quote_identifier(layout->columns[label].name));
        const char* table = qualified_name(tracked.relation);
        Query query = Query::begin(RunAs::kOwner);
        // Names not kept yet; what was renamed while nobody watched has its new name from now on.
        query.run(psprintf("INSERT INTO journal.label (relation, key, label, valid_from) "
                           "SELECT $1, r.key, r.label, CASE WHEN kept.valid_from IS NULL THEN "
                           "'-infinity' ELSE clock_timestamp() END "
                           "FROM (SELECT %s AS key, %s AS label FROM %s) r "
                           "LEFT JOIN LATERAL (SELECT l.label, l.valid_from, l.valid_to FROM "
                           "journal.label l WHERE l.relation = $1 AND l.key = r.key "
                           "ORDER BY l.valid_from DESC LIMIT 1) kept ON true "
                           "WHERE kept.valid_from IS NULL OR kept.label IS DISTINCT FROM r.label "
                           "OR kept.valid_to < 'infinity'",
                           row_key, row_label, table),
                  {int4_argument(tracked.id)});
        query.run(psprintf("UPDATE journal.label l SET valid_to = clock_timestamp() "
                           "WHERE l.relation = $1 AND l.valid_to = 'infinity' "
                           "AND l.key NOT IN (SELECT %s FROM %s)",
                           row_key, table),
                  {int4_argument(tracked.id)});
        query.run(
            "UPDATE journal.label l SET valid_to = n.next FROM (SELECT ctid, lead(valid_from) "
            "OVER (PARTITION BY key ORDER BY valid_from) AS next FROM journal.label "
            "WHERE relation = $1) n WHERE l.relation = $1 AND n.ctid = l.ctid "
            "AND n.next < l.valid_to",
            {int4_argument(tracked.id)});
        query.end();
    }
    table_close(relation, NoLock);
}

}  // namespace journal
