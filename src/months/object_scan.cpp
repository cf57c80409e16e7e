// See object_scan.hpp.
#include "months/object_scan.hpp"

#include "months/entry_index.hpp"

namespace journal {

namespace {

enum ObjectColumn : AttrNumber { kHash = 1, kId };

constexpr IndexColumn kObjectColumns[] = {
    {INT8OID, "entry_hash", {"account", "object_type", "object_id", "operation"}},
    {INT8OID, nullptr, {"id"}}};
constexpr IndexColumn kDocumentColumns[] = {
    {INT8OID, "object_hash", {"account", "document_type", "document_id"}},
    {INT8OID, nullptr, {"id"}}};
constexpr IndexColumn kPreviousColumns[] = {
    {INT8OID, "object_hash", {"account", "object_type", "previous_id"}},
    {INT8OID, nullptr, {"id"}}};
constexpr IndexColumn kOtherColumns[] = {
    {INT8OID, "object_hash", {"account", "other_type", "other_id"}}, {INT8OID, nullptr, {"id"}}};

/// In the order of ObjectIndex.
constexpr IndexForm kForms[] = {{lengthof(kObjectColumns), kObjectColumns, nullptr},
                                {lengthof(kDocumentColumns), kDocumentColumns, "document_id"},
                                {lengthof(kPreviousColumns), kPreviousColumns, "previous_id"},
                                {lengthof(kOtherColumns), kOtherColumns, "other_id"}};

}  // namespace

Oid object_index(Relation partition, ObjectIndex kind)
{
    return find_index(partition, kForms[static_cast<int>(kind)]);
}

bool add_places(Relation partition, Oid index, const ObjectRange& range, int most,
                Vector<ItemPointerData>* places)
{
    ScanKeyData keys[4];
    int count = 0;
    if (range.first_hash == range.last_hash) {
        ScanKeyInit(&keys[count++], kHash, BTEqualStrategyNumber, F_INT8EQ,
                    Int64GetDatum(range.first_hash));
    } else {
        ScanKeyInit(&keys[count++], kHash, BTGreaterEqualStrategyNumber, F_INT8GE,
                    Int64GetDatum(range.first_hash));
        ScanKeyInit(&keys[count++], kHash, BTLessEqualStrategyNumber, F_INT8LE,
                    Int64GetDatum(range.last_hash));
    }
    ScanKeyInit(&keys[count++], kId, BTGreaterEqualStrategyNumber, F_INT8GE,
                Int64GetDatum(range.from));
    ScanKeyInit(&keys[count++], kId, BTLessStrategyNumber, F_INT8LT, Int64GetDatum(range.to));
    IndexEntries entries = IndexEntries::begin(partition, index, count, keys, ForwardScanDirection);
    bool more = entries.next();
    for (int added = 0; more && added < most; added++) {
        places->push_back(entries.place());
        more = entries.next();
    }
    entries.end();
    return !more;
}

}  // namespace journal
