// Stored values as datums of a present column's type: what value_datum does, prepared for many rows
// of one column.
#pragma once

#include "base/pg.hpp"

namespace journal {

struct ValueReader {
    Oid type;
    int32 typmod;
    bool is_domain;
    FmgrInfo input;
    Oid parameter;
};

/// Prepares the reading of values of a type; look-up data goes into context.
void prepare_value_reader(ValueReader* reader, Oid type, int32 typmod, MemoryContext context);

/// A stored value as a datum, in the current memory context. The exact settings have to be in
/// force. is_null is set for SQL NULL. The input function raises what it raises.
Datum read_value(ValueReader* reader, const JsonbValue* value, bool* is_null);

/// The same for a value's text form; nullptr is SQL NULL.
Datum read_text_form(ValueReader* reader, char* text, bool* is_null);

}  // namespace journal
