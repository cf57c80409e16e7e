// See storage.hpp.
#include "catalog/storage.hpp"
#include "base/list.hpp"

namespace journal {

namespace {

/// Whether the snapshot knows the table with another file than it has.
bool has_newer_file(Relation classes, Oid table, Snapshot snapshot)
{
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_class_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(table));
    SysScanDesc scan = systable_beginscan(classes, ClassOidIndexId, true, snapshot, 1, &key);
    HeapTuple shown = systable_getnext(scan);
    HeapTuple now = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
    if (!HeapTupleIsValid(now))
        elog(ERROR, "cache lookup failed for relation %u", table);
    const bool result =
        HeapTupleIsValid(shown) && reinterpret_cast<Form_pg_class>(GETSTRUCT(shown))->relfilenode !=
                                       reinterpret_cast<Form_pg_class>(GETSTRUCT(now))->relfilenode;
    ReleaseSysCache(now);
    systable_endscan(scan);
    return result;
}

}  // namespace

Oid find_newer_file(Oid table, Snapshot snapshot)
{
    Oid found = InvalidOid;
    Relation classes = table_open(RelationRelationId, AccessShareLock);
    for (const Oid member : oids(find_all_inheritors(table, AccessShareLock, nullptr))) {
        CHECK_FOR_INTERRUPTS();
        if (!OidIsValid(found) && has_newer_file(classes, member, snapshot))
            found = member;
    }
    table_close(classes, AccessShareLock);
    return found;
}

}  // namespace journal
