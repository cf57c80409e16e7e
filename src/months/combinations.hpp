// Which event keys, locations and employees (base/object_hash.hpp) occur in an account's month, and
// how often together, packed into two strings of bytes.
//
// The first holds what is present of each of the three, sorted, as distances. The second numbers
// the combinations by the places of their values there, and holds the distances between these
// numbers, each followed by its count. So most questions are answered by the first alone, which is
// short; and a combination takes about three bytes. All numbers are of variable length, seven bits
// to a byte, the lowest first.
#pragma once

#include "base/memory.hpp"

namespace journal {

/// A combination, and how many entries have it.
struct Combination {
    int32 employee;
    int32 location;
    int32 event_key;
    int64 entries;
};

struct PackedCombinations {
    bytea* present;
    bytea* combinations;  // nullptr: not kept
};

/// Packs what is sorted by employee, location and event key; the combinations only if they are to
/// be kept. Allocated in context.
PackedCombinations pack_combinations(const Vector<Combination>& sorted, bool keep,
                                     MemoryContext context);

/// The values of one kind that are present, sorted.
struct PresentNumbers {
    int count;
    int32* items;
};
struct PresentValues {
    PresentNumbers employees;
    PresentNumbers locations;
    PresentNumbers event_keys;
};

/// Reads what pack_combinations made of what is present; allocated in the current memory context.
/// Raises data_corrupted if it is something else.
PresentValues unpack_present(const bytea* present);

/// Goes through combinations: places of the values among the present ones.
class CombinationReader {
  public:
    CombinationReader(const PresentValues& present, const bytea* combinations);

    /// Goes to the next one; false after the last.
    bool next();

    int employee() const { return static_cast<int>(number_ / (locations_ * event_keys_)); }
    int location() const { return static_cast<int>(number_ / event_keys_ % locations_); }
    int event_key() const { return static_cast<int>(number_ % event_keys_); }
    int64 entries() const { return entries_; }

  private:
    const unsigned char* position_;
    const unsigned char* end_;
    uint64 employees_;
    uint64 locations_;
    uint64 event_keys_;
    uint64 number_ = 0;
    int64 entries_ = 0;
};

}  // namespace journal
