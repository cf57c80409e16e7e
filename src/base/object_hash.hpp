// The numbers that the journal's indexes are made of. An object's is a 64-bit hash of its account,
// type and id.
//
// The numbers are stored in indexes, so the functions are frozen: they depend on nothing but the
// bytes, on no release, platform or locale (test/unit/object_hash_test.cpp has fixed values). The
// bytes are those of the database's encoding; a dump that is restored into another encoding builds
// its indexes anew.
//
// The first 16 bits of an object's depend on the type alone, so the entries of a type lie side by
// side; the next is 0, and the others depend on all three. Where it is 1, an entry deletes the
// object: the deletions of a type lie side by side as well, and an object's are found without its
// other entries. Different objects may have the same number, and different texts: who looks one up
// compares the texts as well.
#pragma once

#include <cstdint>
#include <string_view>

namespace journal {

/// The number of an account.
std::int64_t account_hash(std::string_view account);

/// The number of an object, of the account or its number.
std::int64_t object_hash(std::string_view account, std::string_view type, std::string_view id);
std::int64_t object_hash(std::int64_t account, std::string_view type, std::string_view id);

/// The number of deletions of an object of that number.
std::int64_t deletion_hash(std::int64_t object);

/// The number of a location or an employee; never 0, which stands for NULL.
std::int32_t text_hash(std::string_view text);

/// What an entry tells of, in one number: its event type, whether a rule says so, and what was done
/// ('i', 'u', 'd' or 'l', as in journal.entry).
std::int32_t event_key(std::int32_t event_type, bool reported, char operation);

/// What the index on time tells of an entry beside its account, time and id, in one number: 24 bits
/// of the event key, 20 of the location's number, 20 of the employee's. No event type takes more
/// than 21 bits (src/sql/10_event_type.sql).
/// Whether an entry of that operation takes its object away: the row was deleted, or an update made
/// it count as deleted.
constexpr bool is_deletion(char operation)
{
    return operation == 'd' || operation == 's';
}

std::int64_t entry_facts(std::int32_t event_key, std::int32_t location, std::int32_t employee);

/// The parts of such a number; short_hash is what it has of a location's or an employee's.
std::int32_t event_key_in(std::int64_t facts);
std::int32_t short_location_in(std::int64_t facts);
std::int32_t short_employee_in(std::int64_t facts);
std::int32_t short_hash(std::int32_t text_hash);

/// The smallest and the largest number that objects of a type can have.
struct ObjectHashRange {
    std::int64_t first;
    std::int64_t last;
};
ObjectHashRange object_hash_range(std::string_view type);

/// The same of their deletions alone.
ObjectHashRange deletion_hash_range(std::string_view type);

}  // namespace journal
