// See object_entries.hpp. The index holds (entry_hash(account, object_type, object_id, operation),
// id), in which deletions have a bit more; other objects may have the same hash, so each entry is
// compared. Of an object's deletions and its other entries the one that is next is gone to.
#include "months/object_entries.hpp"

#include "base/object_hash.hpp"
#include "months/object_scan.hpp"

namespace journal {

namespace {

/// The characters of a text; nothing is copied unless it is compressed.
std::string_view characters_of(Datum value)
{
    const auto* plain = DatumGetTextPP(value);
    return {VARDATA_ANY(plain), VARSIZE_ANY_EXHDR(plain)};
}

}  // namespace

bool ObjectEntries::open(Oid month, bool only_deletions)
{
    month_ = try_relation_open(month, AccessShareLock);
    if (month_ == nullptr)
        return false;
    if (RelationGetNumberOfBlocks(month_) == 0) {
        relation_close(month_, AccessShareLock);
        return false;
    }
    const Oid index = object_index(month_, ObjectIndex::kObject);
    if (!OidIsValid(index))
        ereport(ERROR,
                (errcode(ERRCODE_UNDEFINED_OBJECT),
                 errmsg("journal.%s has no index of objects", RelationGetRelationName(month_)),
                 errdetail("The extension reads the entries of an object by it."),
                 errhint("As the extension's owner: SELECT journal.equip_partition('journal.%s');",
                         quote_identifier(RelationGetRelationName(month_)))));
    index_ = index_open(index, AccessShareLock);
    for (Scan* scan : {&others_, &deletions_})
        *scan = {index_beginscan(month_, index_, GetActiveSnapshot(), nullptr, 2, 0),
                 table_slot_create(month_, nullptr), false};
    only_deletions_ = only_deletions;
    type_ = nullptr;
    return true;
}

bool ObjectEntries::may_have_deletions(const char* type)
{
    if (type_ != nullptr && strcmp(type_, type) == 0)
        return has_type_;
    const ObjectHashRange range = deletion_hash_range(type);
    ScanKeyData keys[2];
    ScanKeyInit(&keys[0], 1, BTGreaterEqualStrategyNumber, F_INT8GE, Int64GetDatum(range.first));
    ScanKeyInit(&keys[1], 1, BTLessEqualStrategyNumber, F_INT8LE, Int64GetDatum(range.last));
    index_rescan(deletions_.scan, keys, 2, nullptr, 0);
    has_type_ = index_getnext_tid(deletions_.scan, ForwardScanDirection) != nullptr;
    type_ = type;
    return has_type_;
}

void ObjectEntries::find(const EntryObject& object, int64 first, ScanDirection direction)
{
    const int64 hash = object_hash(object.account, object.type, object.id);
    object_ = object;
    direction_ = direction;
    present_ = nullptr;
    others_.has_row = deletions_.has_row = false;
    if (may_have_deletions(object.type))
        begin(&deletions_, deletion_hash(hash), first);
    if (!only_deletions_)
        begin(&others_, hash, first);
}

void ObjectEntries::begin(Scan* scan, int64 hash, int64 first)
{
    const bool forward = ScanDirectionIsForward(direction_);
    ScanKeyData keys[2];
    ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(hash));
    ScanKeyInit(&keys[1], 2, forward ? BTGreaterEqualStrategyNumber : BTLessEqualStrategyNumber,
                forward ? F_INT8GE : F_INT8LE, Int64GetDatum(first));
    index_rescan(scan->scan, keys, 2, nullptr, 0);
    fetch(scan);
}

void ObjectEntries::fetch(Scan* scan)
{
    scan->has_row = false;
    while (!scan->has_row && index_getnext_slot(scan->scan, direction_, scan->slot)) {
        CHECK_FOR_INTERRUPTS();
        scan->has_row = equals(*scan, kEntryObjectId, object_.id) &&
                        equals(*scan, kEntryObjectType, object_.type) &&
                        equals(*scan, kEntryAccount, object_.account);
    }
}

bool ObjectEntries::next()
{
    if (present_ != nullptr)
        fetch(present_);
    if (others_.has_row && deletions_.has_row)
        present_ = (id(others_) < id(deletions_)) == ScanDirectionIsForward(direction_)
                       ? &others_
                       : &deletions_;
    else
        present_ = others_.has_row ? &others_ : deletions_.has_row ? &deletions_ : nullptr;
    return present_ != nullptr;
}

int64 ObjectEntries::id(const Scan& scan) const
{
    bool is_null = false;
    return DatumGetInt64(slot_getattr(scan.slot, kEntryId, &is_null));
}

bool ObjectEntries::equals(const Scan& scan, EntryColumn column, const char* text) const
{
    bool is_null = false;
    const Datum datum = slot_getattr(scan.slot, column, &is_null);
    return !is_null && characters_of(datum) == text;
}

Value ObjectEntries::value(EntryColumn column) const
{
    Value value{};
    value.type = TupleDescAttr(present_->slot->tts_tupleDescriptor, column - 1)->atttypid;
    value.datum = slot_getattr(present_->slot, column, &value.is_null);
    return value;
}

void ObjectEntries::close()
{
    for (Scan* scan : {&others_, &deletions_}) {
        index_endscan(scan->scan);
        ExecDropSingleTupleTableSlot(scan->slot);
    }
    index_close(index_, AccessShareLock);
    relation_close(month_, AccessShareLock);
}

}  // namespace journal
