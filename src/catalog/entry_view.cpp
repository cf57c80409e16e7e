// SQL functions behind the views journal.entries and journal.tracked_relations: the positional
// forms as objects keyed by column.
#include "base/function.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "catalog/entry_data.hpp"
#include "catalog/restricted.hpp"
#include "values/packed_values.hpp"

namespace journal {

namespace {

void push_key(JsonbParseState** state, const char* key)
{
    JsonbValue value;
    value.type = jbvString;
    value.val.string.val = const_cast<char*>(key);
    value.val.string.len = static_cast<int>(strlen(key));
    pushJsonbValue(state, WJB_KEY, &value);
}

void push_value(JsonbParseState** state, const JsonbValue* value)
{
    pushJsonbValue(state, WJB_VALUE, const_cast<JsonbValue*>(value));
}

/// An update's values before or after; nullptr where they are not known.
Jsonb* changed_values(const Layout* layout, Jsonb* data, bool after)
{
    const EntryChanges changes = read_changes(layout, data);
    JsonbValue null;
    null.type = jbvNull;
    JsonbParseState* state = nullptr;
    pushJsonbValue(&state, WJB_BEGIN_OBJECT, nullptr);
    for (int i = 0; i < changes.count; i++) {
        const EntryChange& change = changes.changes[i];
        const JsonbValue* value = after ? change.new_value : change.old_value;
        if (value == nullptr)
            return nullptr;
        const LayoutColumn& column = layout->columns[change.position];
        push_key(&state, column.name);
        push_value(&state, is_withheld(layout, column) ? &null : value);
    }
    return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, nullptr));
}

/// Values by name; columns whose values are not kept, or not for the caller, have no key, since
/// null would say that they were empty.
Jsonb* named_values(const Layout* layout, const EntryValues& values)
{
    JsonbParseState* state = nullptr;
    pushJsonbValue(&state, WJB_BEGIN_OBJECT, nullptr);
    for (int i = 0; i < values.count; i++) {
        const LayoutColumn& column = layout->columns[values.positions[i]];
        if ((column.mode != ColumnMode::kStored && column.mode != ColumnMode::kGenerated) ||
            is_withheld(layout, column))
            continue;
        push_key(&state, column.name);
        push_value(&state, &values.values[i]);
    }
    return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, nullptr));
}

/// Links as {"type", "id"} objects; a reference that was NULL gives none.
Jsonb* named_links(const Layout* layout, Jsonb* links)
{
    if (!JB_ROOT_IS_ARRAY(links))
        ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
                        errmsg("an entry of %s does not fit its layout %d", layout->relation_name,
                               layout->id)));
    JsonbParseState* state = nullptr;
    pushJsonbValue(&state, WJB_BEGIN_ARRAY, nullptr);
    uint32 index = 0;
    for (int i = 0; i < layout->foreign_key_count; i++) {
        if (!layout->foreign_keys[i].link)
            continue;
        const JsonbValue* key = getIthJsonbValueFromContainer(&links->root, index++);
        if (key == nullptr || key->type == jbvNull || is_withheld(layout, layout->foreign_keys[i]))
            continue;
        JsonbValue type;
        type.type = jbvString;
        type.val.string.val = const_cast<char*>(layout->foreign_keys[i].type);
        type.val.string.len = static_cast<int>(strlen(layout->foreign_keys[i].type));
        pushJsonbValue(&state, WJB_BEGIN_OBJECT, nullptr);
        push_key(&state, "type");
        push_value(&state, &type);
        push_key(&state, "id");
        push_value(&state, key);
        pushJsonbValue(&state, WJB_END_OBJECT, nullptr);
    }
    return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_ARRAY, nullptr));
}

/// Names of columns by identity, NULL where no layout of the relation has it.
Datum column_names(int32 relation, Datum columns)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    // The newest layout that has the column: a dropped one keeps its last name.
    query.run(
        "SELECT ARRAY(SELECT (SELECT c->>'name' FROM journal.layout l, "
        "jsonb_array_elements(l.columns) AS c "
        "WHERE l.relation = $1 AND (c->>'id')::int = wanted.id ORDER BY l.id DESC LIMIT 1)::name "
        "FROM unnest($2) WITH ORDINALITY AS wanted (id, position) ORDER BY position)",
        {int4_argument(relation), {INT4ARRAYOID, columns}}, true);
    const Datum names = query.value(0).copy(context);
    query.end();
    return names;
}

}  // namespace

}  // namespace journal

using namespace journal;

// decode_entry(part text, layout integer, operation "char", stored bytea, data bytea): NULL where
// an entry of that operation has no such part.
JOURNAL_FUNCTION(journal_decode_entry)
{
    if (PG_ARGISNULL(0) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
        PG_RETURN_NULL();
    // What was logged stands there as it was given.
    if (PG_ARGISNULL(1))
        PG_RETURN_JSONB_P(unpacked_values(PG_GETARG_DATUM(3)));
    const char* part = text_to_cstring(PG_GETARG_TEXT_PP(0));
    const Layout* layout = layout_by_id(PG_GETARG_INT32(1));
    const char operation = PG_GETARG_CHAR(2);
    Jsonb* stored = unpacked_values(PG_GETARG_DATUM(3));
    Jsonb* result = nullptr;
    if (strcmp(part, "old") == 0 || strcmp(part, "new") == 0) {
        if (operation == 'u')
            result = changed_values(layout, stored, part[0] == 'n');
    } else if (strcmp(part, "snapshot") == 0) {
        if (operation == 'i' || operation == 'd')
            result = named_values(layout, read_snapshot(layout, stored));
    } else if (strcmp(part, "details") == 0) {
        const bool has_row = (operation == 'i' || operation == 'd') && !PG_ARGISNULL(4);
        Jsonb* row = has_row ? unpacked_values(PG_GETARG_DATUM(4)) : nullptr;
        result = named_values(layout, read_details(layout, stored, row));
    } else if (strcmp(part, "links") == 0) {
        result = named_links(layout, stored);
    } else {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("an entry has no part \"%s\"", part),
                        errhint("The parts are old, new, snapshot, details and links.")));
    }
    if (result == nullptr)
        PG_RETURN_NULL();
    PG_RETURN_JSONB_P(result);
}

// column_names(relation integer, columns integer[]) RETURNS name[]
JOURNAL_FUNCTION(journal_column_names)
{
    return column_names(PG_GETARG_INT32(0), PG_GETARG_DATUM(1));
}
