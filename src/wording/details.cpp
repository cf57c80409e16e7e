// See details.hpp.
#include "wording/details.hpp"

#include "base/memory.hpp"
#include "catalog/restricted.hpp"
#include "values/exact_form.hpp"
#include "wording/json.hpp"

#include <algorithm>

namespace journal {

namespace {

/// Values of an entry by position; nullptr where the entry does not have it.
using ValuesByPosition = const JsonbValue**;

bool is_hidden(const LayoutColumn& column)
{
    return column.mode == ColumnMode::kExcluded || column.mode == ColumnMode::kVirtual;
}

bool is_masked(const Layout* layout, int position)
{
    return layout->columns[position].mode == ColumnMode::kMasked ||
           is_withheld(layout, layout->columns[position]);
}

/// A key of several columns as it is written, or nullptr if one of them is not known. What the
/// entry does not hold is taken from the row's own reference, where it was kept as a link.
const char* composite_key(const LayoutForeignKey& key, ValuesByPosition values, Jsonb* linked)
{
    EntryValues row{};
    int highest = 0;
    for (int i = 0; i < key.count; i++)
        highest = std::max(highest, key.positions[i]);
    row.count = highest + 1;
    row.values = make_array_in<JsonbValue>(CurrentMemoryContext, row.count);
    for (int i = 0; i < key.count; i++) {
        const JsonbValue* value = values[key.positions[i]];
        if (value == nullptr && linked != nullptr && JsonContainerIsArray(&linked->root))
            value = getIthJsonbValueFromContainer(&linked->root, static_cast<uint32>(i));
        if (value == nullptr)
            return nullptr;
        row.values[key.positions[i]] = *value;
    }
    return referenced_key(key, row);
}

/// The composite key kept in an entry's links for a foreign key, else nullptr.
Jsonb* linked_key(const EntryRow& entry, const Layout* layout, int foreign_key)
{
    if (!layout->foreign_keys[foreign_key].link || entry.links == nullptr)
        return nullptr;
    uint32 index = 0;
    for (int i = 0; i < foreign_key; i++)
        index += layout->foreign_keys[i].link ? 1 : 0;
    const JsonbValue* key = getIthJsonbValueFromContainer(&entry.links->root, index);
    if (key == nullptr || key->type != jbvString)
        return nullptr;
    const char* text = pnstrdup(key->val.string.val, key->val.string.len);
    return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));
}

/// The foreign key that gives a column its name: one of that column alone, else one of several of
/// which it is the last column; -1 without.
int naming_key(const Layout* layout, int position)
{
    int found = -1;
    for (int i = 0; i < layout->foreign_key_count; i++) {
        const LayoutForeignKey& key = layout->foreign_keys[i];
        if (key.referenced != nullptr)
            continue;
        if (key.count == 1 && key.positions[0] == position)
            return i;
        if (key.count > 1 && key.positions[key.count - 1] == position && found < 0)
            found = i;
    }
    return found;
}

Reference* ask_name(const EntryRow& entry, const Layout* layout, int position,
                    ValuesByPosition values, References* references)
{
    const int which = naming_key(layout, position);
    if (which < 0 || values[position] == nullptr || is_masked(layout, position))
        return nullptr;
    const LayoutForeignKey& key = layout->foreign_keys[which];
    if (is_withheld(layout, key))
        return nullptr;
    const char* text =
        composite_key(key, values, key.count == 1 ? nullptr : linked_key(entry, layout, which));
    if (text == nullptr)
        return nullptr;
    Reference* reference = references->to_relation(entry, key.relation, text);
    reference->wants_label = true;
    return reference;
}

/// What names the value of a column: the row that it refers to, or the object that it is the OID
/// of; nullptr without.
Reference* name_of(const EntryRow& entry, const Layout* layout, int position,
                   ValuesByPosition values, References* references)
{
    const JsonbValue* value = values[position];
    const char* object = value == nullptr || value->type != jbvString ||
                                 is_masked(layout, position) || !layout->current_incarnation
                             ? nullptr
                             : object_name(layout->columns[position].type, value_text(value));
    if (object == nullptr)
        return ask_name(entry, layout, position, values, references);
    auto* name = make_in<Reference>(CurrentMemoryContext);
    name->label = object;
    return name;
}

