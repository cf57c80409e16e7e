// See relation.hpp.
#include "catalog/relation.hpp"

#include "base/journal_tables.hpp"
#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "base/transaction.hpp"
#include "catalog/event_type.hpp"
#include "catalog/plan_selection.hpp"
#include "catalog/present_layout.hpp"
#include "catalog/rule.hpp"

namespace journal {

namespace {

// Between transactions so many plans are kept at most. In a transaction there is one for each table
// that it has written, since whoever asked for it may hold it until the end.
constexpr uint64 kMostPlans = 2000;

// A plan is valid while no change of its table has been told since its making began.
struct CachedPlan {
    Oid relation;          // key
    uint64 used_in;        // transaction, as this backend counts them
    uint64 changes;        // of the table that this backend has been told of
    uint64 changes_known;  // of them, when the plan's making began
    RelationPlan* plan;    // nullptr until the first one is made
};

const FactWriter* fact_writer;
HTAB* plans;
uint64 transactions;  // ended in this backend
List* retired;        // contexts of replaced plans, freed when the transaction ends
bool provisional;   // this transaction made plans of no use to the next (tracking/provisional.hpp)
bool rows_written;  // this transaction wrote rows that plans name: layouts or event types

void mark_all_invalid()
{
    HASH_SEQ_STATUS sequence;
    hash_seq_init(&sequence, plans);
    while (auto* cached = static_cast<CachedPlan*>(hash_seq_search(&sequence)))
        cached->changes++;
}

// Invalidations arrive at any catalogue access, and in aborted transactions: nothing is freed or
// looked up here. A plan in use stays whole; the next one to ask for it gets a new one.
void relation_changed(Datum, Oid relation)
{
    if (!OidIsValid(relation)) {
        mark_all_invalid();
        return;
    }
    auto* cached = static_cast<CachedPlan*>(hash_search(plans, &relation, HASH_FIND, nullptr));
    if (cached != nullptr)
        cached->changes++;
}

// A function or an operator that a condition calls, or a domain's check, may have been replaced.
void routine_changed(Datum, int, uint32)
{
    HASH_SEQ_STATUS sequence;
    hash_seq_init(&sequence, plans);
    while (auto* cached = static_cast<CachedPlan*>(hash_seq_search(&sequence)))
        if (cached->plan == nullptr || cached->plan->has_conditions)
            cached->changes++;
}

// Which plans name rows that are gone with the savepoint is not kept: building all of them again is
// cheap, and rare.
void savepoint_aborted(SubTransactionId)
{
    if (rows_written)
        mark_all_invalid();
}

// Frees plans that no transaction has used since that one.
void forget_unused_since(uint64 transaction)
{
    HASH_SEQ_STATUS sequence;
    hash_seq_init(&sequence, plans);
    while (auto* cached = static_cast<CachedPlan*>(hash_seq_search(&sequence)))
        if (cached->used_in < transaction) {
            if (cached->plan != nullptr)
                MemoryContextDelete(cached->plan->context);
            hash_search(plans, &cached->relation, HASH_REMOVE, nullptr);
        }
}

bool too_many_plans()
{
    return static_cast<uint64>(hash_get_num_entries(plans)) > kMostPlans;
}

void transaction_ended(bool committed)
{
    if (provisional || (rows_written && !committed))
        mark_all_invalid();
    provisional = false;
    rows_written = false;
    transactions++;
    // Long unused ones first.
    if (too_many_plans() && transactions > kMostPlans / 2)
        forget_unused_since(transactions - kMostPlans / 2);
    if (too_many_plans())
        forget_unused_since(transactions);
    for (auto* context : items<MemoryContextData>(retired))
        MemoryContextDelete(context);
    list_free(retired);
    retired = NIL;
}

constexpr TransactionHooks kHooks = {nullptr, savepoint_aborted, transaction_ended};

void prepare_cache()
{
    if (plans != nullptr)
        return;
    HASHCTL control{};
    control.keysize = sizeof(Oid);
    control.entrysize = sizeof(CachedPlan);
    plans = hash_create("event_journal plans", 128, &control, HASH_ELEM | HASH_BLOBS);
    CacheRegisterRelcacheCallback(relation_changed, Datum{0});
    CacheRegisterSyscacheCallback(PROCOID, routine_changed, Datum{0});
    CacheRegisterSyscacheCallback(TYPEOID, routine_changed, Datum{0});
    CacheRegisterSyscacheCallback(CONSTROID, routine_changed, Datum{0});
    register_hooks(&kHooks);
}

// Position of a column that entries show outside their data. One that is hidden (since it is
// computed from a hidden one, or was hidden after it was named) is not used.
int visible_position(const RelationPlan* plan, int32 id)
{
    const int position = plan_position(plan, id);
    return position >= 0 && is_hidden(plan->columns[position].mode) ? -1 : position;
}

void fill_columns(RelationPlan* plan, const Layout* layout, Relation relation,
                  const TrackedRelation& tracked)
{
    TupleDesc descriptor = RelationGetDescr(relation);
    plan->column_count = layout->column_count;
    plan->columns = make_array_in<PlanColumn>(plan->context, layout->column_count);
    plan->attribute_count = descriptor->natts;
    plan->position_of = make_array_in<int>(plan->context, descriptor->natts);
    for (int i = 0; i < descriptor->natts; i++)
        plan->position_of[i] = -1;
    for (int i = 0; i < layout->column_count; i++) {
        const LayoutColumn& column = layout->columns[i];
        Form_pg_attribute attribute = TupleDescAttr(descriptor, column.number - 1);
        plan->columns[i].id = column.id;
        plan->columns[i].number = column.number;
        plan->columns[i].name = MemoryContextStrdup(plan->context, column.name);
        plan->columns[i].type = attribute->atttypid;
        plan->columns[i].typmod = attribute->atttypmod;
        plan->columns[i].mode = column.mode;
        plan->columns[i].ignored = tracked.ignored.contains(column.id);
        plan->position_of[column.number - 1] = i;
    }
}

// Marks the columns that are partition keys of a partition's ancestors.
void mark_routing_columns(RelationPlan* plan, Relation relation)
{
    if (!relation->rd_rel->relispartition)
        return;
    for (const Oid relation : oids(get_partition_ancestors(plan->relation))) {
        Relation ancestor = table_open(relation, AccessShareLock);
        PartitionKey key = RelationGetPartitionKey(ancestor);
        for (int i = 0; key != nullptr && i < key->partnatts; i++) {
            if (key->partattrs[i] == 0)
                continue;
            const char* name =
                NameStr(TupleDescAttr(RelationGetDescr(ancestor), key->partattrs[i] - 1)->attname);
            for (int j = 0; j < plan->column_count; j++)
                plan->columns[j].routes |= strcmp(plan->columns[j].name, name) == 0;
        }
        table_close(ancestor, NoLock);
    }
}

int* copy_positions(MemoryContext context, const int* positions, int count)
{
    int* copy = make_array_in<int>(context, count);
    memcpy(copy, positions, sizeof(int) * count);
    return copy;
}

// Whether a foreign key holds the document's column and nothing that is to stay hidden: an entry
// shows the whole key.
bool is_document_key(const RelationPlan* plan, const LayoutForeignKey& key, int document)
{
    if (key.referenced != nullptr)
        return false;
    bool found = false;
    for (int i = 0; i < key.count; i++) {
        if (is_hidden(plan->columns[key.positions[i]].mode))
            return false;
        found |= key.positions[i] == document;
    }
    return found;
}

// Whether a foreign key is a part of the table's key: such a table links what these refer to.
bool is_end_of_link(const RelationPlan* plan, const LayoutForeignKey& key)
{
    if (key.referenced != nullptr || !key.link)
        return false;
    for (int i = 0; i < key.count; i++) {
        bool is_key = false;
        for (int j = 0; j < plan->key_count; j++)
            is_key |= plan->key[j] == key.positions[i];
        if (!is_key || is_hidden(plan->columns[key.positions[i]].mode))
            return false;
    }
    return true;
}

// A row of a table of links stands in the histories of both its ends: of its document, which is the
// first of them unless track named another, and of the next one.
void fill_ends(RelationPlan* plan)
{
    const LayoutForeignKey* ends[2] = {};
    int count = 0;
    for (int i = 0; i < plan->foreign_key_count && count < 2; i++) {
        const LayoutForeignKey& key = plan->foreign_keys[i];
        if (is_end_of_link(plan, key) && key.positions != plan->document)
            ends[count++] = &key;
    }
    if (count < (plan->document_count > 0 ? 1 : 2))
        return;
    if (plan->document_count == 0) {
        plan->document_count = ends[0]->count;
        plan->document = ends[0]->positions;
        plan->document_type = ends[0]->type;
        ends[0] = ends[1];
    }
    plan->other_count = ends[0]->count;
    plan->other = ends[0]->positions;
    plan->other_type = ends[0]->type;
}

void fill_references(RelationPlan* plan, const Layout* layout, const TrackedRelation& tracked)
{
    plan->foreign_key_count = layout->foreign_key_count;
    plan->foreign_keys = make_array_in<LayoutForeignKey>(plan->context, layout->foreign_key_count);
    plan->links = make_array_in<const LayoutForeignKey*>(plan->context, layout->foreign_key_count);
    const int document = plan_position(plan, tracked.document);
    for (int i = 0; i < layout->foreign_key_count; i++) {
        LayoutForeignKey& key = plan->foreign_keys[i];
        key = layout->foreign_keys[i];
        key.positions = copy_positions(plan->context, key.positions, key.count);
        if (key.referenced != nullptr)
            key.referenced = copy_positions(plan->context, key.referenced, key.count);
        key.name = MemoryContextStrdup(plan->context, key.name);
        key.type = MemoryContextStrdup(plan->context, key.type);
        if (key.link)
            plan->links[plan->link_count++] = &key;
        if (document >= 0 && plan->document_count == 0 && is_document_key(plan, key, document)) {
            plan->document_count = key.count;
            plan->document = key.positions;
            plan->document_type = key.type;
        }
    }
}

void fill_events(RelationPlan* plan, const char* prefix)
{
    const char* type = plan->object_type;
    const auto ensure = [type, prefix](const char* suffix, const char* kind) {
        return ensure_event_type(psprintf("%s.%s", prefix, suffix), kind, type, &rows_written);
    };
    plan->created_event = ensure("created", "created");
    plan->changed_event = ensure("changed", "changed");
    plan->deleted_event = ensure("deleted", "deleted");
    plan->restored_event = ensure("restored", "other");
}

RelationPlan* build_plan(Relation relation, const TrackedRelation& tracked, bool writable)
{
    MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "event_journal plan", ALLOCSET_SMALL_SIZES);
    auto* plan = make_in<RelationPlan>(context);
    plan->context = context;
    plan->relation = RelationGetRelid(relation);
    plan->root = tracked.relation;
    plan->id = tracked.id;
    plan->capture = strcmp(tracked.capture, "events") == 0   ? Capture::kEvents
                    : strcmp(tracked.capture, "labels") == 0 ? Capture::kLabels
                                                             : Capture::kNone;
    plan->object_type = tracked.object_type == nullptr
                            ? nullptr
                            : MemoryContextStrdup(context, tracked.object_type);
    plan->snapshot_on_create = tracked.snapshot_on_create;
    plan->require_employee = tracked.require_employee;

