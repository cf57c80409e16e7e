// A deletion as the journal holds it: what a restore begins with.
//
// When a deletion gave several events, the first entry of the change holds the row. That entry
// stands for the deletion everywhere: it is what journal.restoration is keyed by and what the
// restored entry points at.
#pragma once

#include "base/pg.hpp"
#include "catalog/entry_data.hpp"

namespace journal {

enum class RestoredBy : char {
    kNobody,
    kJournal,  // whoever may use restore
    kSupport,
};

struct Deletion {
    int64 entry;           // id of the change's first entry
    int32 relation;        // tracked_relation.id
    const Layout* layout;  // of the row
    EntryValues row;
    const char* object_type;
    const char* object_id;
    const char* label;  // or nullptr
    const char* account;
    RestoredBy restored_by;
    int64 session;
    FullTransactionId transaction;
};

/// The deletion that an entry records, read as the caller: privileges and row-level security apply.
/// Allocated in the current memory context. Raises JE018 for an entry that the caller cannot see,
/// JE010 for one that is no deletion of a row with a key, JE015 for one without the row.
Deletion* read_deletion(int64 entry);

/// The rows that belonged to a deleted document and went in the same transaction, together with the
/// document itself: in the order in which they can come back. Rows that were restored already are
/// left out. The caller has to be allowed to restore the document: the rest is read as the owner.
List* document_deletions(Deletion* document);

/// Object type and key for messages: client "7", or client "7" (Ann) with a label.
const char* describe(const Deletion* deletion);

}  // namespace journal
