// Which months may hold some entries: of some ids, of some transactions, or later than an entry.
//
// To plan a query over all months, a session opens each of them. So a query that does not know when
// its entries occurred gets a condition that tells the planner which months to leave out: the
// closed ones that are known to have no such entry, and those without any. Wherever anything is in
// doubt a month may hold them. What a transaction commits while the query is on its way to be run
// may be left out, as if it had come later.
#pragma once

#include "base/entry_ids.hpp"
#include "months/closed_month.hpp"
#include "months/partition.hpp"

namespace journal {

/// A moment as a constant of SQL, whatever the settings.
const char* moment_in_sql(TimestampTz moment);

/// A stretch of time that one partition holds, which is not empty.
struct EntryStretch {
    EntryPartition place;
    const ClosedMonth* known;  // nullptr: nothing is known of its entries

    bool may_hold_ids(int64 first, int64 last) const
    {
        return known == nullptr || (known->first_id <= last && known->last_id >= first);
    }
    bool may_hold_transactions(uint64 first, uint64 last) const
    {
        return known == nullptr ||
               (known->first_transaction <= last && known->last_transaction >= first);
    }
    bool may_have_moved(const char* type) const
    {
        return known == nullptr || known->has_moved(type);
    }
};

class EntryMonths {
  public:
    /// What the active snapshot sees is known. Everything is allocated in the current memory
    /// context.
    EntryMonths();

    /// The oldest first.
    const Vector<EntryStretch>& stretches() const { return stretches_; }

    /// Those that can hold an entry that occurred from a moment on and has an id from a first one
    /// on, in the current memory context.
    Vector<EntryStretch> since(TimestampTz moment, int64 first) const;

    /// Conditions that an entry e is in a month that can hold one of some ids (sorted), an id from
    /// a first one on, or one of the transactions between two (inclusive).
    const char* of_ids(const char* e, const Ids& ids) const;
    const char* from_id(const char* e, int64 first) const;
    const char* of_transactions(const char* e, uint64 first, uint64 last) const;

    /// That it is in one in which the key of an object of a type can have changed.
    const char* of_moves(const char* e, const char* type) const;

    /// That it is in one of the stretches from one up to another (exclusive), by their numbers.
    const char* of_stretches(const char* e, std::size_t from, std::size_t to) const;

    /// The greatest id that these can hold; 0 if there are none.
    int64 greatest_id(std::size_t from, std::size_t to) const;

  private:
    void add(const EntryPartition& place);
    void add_default(const EntryPartition* places, int count);
    template <typename MayHold>
    const char* condition(const char* e, const MayHold& may_hold) const;

    SummarisedMonths closed_;
    Vector<EntryStretch> stretches_;
};

/// That the id of entry e is among ids (sorted, not empty), as is_among() says it, and that e is in
/// a month that can hold one of them.
const char* is_entry_among(const char* e, const Ids& ids);

/// That an entry e is in a month that can hold one of the transactions of some entries (sorted, not
/// empty).
const char* is_in_transactions_of(const char* e, const Ids& entries);

}  // namespace journal
