// The packed values of entries (values/packed_writer.hpp) as jsonb, which everything reads.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// The value of a datum out of a journal table, in the current memory context. Raises
/// data_corrupted for bytes that are of another form.
Jsonb* unpacked_values(Datum packed);

/// A value that was given as jsonb, as an entry keeps it; nullptr for nullptr.
bytea* packed_values(const Jsonb* value);

/// A string as an entry keeps it.
bytea* packed_string(std::string_view value);

}  // namespace journal
