// The argument "filter" of report, history and deleted_objects: what else is asked of entries, by
// name, as a JSON object.
//
// A key that is not given, null or an empty text asks for nothing, as a form sends it. A key or
// value that does not exist is an error with the nearest ones.
#pragma once

#include "report/search_words.hpp"
#include "request/entry_row.hpp"

namespace journal {

struct ObjectName {
    const char* type;
    const char* id;
};

struct RowFilter {
    const char* text;  // the whole argument, as a cursor is bound to it; nullptr: not given
    TextList object_types;
    int document_count;  // 0: any, or none
    ObjectName* documents;
    bool has_transaction;
    uint64 transaction;
    TextList actor_kinds;
    TextList on_behalf_of;
    TextList columns;  // of which one has to have changed
    const char* from;  // what it was and what it is now, as text or by its name; nullptr: anything
    const char* to;
    SearchQuery search;

    bool asks_for_changes() const { return columns.given || from != nullptr || to != nullptr; }
    /// Whether entries have to be read to be judged (row_judge.hpp).
    bool needs_judge() const
    {
        return actor_kinds.given || on_behalf_of.given || asks_for_changes() || search.count > 0;
    }
};

/// Reads the argument; raises JE001 for an unknown key or value, JE021 for an empty list and
/// invalid_parameter_value for a value of another JSON type than the key has.
RowFilter filter_argument(FunctionCallInfo fcinfo, int number, const char* account);

/// Appends what a query over journal.entry e can test: "AND …"; the rest is row_judge.hpp's.
void append_row_filter(SqlText* sql, const RowFilter& filter);

}  // namespace journal
