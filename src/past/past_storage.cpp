// Tables whose rows lie in a newer file than the snapshot knows.
//
// TRUNCATE and DDL that writes a table anew give it another file, which holds nothing that an older
// snapshot shows: neither what was there, nor what the entries that it does show tell of. A
// snapshot is older in a transaction that keeps one, behind a cursor, and where a statement had to
// wait for the table. Which file the snapshot knows, it shows in pg_class.
#include "base/function.hpp"
#include "catalog/tracked_relation.hpp"
#include "past/past.hpp"

namespace journal {

namespace {

/// Whether the snapshot knows the table with another file than it has. One that it does not know
/// yet has no past in it.
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

void require_shown_storage(const Past* past)
{
    Relation classes = table_open(RelationRelationId, AccessShareLock);
    ListCell* cell = nullptr;
    foreach (cell, find_all_inheritors(RelationGetRelid(past->root), AccessShareLock, nullptr)) {
        CHECK_FOR_INTERRUPTS();
        if (has_newer_file(classes, lfirst_oid(cell), GetActiveSnapshot()))
            ereport(
                ERROR,
                (errcode(kPastUnknown),
                 errmsg("the past of %s is not known in this snapshot",
                        qualified_name(RelationGetRelid(past->root))),
                 errdetail("%s has been truncated or written anew since the snapshot was taken, "
                           "and holds nothing of what it would show.",
                           qualified_name(lfirst_oid(cell))),
                 errhint("Ask again in a new transaction; a cursor is to be opened anew.")));
    }
    table_close(classes, AccessShareLock);
}

}  // namespace journal
