// The indexes of a month, found by what they are made of, and read without the entries.
//
// An index is known by its form: its name may have been changed, and a user may have made or
// dropped others. What is read of it are index entries; whether the snapshot shows what they point
// at, a query has to say.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// A column of an index: a column of the entry, or a function of ours over some.
struct IndexColumn {
    Oid type;
    const char* function;  // nullptr: the column itself
    const char* arguments[5];
};

/// What a B-tree of a month is made of; of entries in which a column is not NULL, or of all.
struct IndexForm {
    int count;
    const IndexColumn* columns;
    const char* not_null;
};

/// A valid index of that form that the active snapshot may be read by; InvalidOid if the partition,
/// which is open, has none.
Oid find_index(Relation partition, const IndexForm& form);

/// A scan of the index entries that satisfy some keys, in the order of the index or backwards.
class IndexEntries {
  public:
    static IndexEntries begin(Relation partition, Oid index, int key_count, ScanKey keys,
                              ScanDirection direction);

    /// Goes to the next one; false if there is none.
    bool next();

    const ItemPointerData& place() const { return *place_; }
    Datum value(AttrNumber column) const;

    void end();

  private:
    Relation index_ = nullptr;
    IndexScanDesc scan_ = nullptr;
    ScanDirection direction_ = ForwardScanDirection;
    ItemPointer place_ = nullptr;
};

}  // namespace journal
