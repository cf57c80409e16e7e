// See retyping.hpp.
#include "tracking/retyping.hpp"

#include "base/list.hpp"
#include "catalog/layout.hpp"
#include "catalog/present_layout.hpp"
#include "catalog/relation.hpp"
#include "catalog/tracked_relation.hpp"
#include "tracking/gap.hpp"

namespace journal {

namespace {

constexpr int32 kMostFractionDigits = 6;  // of a second

/// Digits after the point of a numeric's type modifier, of which only the lower eleven bits tell.
int32 scale_of(int32 typmod)
{
    return (((typmod - static_cast<int32>(VARHDRSZ)) & 0x7FF) ^ 1024) - 1024;
}

/// Whether a type with another type modifier takes no part of a value away. A value that is too
/// long or too large for it makes the change fail.
bool keeps_length(Oid type, int32 before, int32 now)
{
    if (now < 0 || now == before)
        return true;
    switch (type) {
        case VARCHAROID:
        case BPCHAROID:
        case VARBITOID:
            return before >= 0 && now >= before;
        case NUMERICOID:
            return before >= 0 && scale_of(now) >= scale_of(before);
        case TIMEOID:
        case TIMETZOID:
        case TIMESTAMPOID:
        case TIMESTAMPTZOID:
            return now >= (before < 0 ? kMostFractionDigits : before);
        default:
            return false;
    }
}

bool is_any_of(Oid type, std::initializer_list<Oid> types)
{
    return std::find(types.begin(), types.end(), type) != types.end();
}

/// Whether a type without a type modifier holds every value of another one, written the same.
bool holds_type(Oid before, Oid now)
{
    switch (before) {
        case INT2OID:
            return is_any_of(
                now, {INT4OID, INT8OID, NUMERICOID, FLOAT4OID, FLOAT8OID, TEXTOID, VARCHAROID});
        case INT4OID:
            return is_any_of(now, {INT8OID, NUMERICOID, FLOAT8OID, TEXTOID, VARCHAROID});
        case INT8OID:
            return is_any_of(now, {NUMERICOID, TEXTOID, VARCHAROID});
        case BOOLOID:
        case NUMERICOID:
        case UUIDOID:
            return is_any_of(now, {TEXTOID, VARCHAROID});
        case DATEOID:
            return now == TIMESTAMPOID;
        default:
            return IsBinaryCoercible(before, now) ||
                   (type_is_enum(before) && is_any_of(now, {TEXTOID, VARCHAROID}));
    }
}

/// Whether an ALTER COLUMN … TYPE leaves to the types what becomes of the values: its USING, if it
/// has one, is the column itself, or a cast of it to the new type.
bool is_plain_conversion(const char* column, const ColumnDef* definition, Oid type, int32 typmod)
{
    Node* expression = definition->raw_default;
    if (expression == nullptr)
        return true;
    if (IsA(expression, TypeCast)) {
        const auto* cast = reinterpret_cast<TypeCast*>(expression);
        Oid cast_type = InvalidOid;
        int32 cast_typmod = -1;
        typenameTypeIdAndMod(nullptr, cast->typeName, &cast_type, &cast_typmod);
        if (cast_type != type || (cast_typmod >= 0 && cast_typmod != typmod))
            return false;
        expression = cast->arg;
    }
    if (!IsA(expression, ColumnRef))
        return false;
    auto* name = static_cast<Node*>(llast(reinterpret_cast<ColumnRef*>(expression)->fields));
    return IsA(name, String) && strcmp(strVal(name), column) == 0;
}

/// The column of that name as the newest layout has it; nullptr if none does.
const LayoutColumn* column_before(int32 tracked, Oid root, const char* name)
{
    const int32 id = newest_layout(tracked, root);
    const Layout* layout = id == 0 ? nullptr : layout_by_id(id);
    for (int i = 0; layout != nullptr && i < layout->column_count; i++)
        if (strcmp(layout->columns[i].name, name) == 0)
            return &layout->columns[i];
    return nullptr;
}

/// Whether an ALTER COLUMN … TYPE gives the column's values anew.
bool computes_values(const AlterTableCmd* command, const LayoutColumn* column)
{
    const auto* definition = reinterpret_cast<const ColumnDef*>(command->def);
    Oid now = InvalidOid;
    int32 now_typmod = -1;
    typenameTypeIdAndMod(nullptr, definition->typeName, &now, &now_typmod);
    Oid before = InvalidOid;
    int32 before_typmod = -1;
    return column == nullptr || !is_plain_conversion(command->name, definition, now, now_typmod) ||
           !find_type(column->type, &before, &before_typmod) ||
           !keeps_values(before, before_typmod, now, now_typmod);
}

}  // namespace

bool keeps_values(Oid before, int32 before_typmod, Oid now, int32 now_typmod)
{
    before = getBaseTypeAndTypmod(before, &before_typmod);
    now = getBaseTypeAndTypmod(now, &now_typmod);
    if (before == now)
        return keeps_length(now, before_typmod, now_typmod);
    // An integer, and a date, fit whatever the length.
    if (now == NUMERICOID && now_typmod >= 0)
        return holds_type(before, now) && scale_of(now_typmod) >= 0;
    return holds_type(before, now) && (now_typmod < 0 || before == DATEOID);
}

void note_computed_columns(const AlterTableStmt* statement, List* tables)
{
    for (const auto* command : items<AlterTableCmd>(statement->cmds)) {
        List* noted = NIL;
        if (!is_set_expression(command->subtype) && command->subtype != AT_AlterColumnType)
            continue;
        for (const Oid table : oids(tables)) {
            Oid root = InvalidOid;
            const int32 tracked = tracked_root(table, &root);
            if (tracked == 0 || list_member_int(noted, tracked))
                continue;
            const LayoutColumn* column = column_before(tracked, root, command->name);
            if ((column != nullptr && is_hidden(column->mode)) ||
                (command->subtype == AT_AlterColumnType && !computes_values(command, column)))
                continue;
            note_gap(tracked, GapReason::kComputed, command->name);
            noted = lappend_int(noted, tracked);
        }
    }
}

}  // namespace journal
