// The argument "filter" of report, history and deleted_objects: what else is asked of entries, by
// name, as a JSON object.
//
// A key that is not given, null or an empty text asks for nothing, as a form sends it. A key or
// value that does not exist is an error with the nearest ones.
#pragma once

#include "report/entry_row.hpp"

namespace journal {

struct RowFilter {
    const char* text;  // the whole argument, as a cursor is bound to it; nullptr: not given
    TextList object_types;
    bool has_transaction;
    uint64 transaction;
};

/// Reads the argument; raises JE001 for an unknown key or value, JE021 for an empty list and
/// invalid_parameter_value for a value of another JSON type than the key has.
RowFilter filter_argument(FunctionCallInfo fcinfo, int number, const char* account);

/// Appends what a query over journal.entry e can test: "AND …".
void append_row_filter(SqlText* sql, const RowFilter& filter);

}  // namespace journal
