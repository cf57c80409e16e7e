// Labels of enum values, kept per backend.
//
// enum_out looks in the catalogue cache and copies; a journal that writes the same few labels again
// and again remembers the last ones. ALTER TYPE … RENAME VALUE invalidates pg_enum's cache, and
// with it all that is remembered here.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Writes the label of an enum value, at most NAMEDATALEN bytes, without a terminator; returns its
/// end.
char* write_enum_label(Oid value, char* at);

}  // namespace journal
