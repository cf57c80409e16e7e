// How long texts are at most that the journal keeps as they are given.
//
// What is too long is refused with invalid_parameter_value: a reason of hundreds of megabytes is a
// mistake, and nobody could read, dump or replicate the entry that holds it.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// In bytes.
inline constexpr int kLongestReason = 10000;     // and of a label
inline constexpr int kLongestName = 1000;        // of an employee, a location, a mark
inline constexpr int kLongestFacts = 100000;     // event_journal.extra
inline constexpr int kLongestDetails = 1000000;  // what log() is given

/// Raises an error for an argument that is longer; text may be nullptr.
void check_length(const char* argument, const char* text, int most);
void check_length(const char* argument, const Jsonb* value, int most);

/// An argument that is a text of bounded length; nullptr when NULL.
const char* bounded_argument(FunctionCallInfo fcinfo, int number, const char* name, int most);

}  // namespace journal
