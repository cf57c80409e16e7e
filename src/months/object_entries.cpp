// See object_entries.hpp. The index holds (object_hash(account, object_type, object_id), id); other
// objects may have the same hash, so each entry is compared.
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

/// Opens the index of a month; nullptr without.
Relation open_object_index(Relation month, ObjectIndex kind)
{
    const Oid index = object_index(month, kind);
    return OidIsValid(index) ? index_open(index, AccessShareLock) : nullptr;
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
    only_deletions_ = only_deletions;
    index_ = only_deletions ? open_object_index(month_, ObjectIndex::kDeletion) : nullptr;
    has_own_index_ = index_ != nullptr;
    if (index_ == nullptr)
        index_ = open_object_index(month_, ObjectIndex::kObject);
    if (index_ == nullptr)
        ereport(ERROR,
                (errcode(ERRCODE_UNDEFINED_OBJECT),
                 errmsg("journal.%s has no index of objects", RelationGetRelationName(month_)),
                 errdetail("The extension reads the entries of an object by it."),
                 errhint("As the extension's owner: SELECT journal.equip_partition('journal.%s');",
                         quote_identifier(RelationGetRelationName(month_)))));
    slot_ = table_slot_create(month_, nullptr);
    scan_ = index_beginscan(month_, index_, GetActiveSnapshot(), nullptr, 2, 0);
    return true;
}

bool ObjectEntries::may_have_type(const char* type)
{
    if (!has_own_index_)
        return true;
    const ObjectHashRange range = object_hash_range(type);
    ScanKeyData keys[2];
    ScanKeyInit(&keys[0], 1, BTGreaterEqualStrategyNumber, F_INT8GE, Int64GetDatum(range.first));
    ScanKeyInit(&keys[1], 1, BTLessEqualStrategyNumber, F_INT8LE, Int64GetDatum(range.last));
    index_rescan(scan_, keys, 2, nullptr, 0);
    return index_getnext_tid(scan_, ForwardScanDirection) != nullptr;
}

void ObjectEntries::find(const EntryObject& object, int64 first, ScanDirection direction)
{
    const bool forward = ScanDirectionIsForward(direction);
    ScanKeyData keys[2];
    ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_INT8EQ,
                Int64GetDatum(object_hash(object.account, object.type, object.id)));
    ScanKeyInit(&keys[1], 2, forward ? BTGreaterEqualStrategyNumber : BTLessEqualStrategyNumber,
                forward ? F_INT8GE : F_INT8LE, Int64GetDatum(first));
    index_rescan(scan_, keys, 2, nullptr, 0);
    object_ = object;
    direction_ = direction;
}

bool ObjectEntries::next()
{
    while (index_getnext_slot(scan_, direction_, slot_)) {
        CHECK_FOR_INTERRUPTS();
        if ((!only_deletions_ || character(kEntryOperation) == 'd') &&
            equals(kEntryObjectId, object_.id) && equals(kEntryObjectType, object_.type) &&
            equals(kEntryAccount, object_.account))
            return true;
    }
    return false;
}

bool ObjectEntries::equals(EntryColumn column, const char* text) const
{
    bool is_null = false;
    const Datum datum = value(column, &is_null);
    return !is_null && characters_of(datum) == text;
}

Datum ObjectEntries::value(EntryColumn column, bool* is_null) const
{
    return slot_getattr(slot_, column, is_null);
}

int32 ObjectEntries::int4(EntryColumn column) const
{
    bool is_null = false;
    const Datum datum = value(column, &is_null);
    return is_null ? 0 : DatumGetInt32(datum);
}

int64 ObjectEntries::int8(EntryColumn column) const
{
    bool is_null = false;
    const Datum datum = value(column, &is_null);
    return is_null ? 0 : DatumGetInt64(datum);
}

char ObjectEntries::character(EntryColumn column) const
{
    bool is_null = false;
    return DatumGetChar(value(column, &is_null));
}

bool ObjectEntries::boolean(EntryColumn column) const
{
    bool is_null = false;
    return DatumGetBool(value(column, &is_null));
}

char* ObjectEntries::text(EntryColumn column, MemoryContext context) const
{
    bool is_null = false;
    const Datum datum = value(column, &is_null);
    if (is_null)
        return nullptr;
    const std::string_view found = characters_of(datum);
    auto* copy = static_cast<char*>(MemoryContextAlloc(context, found.size() + 1));
    memcpy(copy, found.data(), found.size());
    copy[found.size()] = '\0';
    return copy;
}

void ObjectEntries::close()
{
    index_endscan(scan_);
    ExecDropSingleTupleTableSlot(slot_);
    index_close(index_, AccessShareLock);
    relation_close(month_, AccessShareLock);
}

}  // namespace journal
