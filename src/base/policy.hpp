// The policies of row-level security, as conditions in queries of ours.
#pragma once

#include "base/memory.hpp"

namespace journal {

/// What of a row policies look at.
enum class Looked : char {
    kRow,         // the row as it is
    kNewVersion,  // the row as it is to be
};

/// The condition that the policies of a table for a command ('r', 'a', 'w', 'd') put on rows of the
/// caller, over a row with the table's bare name and type. It is written for the caller's
/// search_path, under which the functions of a policy expect to run: the query has to run as
/// RunAs::kCallerWithPath.
const char* policy_condition(Oid table, char command, Looked looked);

}  // namespace journal
