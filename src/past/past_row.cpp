// Values of the past: how layouts belong to the present columns, and stored values as present ones.
#include "base/function.hpp"
#include "base/journal_tables.hpp"
#include "base/query.hpp"
#include "base/settings.hpp"
#include "catalog/tracked_relation.hpp"
#include "past/past.hpp"

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

int column_with_identity(const Past* past, int32 id)
{
    for (int i = 0; i < past->column_count; i++)
        if (past->columns[i].id == id)
            return i;
    return -1;
}

/// Raises JE016 unless a value of another type is the same in the column's present one: it has the
/// text that is stored, or the other type reads the text that it has as what is stored.
void require_same(PastColumn* column, const PastValue& stored, Datum value)
{
    const char* text = text_form(&column->output, value);
    if (strcmp(text, value_text(stored.value)) == 0)
        return;
    const char* type_name = stored.map->layout->columns[stored.position].type;
    Oid type = InvalidOid;
    int32 typmod = -1;
    if (find_type(type_name, &type, &typmod)) {
        Oid input = InvalidOid;
        Oid parameter = InvalidOid;
        getTypeInputInfo(type, &input, &parameter);
        const Datum before =
            OidInputFunctionCall(input, const_cast<char*>(text), parameter, typmod);
        if (strcmp(text_form_once(type, before), key_text(stored.value)) == 0)
            return;
    }
    ereport(ERROR, (errcode(kRelationGone),
                    errmsg("\"%s\", of type %s, would be another value of type %s",
                           value_text(stored.value), type_name, format_type_be(column->type))));
}

}  // namespace

bool is_same_type(const PastValue& value, const char* type_name)
{
    return strcmp(value.map->layout->columns[value.position].type, type_name) == 0;
}

const LayoutMap* layout_map(Past* past, int32 layout)
{
    auto* map = static_cast<LayoutMap*>(hash_search(past->maps, &layout, HASH_FIND, nullptr));
    if (map != nullptr)
        return map;
    MemoryContext previous = MemoryContextSwitchTo(past->context);
    const Layout* found = layout_by_id(layout);
    int* column = make_array_in<int>(past->context, found->column_count);
    bool* is_readable = make_array_in<bool>(past->context, found->column_count);
    for (int i = 0; i < found->column_count; i++) {
        column[i] = column_with_identity(past, found->columns[i].id);
        is_readable[i] = found->columns[i].mode == ColumnMode::kStored ||
                         found->columns[i].mode == ColumnMode::kGenerated;
    }
    const Oid child = past->has_children ? child_of(found) : InvalidOid;
    map = static_cast<LayoutMap*>(hash_search(past->maps, &layout, HASH_ENTER, nullptr));
    map->layout = found;
    map->column = column;
    map->is_readable = is_readable;
    map->child = child;
    MemoryContextSwitchTo(previous);
    return map;
}

bool same_value(const JsonbValue* a, const JsonbValue* b)
{
    if (a->type != b->type)
        return false;
    switch (a->type) {
        case jbvNull:
            return true;
        case jbvBool:
            return a->val.boolean == b->val.boolean;
        case jbvString:
            return a->val.string.len == b->val.string.len &&
                   memcmp(a->val.string.val, b->val.string.val, a->val.string.len) == 0;
        case jbvBinary:
            if (a->val.binary.len == b->val.binary.len &&
                memcmp(a->val.binary.data, b->val.binary.data, a->val.binary.len) == 0)
                return true;
            break;
        default:
            break;
    }
    return strcmp(value_text(a), value_text(b)) == 0;
}

bool is_live_value(PastColumn* column, const JsonbValue* stored, Datum value, bool is_null)
{
    if (is_null || stored->type == jbvNull)
        return is_null == (stored->type == jbvNull);
    if (stored->type == jbvBool)
        return stored->val.boolean == DatumGetBool(value);
    return strcmp(value_text(stored), text_form(&column->output, value)) == 0;
}

Datum present_value(PastColumn* column, const PastValue& stored, bool* is_null)
{
    char* text = value_text(stored.value);
    *is_null = text == nullptr;
    // The past need not fulfil what a domain demands today of an empty value.
    if (*is_null)
        return Datum{0};
    const Datum value = InputFunctionCall(&column->input, text, column->input_parameter, -1);
    if (!is_same_type(stored, column->type_name))
        require_same(column, stored, value);
    return value;
}

}  // namespace journal