void collect_changes(const EntryRow& entry, const Layout* layout, References* references,
                     Details* details)
{
    const EntryChanges changes = read_changes(layout, entry.changes);
    auto** old_values =
        make_array_in<const JsonbValue*>(CurrentMemoryContext, layout->column_count);
    auto** new_values =
        make_array_in<const JsonbValue*>(CurrentMemoryContext, layout->column_count);
    for (int i = 0; i < changes.count; i++) {
        old_values[changes.changes[i].position] = changes.changes[i].old_value;
        new_values[changes.changes[i].position] = changes.changes[i].new_value;
    }
    details->changes = make_array_in<DetailValue>(CurrentMemoryContext, changes.count);
    for (int i = 0; i < changes.count; i++) {
        const int position = changes.changes[i].position;
        const LayoutColumn& column = layout->columns[position];
        if (is_hidden(column) || column.ignored)
            continue;
        details->changes[details->change_count++] = {
            &column,
            is_masked(layout, position),
            old_values[position],
            new_values[position],
            name_of(entry, layout, position, old_values, references),
            name_of(entry, layout, position, new_values, references)};
    }
}

void collect_values(const EntryRow& entry, const Layout* layout, References* references,
                    Details* details)
{
    const EntryValues stored = read_details(layout, entry.details, entry.row);
    auto** values = make_array_in<const JsonbValue*>(CurrentMemoryContext, layout->column_count);
    for (int i = 0; i < stored.count; i++)
        values[stored.positions[i]] = &stored.values[i];
    details->values = make_array_in<DetailValue>(CurrentMemoryContext, stored.count);
    for (int i = 0; i < stored.count; i++) {
        const int position = stored.positions[i];
        const LayoutColumn& column = layout->columns[position];
        if (is_hidden(column))
            continue;
        details->values[details->value_count++] = {
            &column, is_masked(layout, position),
            nullptr, values[position],
            nullptr, name_of(entry, layout, position, values, references)};
    }
}

/// Whether a number of JavaScript, a float8, is not that number.
bool is_beyond_float(const JsonbValue* value)
{
    if (value->type != jbvNumeric)
        return false;
    const char* text = value_text(value);
    // What has no more digits than these always comes back.
    if (strlen(text) <= 15)
        return false;
    const double nearest = strtod(text, nullptr);
    if (std::isinf(nearest))
        return true;
    char shortest[DOUBLE_SHORTEST_DECIMAL_LEN];
    double_to_shortest_decimal_buf(nearest, shortest);
    return !DatumGetBool(
        DirectFunctionCall2(numeric_eq, NumericGetDatum(value->val.numeric),
                            DirectFunctionCall3(numeric_in, CStringGetDatum(shortest),
                                                ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1))));
}

void push_named_value(JsonBuilder* json, const JsonbValue* value, const Reference* name)
{
    json->key("value");
    json->value(value);
    if (is_beyond_float(value)) {
        json->key("text");
        json->text(value_text(value));
    }
    json->key("label");
    json->text(name == nullptr ? nullptr : name->label);
}

/// {"column", …}, or for a masked column only that it is one.
void push_detail(JsonBuilder* json, const DetailValue& detail, bool is_change)
{
    json->begin_object();
    json->key("column");
    json->text(detail.column->name);
    if (detail.masked) {
        json->key("masked");
        json->boolean(true);
    } else if (!is_change) {
        push_named_value(json, detail.new_value, detail.new_name);
    } else {
        if (detail.old_value != nullptr) {
            json->key("old");
            json->begin_object();
            push_named_value(json, detail.old_value, detail.old_name);
            json->end_object();
        }
        json->key("new");
        json->begin_object();
        push_named_value(json, detail.new_value, detail.new_name);
        json->end_object();
    }
    json->end_object();
}

void push_details(JsonBuilder* json, const char* name, const DetailValue* details, int count,
                  bool is_change)
{
    json->key(name);
    json->begin_array();
    for (int i = 0; i < count; i++)
        push_detail(json, details[i], is_change);
    json->end_array();
}

/// Whether a change is between two things of the same name: their keys tell more then.
bool is_same_name(const DetailValue& detail)
{
    return detail.old_name != nullptr && detail.new_name != nullptr &&
           detail.old_name->label != nullptr && detail.new_name->label != nullptr &&
           strcmp(detail.old_name->label, detail.new_name->label) == 0;
}

/// A value as it is shown: of one that is kept in another form beside its text, the text.
const JsonbValue* as_shown(const DetailValue& detail, const JsonbValue* value)
{
    return strcmp(detail.column->type, "pg_catalog.jsonb") != 0 && is_exact_form(value)
               ? shown_text(value)
               : value;
}

/// The name of what a value refers to; nullptr if the value itself is shown.
const char* shown_name(const DetailValue& detail, const Reference* name)
{
    return name == nullptr || is_same_name(detail) ? nullptr : name->label;
}

