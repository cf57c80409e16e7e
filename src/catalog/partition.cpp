// See partition.hpp. Routing follows get_partition_for_tuple in the server's execPartition.c, for a
// range key of one timestamptz column.
#include "catalog/partition.hpp"

#include "base/function.hpp"
#include "base/insert.hpp"
#include "base/journal_tables.hpp"
#include "base/query.hpp"
#include "base/transaction.hpp"
#include "catalog/tracked_relation.hpp"

namespace journal {

namespace {

/// An index of every partition: the end of its name, and its definition as the server prints it.
struct PartitionIndex {
    const char* suffix;
    const char* definition;
};
// Texts are looked up by equality alone, so they are compared byte by byte: that costs a fraction
// of comparing them in the database's collation, and no new version of the C library can put them
// into another order. Keys end with the entry's id, so there are no equal ones to deduplicate.
constexpr PartitionIndex kIndexes[] = {
    {"time_idx",
     "USING btree (account text_pattern_ops, occurred_at, id) WITH (deduplicate_items=off)"},
    {"object_idx",
     "USING btree (account text_pattern_ops, object_type text_pattern_ops, object_id "
     "text_pattern_ops, id) WITH (deduplicate_items=off)"},
    {"document_idx",
     "USING btree (account text_pattern_ops, document_type text_pattern_ops, document_id "
     "text_pattern_ops, id) WITH (deduplicate_items=off) WHERE (document_id IS NOT NULL)"},
    {"previous_idx",
     "USING btree (account text_pattern_ops, object_type text_pattern_ops, previous_id "
     "text_pattern_ops) WHERE (previous_id IS NOT NULL)"},
    {"deleted_idx",
     "USING btree (account text_pattern_ops, occurred_at, id) WITH (deduplicate_items=off) "
     "WHERE (operation = 'd'::\"char\")"},
    {"id_idx", "USING brin (id, transaction_id journal.xid8_minmax_ops) WITH (autosummarize='on')"},
};

// An index is known by its definition: its name may have been changed, or may belong to a month
// that was detached and renamed.
void create_index(Query& query, Oid partition, const char* table, const PartitionIndex& index)
{
    if (query.run("SELECT FROM pg_index WHERE indrelid = $1 AND indisvalid "
                  "AND right(pg_get_indexdef(indexrelid), length($2) + 1) = ' ' || $2",
                  {{OIDOID, ObjectIdGetDatum(partition)}, text_argument(index.definition)}) > 0)
        return;
    const char* name = ChooseRelationName(get_rel_name(partition), nullptr, index.suffix,
                                          get_rel_namespace(partition), false);
    query.run(
        psprintf("CREATE INDEX %s ON %s %s", quote_identifier(name), table, index.definition));
}

// The guard against UPDATE and DELETE is cloned from the parent when the partition is attached; the
// server clones no statement triggers.
void create_guard(Query& query, Oid partition, const char* table)
{
    if (OidIsValid(get_trigger_oid(partition, "refuse_truncate", true)))
        return;
    query.run(
        psprintf("CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON %s "
                 "FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse_change()",
                 table));
    query.run(psprintf("ALTER TABLE %s ENABLE ALWAYS TRIGGER refuse_truncate", table));
}

void create_policy(Query& query, Oid partition, const char* table)
{
    if (!OidIsValid(get_relation_policy_oid(partition, "account_window", true)))
        query.run(
            psprintf("CREATE POLICY account_window ON %s FOR SELECT "
                     "USING (occurred_at >= journal.visible_since(account))",
                     table));
}

// A stretch of time that one partition holds.
struct Route {
    Oid partition;
    TimestampTz from;
    TimestampTz to;  // not included
};

// The last stretch that an entry went to, as long as nobody told of a change of journal.entry. It
// outlives its transaction: whoever attaches, detaches or drops a partition locks it against
// writers, or the default one for which a month takes moments over, until its change is told. So
// the stretch is right if it is still known once the partition is locked.
Route route;
bool locked;
SubTransactionId locked_in;
Oid watched;  // journal.entry, as far as changes of it are listened to

void relation_changed(Datum, Oid relation)
{
    if (!OidIsValid(relation) || relation == watched || relation == route.partition)
        route = Route{};
}

void savepoint_aborted(SubTransactionId aborted)
{
    if (locked_in >= aborted)
        locked = false;
}

void transaction_ended(bool)
{
    locked = false;
}

constexpr TransactionHooks kHooks = {nullptr, savepoint_aborted, transaction_ended};

void watch(Oid entry)
{
    if (!OidIsValid(watched)) {
        register_hooks(&kHooks);
        CacheRegisterRelcacheCallback(relation_changed, Datum{0});
    }
    watched = entry;
}

// A bound of the stretches; what is no moment lies beyond all of them.
TimestampTz bound_at(PartitionBoundInfo bounds, int i)
{
    if (i < 0)
        return PG_INT64_MIN;
    if (i >= bounds->ndatums || bounds->kind[i][0] == PARTITION_RANGE_DATUM_MAXVALUE)
        return PG_INT64_MAX;
    if (bounds->kind[i][0] == PARTITION_RANGE_DATUM_MINVALUE)
        return PG_INT64_MIN;
    return DatumGetTimestampTz(bounds->datums[i][0]);
}

Route route_to(Relation entry, TimestampTz occurred_at)
{
    PartitionKey key = RelationGetPartitionKey(entry);
    PartitionDesc partitions = RelationGetPartitionDesc(entry, true);
    PartitionBoundInfo bounds = partitions->boundinfo;

    int bound = -1;
    int index = -1;
    if (partitions->nparts > 0) {
        Datum moment = TimestampTzGetDatum(occurred_at);
        bool is_equal = false;
        bound = partition_range_datum_bsearch(key->partsupfunc, key->partcollation, bounds, 1,
                                              &moment, &is_equal);
        index = bounds->indexes[bound + 1];
        if (index < 0)
            index = bounds->default_index;
    }
    if (index < 0)
        ereport(ERROR,
                (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                 errmsg("journal.entry has no partition for %s", timestamptz_to_str(occurred_at)),
                 errdetail("Neither that month's partition nor the default one is attached."),
                 errhint("Run journal.maintain(), or attach journal.entry_default again.")));
    return {partitions->oids[index], bound_at(bounds, bound), bound_at(bounds, bound + 1)};
}

// Whether the moment is in the stretch that is known.
bool is_known(TimestampTz occurred_at)
{
    return OidIsValid(route.partition) && route.from <= occurred_at && occurred_at < route.to;
}

void note_locked()
{
    locked = true;
    locked_in = GetCurrentSubTransactionId();
}

// Locks the known stretch's partition; false if it is known no more, since it has changed. Then
// that lock remains, which is of no consequence.
bool lock_known(TimestampTz occurred_at)
{
    const Oid partition = route.partition;
    LockRelationOid(watched, RowExclusiveLock);
    lock_for_insertion(partition);
    if (!is_known(occurred_at))
        return false;
    note_locked();
    return true;
}

}  // namespace

Oid partition_for(Relation entry, TimestampTz occurred_at)
{
    return route_to(entry, occurred_at).partition;
}

Oid lock_partition(TimestampTz occurred_at)
{
    if (is_known(occurred_at) && (locked || lock_known(occurred_at)))
        return route.partition;

    const Oid parent = journal_table("entry");
    watch(parent);
    Relation entry = table_open(parent, RowExclusiveLock);
    for (;;) {
        const Oid chosen = partition_for(entry, occurred_at);
        // Not LockRelationOid: a month may be dropped while we wait for it.
        Relation partition = try_relation_open(chosen, RowExclusiveLock);
        if (partition != nullptr) {
            // A month that was made while we waited for the default partition's lock takes the
            // moment over, so the choice is made again under the lock.
            const Route again = route_to(entry, occurred_at);
            if (again.partition == chosen) {
                relation_close(partition, NoLock);
                table_close(entry, NoLock);
                route = again;
                note_locked();
                return chosen;
            }
            relation_close(partition, RowExclusiveLock);
        }
        CHECK_FOR_INTERRUPTS();
    }
}

void secure_partition(Oid partition)
{
    MemoryContext context = CurrentMemoryContext;
    const char* table = qualified_name(partition);
    Relation relation = table_open(partition, AccessShareLock);
    const bool secured = relation->rd_rel->relrowsecurity;
    table_close(relation, NoLock);

    Query query = Query::begin(RunAs::kOwner);
    if (!secured)
        query.run(psprintf("ALTER TABLE %s ENABLE ROW LEVEL SECURITY", table));
    const uint64 count = query.run(
        "SELECT DISTINCT CASE grantee WHEN 0 THEN 'PUBLIC' "
        "ELSE quote_ident(pg_get_userbyid(grantee)) END "
        "FROM pg_class, aclexplode(relacl) WHERE oid = $1 AND grantee <> relowner",
        {{OIDOID, ObjectIdGetDatum(partition)}});
    const char** grantee = make_array_in<const char*>(context, count);
    for (uint64 i = 0; i < count; i++)
        grantee[i] = query.text(i, 1, context);
    for (uint64 i = 0; i < count; i++)
        query.run(psprintf("REVOKE ALL ON %s FROM %s CASCADE", table, grantee[i]));
    query.end();
}

void equip_partition(Oid partition)
{
    secure_partition(partition);
    const char* table = qualified_name(partition);
    Query query = Query::begin(RunAs::kOwner);
    create_policy(query, partition, table);
    create_guard(query, partition, table);
    for (const PartitionIndex& index : kIndexes)
        create_index(query, partition, table, index);
    query.run(psprintf("ALTER TABLE %s REPLICA IDENTITY FULL", table));
    query.end();
}

}  // namespace journal

JOURNAL_FUNCTION(journal_equip_partition)
{
    journal::require_writable("journal.equip_partition()");
    const Oid partition = PG_GETARG_OID(0);
    const Oid entry = journal::journal_table("entry");
    if (!get_rel_relispartition(partition) || get_partition_parent(partition, true) != entry)
        ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                        errmsg("%s is not a partition of journal.entry",
                               journal::qualified_name(partition))));
    journal::equip_partition(partition);
    PG_RETURN_VOID();
}
