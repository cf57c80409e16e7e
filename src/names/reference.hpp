// Names of what entries refer to, as of the event.
//
// A report collects the references of a whole page first and resolves them then, by a few queries
// for all of them and one for each table in which live rows are looked up. A name as of an entry is
// the one that the row has now, unless something says otherwise (present_name.hpp); where that
// cannot be known, it is what the journal has written down of the object before and after
// (recorded_name.hpp), and in the end the present name as the caller may read it.
//
// Entries are compared by id, since a back-filled one is older than it looks.
#pragma once

#include "names/named_object.hpp"
#include "request/entry_row.hpp"

namespace journal {

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
    void look_up(const char* account, bool (*wanted)(const Reference&));
    void answer_from_live();

    MemoryContext context_;
    Vector<Reference*> all_;
    Vector<Target*> targets_;
};

}  // namespace journal