void append_detail(StringInfo line, const DetailValue& detail, bool is_change,
                   const ValueKind& kind, const Writing& writing)
{
    if (detail.masked) {
        append_text(line, writing.words->word("masked"));
        return;
    }
    const JsonbValue* is = as_shown(detail, detail.new_value);
    const char* is_called = shown_name(detail, detail.new_name);
    if (is_change && detail.old_value != nullptr) {
        const JsonbValue* was = as_shown(detail, detail.old_value);
        const char* was_called = shown_name(detail, detail.old_name);
        if (is_called == nullptr && was_called == nullptr) {
            append_values(line, was, is, kind, writing);
            return;
        }
        if (was_called != nullptr)
            append_text(line, was_called);
        else
            append_value(line, was, kind, writing);
        append_arrow(line);
    }
    if (is_called != nullptr)
        append_text(line, is_called);
    else
        append_value(line, is, kind, writing);
}

/// "key: value; key: value" of what was logged; a text alone needs no key.
const char* logged_text(const EntryRow& entry, const Writing& writing)
{
    StringInfoData line;
    initStringInfo(&line);
    JsonbContainer* root = &entry.details->root;
    if (JsonContainerIsScalar(root)) {
        append_value(&line, getIthJsonbValueFromContainer(root, 0), ValueKind{}, writing);
        return line.data;
    }
    if (!JsonContainerIsObject(root)) {
        append_text(&line, JsonbToCString(nullptr, root, VARSIZE(entry.details)));
        return line.data;
    }
    JsonbIterator* iterator = JsonbIteratorInit(root);
    JsonbValue item;
    const char* form = nullptr;
    for (JsonbIteratorToken token = JsonbIteratorNext(&iterator, &item, true); token != WJB_DONE;
         token = JsonbIteratorNext(&iterator, &item, true)) {
        if (token == WJB_KEY) {
            const char* key = pnstrdup(item.val.string.val, item.val.string.len);
            if (JsonContainerSize(root) > 1 || strcmp(key, "text") != 0)
                append_name(&line, writing.words->name(entry.object_type, key));
            form = writing.words->form(entry.object_type, key);
        } else if (token == WJB_VALUE) {
            append_value(&line, &item, {nullptr, form}, writing);
        }
    }
    return line.len == 0 ? nullptr : line.data;
}

}  // namespace

Details collect_details(const EntryRow& entry, const EventTypeTitle& event, References* references)
{
    Details details{};
    details.is_generic = entry.object_type != nullptr &&
                         strcmp(event.code, psprintf("%s.changed", entry.object_type)) == 0;
    if (entry.layout == 0)
        return details;
    const Layout* layout = layout_by_id(entry.layout);
    if (entry.details != nullptr)
        collect_values(entry, layout, references, &details);
    // An SMS that was sent shows its text, not that sent_at was set.
    if (entry.changes != nullptr &&
        (entry.details == nullptr || strcmp(event.kind, "changed") == 0))
        collect_changes(entry, layout, references, &details);
    return details;
}

Jsonb* details_json(const EntryRow& entry, const Details& details)
{
    if (entry.layout == 0)
        return entry.details;
    if (details.change_count == 0 && details.value_count == 0)
        return nullptr;
    JsonBuilder json;
    json.begin_object();
    if (details.change_count > 0)
        push_details(&json, "changes", details.changes, details.change_count, true);
    if (details.value_count > 0)
        push_details(&json, "values", details.values, details.value_count, false);
    json.end_object();
    return json.finish();
}

const char* details_text(const EntryRow& entry, const Details& details, Titles* titles,
                         const Writing& writing)
{
    if (entry.layout == 0)
        return entry.details == nullptr ? nullptr : logged_text(entry, writing);
    const int count = details.change_count + details.value_count;
    if (count == 0)
        return nullptr;
    StringInfoData line;
    initStringInfo(&line);
    for (int i = 0; i < count; i++) {
        const bool is_change = i < details.change_count;
        const DetailValue& detail =
            is_change ? details.changes[i] : details.values[i - details.change_count];
        const bool is_named = count > 1 || details.is_generic;
        const ValueKind kind{detail.column->type,
                             writing.words->form(entry.object_type, detail.column->name)};
        const char* title =
            is_named || has_keys(kind) ? titles->of_column(entry, *detail.column) : nullptr;
        if (is_change && !detail.masked && has_keys(kind) &&
            append_changed_keys(&line, title, detail.old_value, detail.new_value, kind, writing))
            continue;
        if (is_named)
            append_name(&line, title);
        append_detail(&line, detail, is_change, kind, writing);
    }
    return line.data;
}

}  // namespace journal
