// An entry's data, details and links against its layout: which column had which value.
//
// Values stand in jsonb without names or types (see src/sql/41_entry.sql for the positional forms).
// A stored value is JSON null for SQL NULL, a JSON boolean or number for bool, integers and finite
// numerics, an object or array for a jsonb column that holds one, and otherwise the string of the
// type's text form under the exact settings (base/settings.hpp), or an object in its place where
// the text would lose something (values/exact_form.hpp). So a reader needs no type at all, and a
// restore needs it only to turn the stored form into a datum.
//
// Everything returned is allocated in the current memory context, but the JsonbValues point into
// the jsonb that they were read from. Raises data_corrupted for jsonb of another form.
#pragma once

#include "base/pg.hpp"
#include "catalog/layout.hpp"

namespace journal {

/// What happened to a row, as entries name it.
enum class RowOperation : char { kInsert = 'i', kUpdate = 'u', kDelete = 'd' };

/// A column that an update changed.
struct EntryChange {
    int position;                 // in the layout's columns, from 0
    const JsonbValue* old_value;  // nullptr: unknown (a back-filled entry); never for "was empty"
    const JsonbValue* new_value;
};

struct EntryChanges {
    int count;
    EntryChange* changes;
};

/// Values of some columns: of all of a layout's in its order (a snapshot), or of a rule's details.
struct EntryValues {
    int count;
    int* positions;  // in the layout's columns, from 0
    JsonbValue* values;
};

/// The changes of an update's data; none when data is nullptr (another event of the same change has
/// them all).
EntryChanges read_changes(const Layout* layout, Jsonb* data);

/// The values of an inserted or deleted row's data; count 0 when data is nullptr.
EntryValues read_snapshot(const Layout* layout, Jsonb* data);

/// The values of the details that a rule keeps; count 0 when details is nullptr. Those of an entry
/// that holds the row stand there: row is the data of an insertion or deletion, else nullptr.
EntryValues read_details(const Layout* layout, Jsonb* details, Jsonb* row);

/// A stored value's text form: "true" and "false" for booleans, nullptr for SQL NULL.
char* value_text(const JsonbValue* value);

/// Whether two stored values are the same: of one kind, and alike as text.
bool same_value(const JsonbValue* a, const JsonbValue* b);

/// A stored value as jsonb, as it stands: JSON null for SQL NULL.
Jsonb* value_jsonb(const JsonbValue* value);

/// A stored value as a datum of a type, by way of the type's input function. The exact settings
/// have to be in force. is_null is set for SQL NULL. The input function raises what it raises.
Datum value_datum(const JsonbValue* value, Oid type, int32 typmod, bool* is_null);

/// A stored value as keys have it, by the type's output function: bool's writes a letter. nullptr
/// for SQL NULL.
char* key_text(const JsonbValue* value);

/// The key of a row that a foreign key of its layout refers to, as object keys are written: the
/// column's text form, or a JSON array of text forms; nullptr if one of them is NULL.
char* referenced_key(const LayoutForeignKey& foreign_key, const EntryValues& row);

/// What a row has in the columns that a foreign key to other columns than the journal's key refers
/// to, written like a key; layout: that of the row. nullptr if a value is NULL or not kept.
char* referenced_values(const LayoutForeignKey& foreign_key, const Layout* layout,
                        const EntryValues& row);

/// Whether foreign keys refer to the same columns of the same relation.
bool same_referenced(const LayoutForeignKey& a, const LayoutForeignKey& b);

}  // namespace journal
