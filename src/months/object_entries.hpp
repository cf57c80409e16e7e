// The entries of one object in one month, by the month's index and without SQL.
//
// A page asks for the entries of many objects, each by a few numbers. Planning a statement over the
// months, or running one for each, would cost many times what reading a page or two of an index
// does. No privileges are checked: who reads decides what he shows.
#pragma once

#include "base/value.hpp"

namespace journal {

/// The columns of journal.entry (src/sql/41_entry.sql).
enum EntryColumn : AttrNumber {
    kEntryId = 1,
    kEntryOccurredAt,
    kEntryTransaction,
    kEntryChange,
    kEntrySession,
    kEntryContext,
    kEntryRestores,
    kEntryCommand,
    kEntryEventType,
    kEntryRelation,
    kEntryLayout,
    kEntryOperation,
    kEntryReported,
    kEntryBackfilled,
    kEntryDerived,
    kEntryAccount,
    kEntryLocation,
    kEntryEmployee,
    kEntryObjectType,
    kEntryObjectId,
    kEntryPreviousId,
    kEntryDocumentType,
    kEntryDocumentId,
    kEntryLabel,
    kEntryLinks,
    kEntryDetails,
    kEntryData,
    kEntryRecordedAt,
};

/// Whom entries are about.
struct EntryObject {
    const char* account;
    const char* type;
    const char* id;
};

/// Not RAII on purpose: an error between open and close leaves nothing behind.
class ObjectEntries {
  public:
    /// Opens a month; false if it is gone or holds nothing. only_deletions: of an object's entries
    /// only deletions are read.
    bool open(Oid month, bool only_deletions);

    /// Whether the month may have deletions of objects of a type, whatever their accounts.
    bool may_have_deletions(const char* type);

    /// Begins with an object's entries in the order of their ids, forward from first on, or
    /// backward from it.
    void find(const EntryObject& object, int64 first, ScanDirection direction);

    /// Goes to the next of the object's entries that the active snapshot sees; false after the
    /// last.
    bool next();

    /// A column of the present entry; it lives until the next one.
    Value value(EntryColumn column) const;

    void close();

  private:
    /// The index holds an object's deletions apart from its other entries.
    struct Scan {
        IndexScanDesc scan;
        TupleTableSlot* slot;
        bool has_row;  // in the slot, and not gone to yet or the present one
    };

    void begin(Scan* scan, int64 hash, int64 first);
    void fetch(Scan* scan);
    bool equals(const Scan& scan, EntryColumn column, const char* text) const;
    int64 id(const Scan& scan) const;

    Relation month_ = nullptr;
    Relation index_ = nullptr;
    Scan others_{};
    Scan deletions_{};
    Scan* present_ = nullptr;  // what next() went to; nullptr before the first
    EntryObject object_{};
    ScanDirection direction_ = ForwardScanDirection;
    bool only_deletions_ = false;
    const char* type_ = nullptr;  // asked for last
    bool has_type_ = false;
};

}  // namespace journal
