// Text forms that are written right where they are wanted: of types whose texts are short and whose
// output functions do little but allocate and copy.
//
// The texts are those of the output functions under the exact settings (values/text_form.hpp), but
// for dates and times, which stand as PostgreSQL's own JSON functions write them
// (2026-11-24T09:30:00.5+00:00).
#pragma once

#include "base/pg.hpp"

namespace journal {

/// The most bytes that the text of a value of a base type takes; 0 for types that are not written
/// in place.
int room_in_place(Oid type);

/// Writes the text form of a value of such a type, without a terminator, and returns its end.
char* write_in_place(Oid type, Datum value, char* at);

}  // namespace journal
