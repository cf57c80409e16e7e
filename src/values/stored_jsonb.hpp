// A jsonb value out of one of the journal's tables, which is looked over before anything reads it:
// see jsonb_form.hpp.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// The value of a datum, in the current memory context if copied or if it was toasted. Raises
/// data_corrupted for bytes that are no jsonb.
Jsonb* stored_jsonb(Datum datum, bool copied = false);

}  // namespace journal
