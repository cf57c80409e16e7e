// Values of the past: how layouts belong to the present columns, and stored values as present ones.
#include "base/function.hpp"
#include "base/journal_tables.hpp"
#include "base/query.hpp"
#include "base/settings.hpp"
#include "catalog/tracked_relation.hpp"
#include "past/past.hpp"
#include "values/exact_form.hpp"

namespace journal {

namespace {

/// The inheritance child that a layout describes, or InvalidOid for the tracked table itself. A
/// child that is gone cannot be told from another one.
Oid child_of(const Layout* layout)
{
    if (layout->is_root)
        return InvalidOid;
    if (layout->current_incarnation)
        return layout->relation_oid;
    RangeVar* name =
        makeRangeVarFromNameList(textToQualifiedNameList(cstring_to_text(layout->relation_name)));
    const Oid child = RangeVarGetRelid(name, NoLock, true);
    return OidIsValid(child) ? child : layout->relation_oid;
}

/// A stored value of a type that layouts name otherwise than the column's present one.
struct OtherType {
    const char* name;
    Oid type;  // InvalidOid: there is none of that name any more
    int32 typmod;
};

OtherType other_type(const StoredValue& stored)
{
    OtherType other{stored.map->layout->columns[stored.position].type, InvalidOid, -1};
    if (!find_type(other.name, &other.type, &other.typmod))
        other.type = InvalidOid;
    return other;
}

[[noreturn]] void raise_other_value(const PastColumn* column, const StoredValue& stored,
                                    const OtherType& other)
{
    ereport(ERROR, (errcode(kRelationGone),
                    errmsg("\"%s\", of type %s, would be another value of type %s",
                           value_text(stored.value), other.name, format_type_be(column->type))));
    pg_unreachable();
}

/// Whether a value of another type has a form that only its type reads.
bool is_bound_to_type(const PastColumn* column, const StoredValue& stored, const OtherType& other)
{
    if (is_exact_form(stored.value))
        return !OidIsValid(other.type) || getBaseType(other.type) != JSONBOID;
    return OidIsValid(other.type) && names_objects(other.type) != column->names_objects;
}

/// Whether a value of another type is the same in the column's present one: it has the text that is
/// stored, or the other type reads the text that it has as what is stored.
bool is_same_value(PastColumn* column, const StoredValue& stored, const OtherType& other,
                   Datum value)
{
    char* text = text_form(&column->output, value);
    if (strcmp(text, value_text(stored.value)) == 0)
        return true;
    if (!OidIsValid(other.type))
        return false;
    Oid input = InvalidOid;
    Oid parameter = InvalidOid;
    getTypeInputInfo(other.type, &input, &parameter);
    const Datum before = OidInputFunctionCall(input, text, parameter, other.typmod);
    return strcmp(text_form_once(other.type, before), key_text(stored.value)) == 0;
}

/// Whether a stored value of the column's type is such an object.
bool has_exact_form(const PastColumn* column, const JsonbValue* stored)
{
    return stored->type == jbvBinary && getBaseType(column->type) != JSONBOID &&
           is_exact_form(stored);
}

/// A value of the column's type, which is not SQL NULL.
Datum read_value(PastColumn* column, const JsonbValue* stored)
{
    return has_exact_form(column, stored)
               ? read_exact_form(column->type, stored)
               : InputFunctionCall(&column->input, value_text(stored), column->input_parameter, -1);
}

}  // namespace

bool has_kept_meaning(const PastColumn& column, const StoredValue& value)
{
    return !column.names_objects || value.map->layout->current_incarnation ||
           value.value->type == jbvNull ||
           (value.value->type == jbvString && is_fixed_object(value_text(value.value)));
}

bool is_same_type(const StoredValue& value, const char* type_name)
{
    return strcmp(value.map->layout->columns[value.position].type, type_name) == 0;
}

const PastMap* layout_map(Past* past, int32 layout)
{
    auto* map = static_cast<PastMap*>(hash_search(past->maps, &layout, HASH_FIND, nullptr));
    if (map != nullptr)
        return map;
    PastMap made{};
    made.id = layout;
    map_layout(&made, past->plan, past->context);
    made.child = past->has_children ? child_of(made.layout) : InvalidOid;
    map = static_cast<PastMap*>(hash_search(past->maps, &layout, HASH_ENTER, nullptr));
    *map = made;
    return map;
}

bool is_live_value(const Past* past, PastColumn* column, const JsonbValue* stored, Datum value,
                   bool is_null)
{
    if (is_null || stored->type == jbvNull)
        return is_null == (stored->type == jbvNull);
    if (stored->type == jbvBool)
        return stored->val.boolean == DatumGetBool(value);
    if (column->has_telling_text && !has_exact_form(column, stored))
        return strcmp(value_text(stored), text_form(&column->output, value)) == 0;
    // A domain's checks are its author's code.
    const Rights owner = Rights::lent_by(past->root);
    const Datum left = read_value(column, stored);
    owner.end();
    return datum_image_eq(left, value, column->by_value, column->length);
}

Datum present_value(PastColumn* column, const StoredValue& stored, bool* is_null)
{
    char* text = value_text(stored.value);
    *is_null = text == nullptr;
    // The past need not fulfil what a domain demands today of an empty value.
    if (*is_null)
        return Datum{0};
    if (!has_kept_meaning(*column, stored))
        ereport(ERROR, (errcode(kRelationGone),
                        errmsg("%s names an object by its OID in another cluster", text)));
    if (is_same_type(stored, column->type_name))
        return read_value(column, stored.value);
    const OtherType other = other_type(stored);
    // Another length of the same type.
    if (other.type == column->type && is_exact_form(stored.value))
        return read_value(column, stored.value);
    if (is_bound_to_type(column, stored, other))
        raise_other_value(column, stored, other);
    const Datum value = InputFunctionCall(&column->input, text, column->input_parameter, -1);
    if (!is_same_value(column, stored, other, value))
        raise_other_value(column, stored, other);
    return value;
}

}  // namespace journal
