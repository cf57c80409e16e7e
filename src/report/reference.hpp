// Names of what entries refer to, as of the event.
//
// A report collects the references of a whole page first and resolves them then, by a few queries
// for all of them and one for each table in which live rows are looked up. Names are read with the
// owner's rights, since whoever may read an entry may read the names in it, even of objects whose
// own entries lie outside the caller's window: of the account that is read, or of none. What was
// kept of a table that is not tracked is shown by the rights of the caller or of the referring
// table's owner (catalog/name_rights.hpp). Only the present name, where the journal kept none,
// is read from the table itself, with the caller's rights.
//
// A name as of an entry is, for an object that is tracked, the label of its latest entry before;
// entries are compared by id, since a back-filled one is older than it looks.
#pragma once

#include "report/entry_row.hpp"
#include "report/live.hpp"

namespace journal {

struct Reference {
    // What is referred to: a relation by id, or (relation 0) one by object type.
    int32 relation;
    const char* type;
    const char* key;
    // By which entry, of which relation's row (0: a logged event).
    int64 entry;
    int32 source;
    TimestampTz occurred_at;
    bool backfilled;
    // What is asked, and the answers.
    bool wants_label;
    bool wants_presence;
    bool labelled;
    const char* label;
    bool held;  // label is the answer only if the caller sees the row
    Presence presence;
    // Of the resolution.
    const Target* target;
    Oid source_owner;
};

/// The references of a page. They live in its context.
class References {
  public:
    explicit References(MemoryContext context);

    /// A reference of an entry's to the row of a known relation.
    Reference* to_relation(const EntryRow& entry, int32 relation, const char* key);
    /// The same to an object by its type; a type that nobody tracks stays unresolved.
    Reference* to_object(const EntryRow& entry, const char* type, const char* key);

    /// Answers what is asked of every reference; account is that of the page's entries.
    void resolve(const char* account);

  private:
    Reference* add(const EntryRow& entry, int32 relation, const char* type, const char* key);
    void find_targets();
    void find_labels(const char* account);
    void find_live(const char* account);

    MemoryContext context_;
    ContextResource resource_;
    Vector<Reference*> all_;
};

}  // namespace journal
