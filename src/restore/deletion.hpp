// Deletions as the journal holds them: what a restore begins with.
//
// When a deletion gave several events, the first entry of the change holds the row. That entry
// stands for the deletion everywhere: it is what journal.restoration is keyed by and what the
// restored entry points at.
#pragma once

#include "base/entry_ids.hpp"
#include "catalog/entry_data.hpp"
#include "engine/engine.hpp"

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
    bool soft;  // an update after which the row counts as deleted (soft.hpp)
};

/// The deletions that entries record, each once, in the order of their ids; read as the caller:
/// privileges and row-level security apply. What stops the others: JE018 for an entry that the
/// caller cannot see, JE010 for one that is no deletion or that nobody restores, JE011 where the
/// caller is not support.
void read_requests(Engine* engine, const Ids& entries, Vector<Request>* requests);

/// Whether the caller is one of those who may; support has to say why, unless it plans.
bool may_restore(RestoredBy restored_by);
bool may_restore(const Application* application, RestoredBy restored_by);

/// The issue that the caller may not restore something, of no row.
Issue not_allowed(RestoredBy restored_by);

/// An issue of a deletion's row; root: of its table.
Issue issue_of(Issue issue, RowOperation action, Oid root, const Deletion& row);
/// The same, of a row that would be inserted.
Issue issue_of(const Issue& issue, const Deletion& row);

/// Who may restore what a deletion of that event type deleted.
RestoredBy restored_by(int32 event_type);

/// The rows of deletions, one after the other in the order of their ids.
class DeletionReader {
  public:
    explicit DeletionReader(const ResultReader& entries);

    /// False after the last. What deletion points at is valid until the next call.
    bool next(Deletion* deletion);

    /// Goes back to before the first.
    void rewind() { reader_.rewind(); }

    void close() { reader_.close(); }

  private:
    struct Stored;
    ResultReader reader_;
    Stored* stored_;
};

/// Reads deletions as the journal's owner: whoever asks may restore them. The reader is to be
/// closed.
DeletionReader begin_deletions(const Ids& entries);
/// The same for entries e of a FROM clause, in which is_among() speaks of the ids.
DeletionReader begin_deletions_in(const char* source, const Ids& ids);

/// A list of foreign keys (of LayoutForeignKey) with one more, unless one refers to the same
/// columns.
List* add_reference_to(List* references, const LayoutForeignKey* foreign_key);

/// Whether any of the foreign keys refers to other columns than the key, whose values the row has.
bool refers_to_values(const List* references);

/// By what a foreign key would find a deleted row; nullptr if it leads to another relation, or if
/// the journal does not hold it.
const char* found_by(const LayoutForeignKey& foreign_key, const Deletion& deletion);

/// The columns that a foreign key refers to, as a text: "" for the journal's key.
const char* referenced_columns(const LayoutForeignKey& foreign_key);

/// Object type and key for messages: client "7", or client "7" (Ann) with a label.
const char* describe(const Deletion& deletion);

/// The entry that took a deletion back, by the deletion's change; 0 if the journal has none.
int64 restoration_of(int64 change);

}  // namespace journal