    const Layout* layout = describe_layout(relation, tracked);
    fill_columns(plan, layout, relation, tracked);
    mark_routing_columns(plan, relation);
    plan->key_count = layout->key_count;
    plan->key = copy_positions(context, layout->key_positions, layout->key_count);
    for (int i = 0; i < plan->key_count; i++)
        if (plan->key[i] < 0)
            plan->key_count = 0;
    plan->label = visible_position(plan, tracked.label);
    plan->account = visible_position(plan, tracked.account);
    plan->location = visible_position(plan, tracked.location);
    plan->employee = visible_position(plan, tracked.employee);
    plan->author = visible_position(plan, tracked.author);
    plan->created_at = plan_position(plan, tracked.created_at);
    fill_references(plan, layout, tracked);
    fill_ends(plan);
    if (plan->capture != Capture::kEvents)
        return plan;

    if (writable) {
        plan->layout = fact_writer->record_layout(layout);
        rows_written |= plan->layout != layout->id;
        const bool is_provisional = tracked.event_prefix != nullptr;
        provisional |= is_provisional;
        fill_events(plan, is_provisional ? tracked.event_prefix : tracked.object_type);
    } else {
        plan->layout = layout->id;
    }
    load_rules(plan, relation, writable);
    load_selection(plan, relation, tracked, writable);
    return plan;
}

/// The entry of the cache for a table, which may have no plan, or one that is out of date.
CachedPlan* cached_plan(Relation relation)
{
    prepare_cache();
    const Oid oid = RelationGetRelid(relation);
    bool found = false;
    auto* cached = static_cast<CachedPlan*>(hash_search(plans, &oid, HASH_ENTER, &found));
    if (!found) {
        cached->changes = cached->changes_known = 0;
        cached->plan = nullptr;
    }
    cached->used_in = transactions;
    return cached;
}

bool is_valid(const CachedPlan& cached)
{
    return cached.plan != nullptr && cached.changes == cached.changes_known;
}

}  // namespace

