// See partition_equipment.hpp.
#include "tracking/partition_equipment.hpp"

#include "base/function.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "catalog/tracked_relation.hpp"
#include "months/partition.hpp"

namespace journal {

namespace {

/// An index of every partition: the end of its name, and its definition as the server prints it.
struct PartitionIndex {
    const char* suffix;
    const char* definition;
};
// All columns are numbers: comparing them costs a fraction of what texts do, and no new version of
// the C library can put them into another order. No two entries have the same id, so there are no
// equal keys to deduplicate.
//
// What follows the id in the index on time is there to be looked at in it: an account's entries are
// read by time, and those of another event type, location or employee are passed by.
constexpr PartitionIndex kIndexes[] = {
    {"time_idx",
     "USING btree (journal.account_hash(account), occurred_at, id, "
     "journal.entry_facts(event_type, reported, operation, location, employee)) WITH "
     "(deduplicate_items=off)"},
    {"object_idx",
     "USING btree (journal.entry_hash(account, object_type, object_id, operation), id) WITH "
     "(deduplicate_items=off)"},
    {"document_idx",
     "USING btree (journal.object_hash(account, document_type, document_id), id) WITH "
     "(deduplicate_items=off) WHERE (document_id IS NOT NULL)"},
    {"previous_idx",
     "USING btree (journal.object_hash(account, object_type, previous_id), id) WITH "
     "(deduplicate_items=off) WHERE (previous_id IS NOT NULL)"},
    {"other_idx",
     "USING btree (journal.object_hash(account, other_type, other_id), id) WITH "
     "(deduplicate_items=off) WHERE (other_id IS NOT NULL)"},
    {"id_idx",
     "USING brin (id, transaction_id journal.xid8_minmax_ops) WITH (pages_per_range='16', "
     "autosummarize='on')"},
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

}  // namespace

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
        grantee[i] = query.value(i).text(context);
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
    journal::require_writable_server("journal.equip_partition()");
    const Oid partition = PG_GETARG_OID(0);
    journal::require_entry_partition(partition);
    journal::equip_partition(partition);
    PG_RETURN_VOID();
}
