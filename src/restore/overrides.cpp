// See overrides.hpp.
#include "restore/overrides.hpp"

#include "catalog/tracked_relation.hpp"

namespace journal {

struct Override {
    const char* name;  // object type, or an entry's id
    int64 entry;       // 0: an object type
    JsonbContainer* columns;
    bool used;
};

struct Overrides {
    int count;
    Override* items;
};

namespace {

[[noreturn]] void raise_shape(const char* detail)
{
    ereport(ERROR,
            (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
             errmsg("overrides are not what they should be"), errdetail_internal("%s", detail),
             errhint("Write {\"object_type\": {\"column\": value}}, or an entry's id in "
                     "place of the object type.")));
    pg_unreachable();
}

bool is_object(const JsonbValue& value)
{
    return value.type == jbvBinary && JsonContainerIsObject(value.val.binary.data);
}

int64 entry_of(const char* name)
{
    if (strspn(name, "0123456789") != strlen(name) || strlen(name) > 18)
        return 0;
    return DatumGetInt64(DirectFunctionCall1(int8in, CStringGetDatum(name)));
}

[[noreturn]] void raise_column(const Target* target, const char* column, const char* why)
{
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                    errmsg("column \"%s\" of %s cannot be overridden", column,
                           qualified_name(target->root)),
                    errdetail_internal("%s", why)));
    pg_unreachable();
}

const PlanColumn* overridable_column(const Target* target, const char* name)
{
    for (int i = 0; i < target->plan->column_count; i++) {
        const PlanColumn& column = target->plan->columns[i];
        if (strcmp(column.name, name) != 0)
            continue;
        if (column.mode == ColumnMode::kGenerated || column.mode == ColumnMode::kVirtual)
            raise_column(target, name, "The table computes it.");
        return &column;
    }
    raise_column(target, name, "There is no such column.");
}

void put_value(RowValues* values, const PlanColumn* column, const JsonbValue* value)
{
    int i = 0;
    while (i < values->count && values->columns[i].column->id != column->id)
        i++;
    values->columns[i] = {column, false, true, ColumnCheck::kRow, true};
    values->values[i] = value;
    values->count = std::max(values->count, i + 1);
}

void put_override(RowValues* values, const Target* target, const Override& override)
{
    JsonbIterator* iterator = JsonbIteratorInit(override.columns);
    JsonbValue item;
    const PlanColumn* column = nullptr;
    JsonbIteratorToken token = JsonbIteratorNext(&iterator, &item, true);
    while ((token = JsonbIteratorNext(&iterator, &item, true)) != WJB_DONE) {
        if (token == WJB_KEY) {
            column = overridable_column(target, pnstrdup(item.val.string.val, item.val.string.len));
        } else if (token == WJB_VALUE) {
            auto* value = make_in<JsonbValue>(CurrentMemoryContext);
            *value = item;
            put_value(values, column, value);
        }
    }
}

}  // namespace

Overrides* read_overrides(Jsonb* argument)
{
    if (argument == nullptr)
        return nullptr;
    if (!JB_ROOT_IS_OBJECT(argument))
        raise_shape("They are no JSON object.");
    auto* overrides = make_in<Overrides>(CurrentMemoryContext);
    overrides->items = make_array_in<Override>(CurrentMemoryContext, JB_ROOT_COUNT(argument));
    JsonbIterator* iterator = JsonbIteratorInit(&argument->root);
    JsonbValue item;
    const char* name = nullptr;
    JsonbIteratorToken token = JsonbIteratorNext(&iterator, &item, true);
    while ((token = JsonbIteratorNext(&iterator, &item, true)) != WJB_DONE) {
        if (token == WJB_KEY)
            name = pnstrdup(item.val.string.val, item.val.string.len);
        if (token != WJB_VALUE)
            continue;
        if (!is_object(item))
            raise_shape(psprintf("The value of \"%s\" is no object of columns.", name));
        overrides->items[overrides->count++] = {name, entry_of(name), item.val.binary.data, false};
    }
    return overrides;
}

RowValues values_of(Overrides* overrides, const Target* target, const Deletion& deletion)
{
    RowValues values{};
    const int columns = target->plan->column_count + target->count;
    values.columns = make_array_in<SetColumn>(CurrentMemoryContext, columns);
    values.values = make_array_in<const JsonbValue*>(CurrentMemoryContext, columns);
    values.count = target->count;
    for (int i = 0; i < target->count; i++) {
        values.columns[i] = target->columns[i];
        values.values[i] = &deletion.row.values[target->positions[i]];
    }
    if (overrides == nullptr)
        return values;
    // Those of the type first, so that the row's own replace them.
    for (const bool by_entry : {false, true})
        for (int i = 0; i < overrides->count; i++) {
            Override& override = overrides->items[i];
            if (by_entry
                    ? override.entry != deletion.entry
                    : override.entry != 0 || strcmp(override.name, target->plan->object_type) != 0)
                continue;
            put_override(&values, target, override);
            override.used = true;
        }
    return values;
}

void require_used(const Overrides* overrides)
{
    for (int i = 0; overrides != nullptr && i < overrides->count; i++)
        if (!overrides->items[i].used)
            raise_shape(psprintf("Nothing that comes back is \"%s\".", overrides->items[i].name));
}

}  // namespace journal
