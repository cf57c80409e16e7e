// See month_deletions.hpp.
#include "months/month_deletions.hpp"

#include "base/journal_tables.hpp"
#include "base/query.hpp"
#include "months/object_scan.hpp"

namespace journal {

namespace {

/// The columns of journal.month_deletion (src/sql/66_closed_month.sql) that are read here.
enum DeletionColumn : AttrNumber { kRelation = 1, kIncarnation, kEntry = 5, kObject };

Relation open_index(Relation table)
{
    const Oid index = get_relname_relid("month_deletion_object_idx", RelationGetNamespace(table));
    if (!OidIsValid(index))
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                        errmsg("index journal.month_deletion_object_idx does not exist"),
                        errdetail("The extension reads journal.month_deletion by it."),
                        errhint("Create it as the extension's install script has it.")));
    return index_open(index, AccessShareLock);
}

QueryArgument ends_of(const ObjectTypes& types, int64_t ObjectHashRange::*end)
{
    Datum* numbers = make_array_in<Datum>(CurrentMemoryContext, types.count);
    for (int i = 0; i < types.count; i++)
        numbers[i] = Int64GetDatum(types.items[i].*end);
    return {INT8ARRAYOID,
            PointerGetDatum(construct_array(numbers, types.count, INT8OID, sizeof(int64),
                                            FLOAT8PASSBYVAL, TYPALIGN_DOUBLE))};
}

}  // namespace

void find_deletions(Relation partition, Oid object_index, const TimeRange& range,
                    const ObjectTypes& types, int most, TimePlaces* found)
{
    Assert(range.descending);
    found->places.clear();
    static SavedStatement statement;
    Query query = Query::begin(RunAs::kOwner);
    const uint64 count = query.run_saved(
        &statement,
        "SELECT object, occurred_at, entry FROM journal.month_deletion "
        "WHERE relation_oid = $1 AND incarnation = $2 AND account = $3 AND occurred_at >= $4 "
        "AND occurred_at < $5 AND (occurred_at, entry) < ($6, $7) AND ($8 OR EXISTS (SELECT FROM "
        "unnest($9, $10) AS t (first, last) WHERE object BETWEEN t.first AND t.last)) "
        "ORDER BY occurred_at DESC, entry DESC LIMIT $11",
        {{OIDOID, ObjectIdGetDatum(RelationGetRelid(partition))},
         {UUIDOID, UUIDPGetDatum(current_incarnation())},
         int8_argument(range.account),
         {TIMESTAMPTZOID, TimestampTzGetDatum(range.from)},
         {TIMESTAMPTZOID, TimestampTzGetDatum(range.to)},
         {TIMESTAMPTZOID,
          TimestampTzGetDatum(range.has_position ? range.position.occurred_at : DT_NOEND)},
         int8_argument(range.has_position ? range.position.id : 0),
         {BOOLOID, BoolGetDatum(!types.given)},
         ends_of(types, &ObjectHashRange::first),
         ends_of(types, &ObjectHashRange::last),
         int8_argument(most)});
    for (uint64 i = 0; i < count; i++) {
        const int64 hash = deletion_hash(query.value(i, "object").int8());
        found->last = {query.value(i, "occurred_at").time(), query.value(i, "entry").int8()};
        if (i == 0)
            found->latest = found->last.occurred_at;
        found->earliest = found->last.occurred_at;
        add_places(partition, object_index, {hash, hash, found->last.id, found->last.id + 1},
                   PG_INT32_MAX, &found->places);
    }
    query.end();
    // That there are no others counts for a serializable transaction.
    PredicateLockRelation(partition, GetActiveSnapshot());
    found->complete = count < static_cast<uint64>(most);
}

MonthDeletions::MonthDeletions(MemoryContext context) : months_(context) {}

void MonthDeletions::begin_scan()
{
    table_ = table_open(journal_table("month_deletion"), AccessShareLock);
    index_ = open_index(table_);
    slot_ = table_slot_create(table_, nullptr);
    scan_ = index_beginscan(table_, index_, GetActiveSnapshot(), nullptr, 1, 0);
}

void MonthDeletions::find(int64 object, Vector<MonthDeletion>* deletions)
{
    if (scan_ == nullptr)
        begin_scan();
    ScanKeyData key;
    ScanKeyInit(&key, 1, HTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(object));
    index_rescan(scan_, &key, 1, nullptr, 0);
    bool is_null = false;
    while (index_getnext_slot(scan_, ForwardScanDirection, slot_)) {
        CHECK_FOR_INTERRUPTS();
        // The index knows 32 bits of the number.
        if (DatumGetInt64(slot_getattr(slot_, kObject, &is_null)) != object)
            continue;
        const Oid partition = DatumGetObjectId(slot_getattr(slot_, kRelation, &is_null));
        const Datum incarnation = slot_getattr(slot_, kIncarnation, &is_null);
        if (months_.has(partition) &&
            memcmp(DatumGetUUIDP(incarnation), current_incarnation(), UUID_LEN) == 0)
            deletions->push_back({partition, DatumGetInt64(slot_getattr(slot_, kEntry, &is_null))});
    }
}

void MonthDeletions::end()
{
    if (scan_ == nullptr)
        return;
    index_endscan(scan_);
    ExecDropSingleTupleTableSlot(slot_);
    index_close(index_, NoLock);
    table_close(table_, NoLock);
    scan_ = nullptr;
}

}  // namespace journal
