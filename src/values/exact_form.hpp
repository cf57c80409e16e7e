// Values that their type's text form may not give back.
//
// The text forms of PostgreSQL's own types read back to the very same value, but for reg* types,
// whose names may be another object's tomorrow: those are written as OIDs (values/text_form.hpp).
// The text of a type of somebody else may lose digits, or depend on a setting of an extension. So a
// value of such a type, or with a part of such a type, is read back when it is written, and what
// does not come back is kept as a JSON object instead of a string, which no column but one of jsonb
// can hold otherwise:
//
//   {"text": "…", "binary": "6869"}    what the type's send function makes of it, in hexadecimal
//                                      digits; the text is for people
//   {"text": "…", "bytes": "6869"}     of a type without one, or whose binary form does not come
//                                      back: the datum
//   {"text": "…", "bytes": null}       the same of arrays, composites and ranges, whose datums hold
//                                      OIDs of types: cannot be read back
#pragma once

#include "values/text_form.hpp"

namespace journal {

/// Writes the values of one type whose text form has to be checked.
struct ExactForm;

/// Prepares it; nullptr for a type of which every text form reads back. Look-up data goes into
/// context.
ExactForm* prepare_exact_form(Oid type, MemoryContext context);

/// What takes the place of a value's text form; nullptr where the text form says all, which then is
/// in text. Both are in the current memory context.
Jsonb* exact_form(ExactForm* form, Datum value, char** text);

/// Whether a stored value of a column that is not of type jsonb is such an object.
bool is_exact_form(const JsonbValue* value);

/// The text in such an object.
const JsonbValue* shown_text(const JsonbValue* value);

/// Such an object's value, of the type that it was written for. The exact settings have to be in
/// force. Raises what the type's receive function raises, and data_exception for what cannot be
/// read back.
Datum read_exact_form(Oid type, const JsonbValue* value);

/// Whether values of a type differ only if their text forms do.
bool has_telling_text(Oid type);

/// Whether values of a type name objects by OIDs, which only this cluster knows.
bool names_objects(Oid type);

/// The name of the object that a text form of such a type means, as the caller's search_path needs
/// it; nullptr for another type, by the name that layouts have for it, and where there is none.
const char* object_name(const char* type_name, const char* text);

/// Whether a text form names an object whose OID is the same in every cluster, or none.
bool is_fixed_object(const char* text);

}  // namespace journal
