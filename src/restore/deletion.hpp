// Deletions as the journal holds them: what a restore begins with.
//
// When a deletion gave several events, the first entry of the change holds the row. That entry
// stands for the deletion everywhere: it is what journal.restoration is keyed by and what the
// restored entry points at.
#pragma once

#include "base/memory.hpp"
#include "catalog/entry_data.hpp"

namespace journal {

enum class RestoredBy : char {
    kNobody,
    kJournal,  // whoever may use restore
    kSupport,
};

/// A deleted row.
struct Deletion {
    int64 entry;           // id of the change's first entry
    int32 relation;        // tracked_relation.id
    const Layout* layout;  // of the row; nullptr: the journal does not hold it
    EntryValues row;
    const char* object_type;
    const char* object_id;
    const char* label;  // or nullptr
};

/// What a caller asks to have restored.
struct Request {
    int64 asked;  // the entry named; its change's first entry is what counts
    int64 entry;
    RestoredBy restored_by;
};

using Ids = Vector<int64>;

/// The deletions that entries record, each once, in the order of their ids; read as the caller:
/// privileges and row-level security apply. Raises JE018 for an entry that the caller cannot see,
/// JE010 for one that is no deletion or that nobody restores, JE011 where the caller is not
/// support, JE015 for a logged deletion; an error without a reason where support has to give one.
void read_requests(const Ids& entries, const char* reason, Vector<Request>* requests);

/// Raises JE010 or JE011 unless the caller may restore an object whose deletion is of an event
/// type; support has to say why.
void check_allowed(RestoredBy restored_by, const char* reason, const Deletion& deletion);

/// Whether the caller is one of those who may.
bool may_restore(RestoredBy restored_by);

/// Who may restore what a deletion of that event type deleted.
RestoredBy restored_by(int32 event_type);

/// The rows of deletions, one after the other in the order of their ids, read as the journal's
/// owner: whoever asks may restore them.
struct DeletionReader {
    Tuplestorestate* rows;
    TupleTableSlot* slot;
    MemoryContext context;
};
DeletionReader begin_deletions(const Ids& entries);
/// The same for entries e of a FROM clause, in which $1 is the ids, $2 the least, $3 the greatest.
DeletionReader begin_deletions_in(const char* source, const Ids& ids);
/// False after the last. What deletion points at is valid until the next call.
bool next_deletion(DeletionReader* reader, Deletion* deletion);
void end_deletions(DeletionReader* reader);

/// The condition that an entry of that alias is among ids, sorted, which are parameter 1, between
/// the first and the last of them, which are 2 and 3.
const char* id_condition(const char* alias, const Ids& ids);

/// Ids as a query's parameter.
Datum ids_datum(const Ids& ids);

/// The rows of a SELECT, in a tuplestore that spills beyond work_mem; query is connected.
Tuplestorestate* select_rows(const char* sql, int count, const Oid* types, const Datum* values);

/// The rows of a SELECT about entries, in the current memory context; it is run as the journal's
/// owner, with ids as id_condition wants them.
Tuplestorestate* select_about(const char* sql, const Ids& ids);

/// Object type and key for messages: client "7", or client "7" (Ann) with a label.
const char* describe(const Deletion& deletion);

}  // namespace journal