void set_fact_writer(const FactWriter* writer)
{
    fact_writer = writer;
}

RelationPlan* plan_for(Relation relation)
{
    CachedPlan* cached = cached_plan(relation);
    if (is_valid(*cached))
        return cached->plan;

    const Oid oid = RelationGetRelid(relation);
    MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "event_journal plan building",
                                               ALLOCSET_SMALL_SIZES);
    MemoryContext caller = MemoryContextSwitchTo(work);
    // A change that is told from here on makes the next caller build again; this one may use what
    // it builds, since the lock on the table keeps its definition. Entries of the cache stay where
    // they are, and until the end of the building nothing of this one is touched: an error leaves
    // it out of date.
    const uint64 changes = cached->changes;
    TrackedRelation* tracked = find_tracked_relation(oid);
    if (tracked == nullptr)
        tracked = fact_writer->register_unknown(relation);
    RelationPlan* plan = build_plan(relation, *tracked, true);

    in_context(TopMemoryContext, [&] {
        if (cached->plan != nullptr)
            retired = lappend(retired, cached->plan->context);
    });
    MemoryContextSetParent(plan->context, CacheMemoryContext);
    cached->plan = plan;
    cached->changes_known = changes;
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(work);
    return plan;
}

RelationPlan* plan_by_lent_rights(Relation relation)
{
    const CachedPlan* cached = cached_plan(relation);
    if (is_valid(*cached))
        return cached->plan;
    const Rights rights = Rights::lent_by(relation);
    RelationPlan* plan = plan_for(relation);
    rights.end();
    return plan;
}

RelationPlan* known_plan_for(Relation relation)
{
    prepare_cache();
    const TrackedRelation* tracked = find_tracked_relation(RelationGetRelid(relation));
    if (tracked == nullptr)
        return nullptr;
    const Rights rights = Rights::lent_by(relation);
    RelationPlan* plan = build_plan(relation, *tracked, false);
    rights.end();
    return plan;
}

void note_rows_of_plans()
{
    prepare_cache();
    rows_written = true;
}

int32 tracked_root(Oid relation, Oid* root)
{
    const TrackedRelation* tracked = find_tracked_relation(relation);
    if (tracked == nullptr || strcmp(tracked->capture, "events") != 0)
        return 0;
    *root = tracked->relation;
    return tracked->id;
}

void invalidate_plans(Oid relation)
{
    List* members = find_all_inheritors(relation, NoLock, nullptr);
    for (const Oid member : oids(members))
        CacheInvalidateRelcacheByRelid(member);
    list_free(members);
}

}  // namespace journal
