// See journal_tables.hpp. Oids are cached per backend and forgotten whenever a relation of the
// cache is invalidated in a way that could mean that the extension was dropped and created again.
#include "base/journal_tables.hpp"

namespace journal {

namespace {

struct CachedOid {
    char name[NAMEDATALEN];
    Oid oid;
};
constexpr int kMostTables = 64;
CachedOid cached_oids[kMostTables];
int cached_count;
Oid schema_oid;
bool incarnation_known;
pg_uuid_t incarnation;
bool callback_registered;

// A relcache callback may run in an aborted transaction: it only forgets.
void forget_oids(Datum, int, uint32)
{
    cached_count = 0;
    schema_oid = InvalidOid;
    incarnation_known = false;
}

}  // namespace

Oid journal_table(const char* name)
{
    for (int i = 0; i < cached_count; i++) {
        if (strcmp(cached_oids[i].name, name) != 0)
            continue;
        // What every entry needs comes to the front.
        const Oid oid = cached_oids[i].oid;
        if (i > 0)
            std::swap(cached_oids[i], cached_oids[i - 1]);
        return oid;
    }

    if (!callback_registered) {
        // A dropped extension takes its schema's objects along; pg_extension has no cache,
        // pg_namespace has.
        CacheRegisterSyscacheCallback(NAMESPACEOID, forget_oids, Datum{0});
        CacheRegisterSyscacheCallback(PROCOID, forget_oids, Datum{0});
        callback_registered = true;
    }
    if (!OidIsValid(schema_oid))
        schema_oid = get_namespace_oid("journal", true);
    const Oid oid = OidIsValid(schema_oid) ? get_relname_relid(name, schema_oid) : InvalidOid;
    if (!OidIsValid(oid))
        ereport(
            ERROR,
            (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation journal.%s does not exist", name),
             errhint("Create the extension in this database: CREATE EXTENSION event_journal.")));
    if (cached_count < kMostTables) {
        strlcpy(cached_oids[cached_count].name, name, NAMEDATALEN);
        cached_oids[cached_count++].oid = oid;
    }
    return oid;
}

int64 next_id(const char* sequence)
{
    return nextval_internal(journal_table(sequence), false);
}

int64 id_increment(const char* sequence)
{
    HeapTuple tuple = SearchSysCache1(SEQRELID, ObjectIdGetDatum(journal_table(sequence)));
    if (!HeapTupleIsValid(tuple))
        elog(ERROR, "cache lookup failed for sequence %s", sequence);
    const int64 increment = reinterpret_cast<Form_pg_sequence>(GETSTRUCT(tuple))->seqincrement;
    ReleaseSysCache(tuple);
    return increment;
}

bool is_journal_relation(Oid relation)
{
    return get_rel_namespace(relation) == get_namespace_oid("journal", true);
}

Snapshot latest_snapshot()
{
    return IsInParallelMode() ? GetActiveSnapshot() : GetLatestSnapshot();
}

const pg_uuid_t* current_incarnation()
{
    if (!incarnation_known) {
        Relation table = table_open(journal_table("incarnation"), AccessShareLock);
        Snapshot snapshot = RegisterSnapshot(latest_snapshot());
        SysScanDesc scan = systable_beginscan(table, InvalidOid, false, snapshot, 0, nullptr);
        HeapTuple tuple = systable_getnext(scan);
        if (!HeapTupleIsValid(tuple))
            ereport(
                ERROR,
                (errcode(ERRCODE_DATA_CORRUPTED), errmsg("journal.incarnation is empty"),
                 errhint(
                     "INSERT INTO journal.incarnation DEFAULT VALUES; as the extension's owner.")));
        bool is_null = false;
        incarnation = *DatumGetUUIDP(heap_getattr(tuple, 1, RelationGetDescr(table), &is_null));
        systable_endscan(scan);
        UnregisterSnapshot(snapshot);
        table_close(table, AccessShareLock);
        incarnation_known = true;
    }
    return &incarnation;
}

}  // namespace journal
