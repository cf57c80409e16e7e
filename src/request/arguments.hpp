// Arguments that the reading functions share: lists, page size, direction, cursor, language.
#pragma once

#include "accounts/account.hpp"
#include "base/pg.hpp"
#include "request/cursor.hpp"
#include "request/period.hpp"

namespace journal {

/// A list argument; given is false for NULL, which means all.
struct TextList {
    bool given;
    int count;
    const char** items;  // sorted, each once
};

/// Which page of what is asked for.
struct PageRequest {
    const Account* account;
    Bounds bounds;  // of the period
    bool descending;
    int page_size;
    bool has_position;  // the page begins behind (occurred_at, id)
    TimestampTz occurred_at;
    int64 id;
    uint64 fingerprint;
};

/// An argument as C text, or nullptr for NULL and for '', which a form's empty field sends.
const char* text_or_null(FunctionCallInfo fcinfo, int number);

/// A text[] argument called name, without the '' in it, which empty fields send; not given if that
/// leaves nothing. Raises JE021 for an empty list and null_value_not_allowed for a
/// NULL in it.
TextList list_argument(FunctionCallInfo fcinfo, int number, const char* name);

[[noreturn]] void raise_empty_list(const char* name);

/// Sorts a list called name and leaves each item once; raises JE021 if it is empty.
void sort_list(TextList* list, const char* name);

/// The page size of an argument (50 for NULL); raises invalid_parameter_value for less than 1.
int page_size_argument(FunctionCallInfo fcinfo, int number);

/// Adds a list to what a cursor is bound to.
void add_to_fingerprint(Fingerprint* fingerprint, const TextList& list);
void add_to_fingerprint(Fingerprint* fingerprint, const char* value);

/// Takes position and bounds of a cursor text over into the request, whose fingerprint and
/// direction are set. Does nothing for nullptr; raises JE020 for a cursor that does not fit.
void apply_cursor(PageRequest* request, const char* text);

/// The cursor of a row of that request's page.
CursorText cursor_of_row(const PageRequest& request, TimestampTz occurred_at, int64 id);

}  // namespace journal
