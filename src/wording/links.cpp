// See links.hpp.
#include "wording/links.hpp"

#include "catalog/entry_data.hpp"
#include "catalog/restricted.hpp"
#include "wording/json.hpp"

namespace journal {

namespace {

/// Text of a string or number of an object; nullptr if it has no such key.
const char* member_text(JsonbContainer* object, const char* key)
{
    JsonbValue storage;
    const JsonbValue* value =
        getKeyJsonValueFromContainer(object, key, static_cast<int>(strlen(key)), &storage);
    return value == nullptr ? nullptr : value_text(value);
}

void add_link(Links* links, const Link& link)
{
    link.reference->wants_label = link.label == nullptr;
    link.reference->wants_presence = true;
    links->items[links->count++] = link;
}

/// The names of some columns of a layout: "client_id", or "a, b".
const char* column_names(const Layout* layout, const int* positions, int count)
{
    StringInfoData names;
    initStringInfo(&names);
    for (int i = 0; i < count; i++)
        appendStringInfo(&names, "%s%s", i == 0 ? "" : ", ", layout->columns[positions[i]].name);
    return names.data;
}

/// The columns that refer to an entry's document, as far as its layout tells.
const char* document_columns(const EntryRow& entry, const Layout* layout)
{
    for (int i = 0; i < layout->foreign_key_count; i++) {
        const LayoutForeignKey& key = layout->foreign_keys[i];
        if (strcmp(key.type, entry.document_type) == 0)
            return column_names(layout, key.positions, key.count);
    }
    return nullptr;
}

/// Links of a row event: the document, and the keys that it kept for its layout's foreign keys.
void collect_row_links(const EntryRow& entry, References* references, Links* links)
{
    const Layout* layout = layout_by_id(entry.layout);
    const bool has_document = entry.document_id != nullptr && entry.document_type != nullptr;
    links->items = make_array_in<Link>(CurrentMemoryContext, layout->link_count + 2);
    // The document comes first; its place is given back if it is among the foreign keys.
    links->count = has_document ? 1 : 0;
    uint32 index = 0;
    for (int i = 0; entry.links != nullptr && i < layout->foreign_key_count; i++) {
        const LayoutForeignKey& key = layout->foreign_keys[i];
        if (!key.link)
            continue;
        const JsonbValue* value = getIthJsonbValueFromContainer(&entry.links->root, index++);
        const char* id = value == nullptr ? nullptr : value_text(value);
        if (id == nullptr || is_withheld(layout, key))
            continue;
        add_link(links, {key.type, id, nullptr, column_names(layout, key.positions, key.count),
                         references->to_relation(entry, key.relation, id)});
        if (has_document && links->document == nullptr &&
            strcmp(key.type, entry.document_type) == 0 && strcmp(id, entry.document_id) == 0)
            links->document = &links->items[links->count - 1];
    }
    if (!has_document)
        return;
    if (links->document != nullptr) {
        links->items++;
        links->count--;
        return;
    }
    const int count = links->count;
    links->count = 0;
    add_link(links,
             {entry.document_type, entry.document_id, nullptr, document_columns(entry, layout),
              references->to_object(entry, entry.document_type, entry.document_id)});
    links->document = &links->items[0];
    links->count = count;
}

void collect_logged_links(const EntryRow& entry, References* references, Links* links)
{
    const uint32 count = entry.links != nullptr && JsonContainerIsArray(&entry.links->root)
                             ? JsonContainerSize(&entry.links->root)
                             : 0;
    links->items = make_array_in<Link>(CurrentMemoryContext, count + 1);
    for (uint32 i = 0; i < count; i++) {
        const JsonbValue* link = getIthJsonbValueFromContainer(&entry.links->root, i);
        if (link->type != jbvBinary || !JsonContainerIsObject(link->val.binary.data))
            continue;
        const char* type = member_text(link->val.binary.data, "type");
        const char* id = member_text(link->val.binary.data, "id");
        if (type != nullptr && id != nullptr)
            add_link(links, {type, id, member_text(link->val.binary.data, "label"), nullptr,
                             references->to_object(entry, type, id)});
    }
}

/// The object itself, unless it was logged as a link of its own.
void collect_own(const EntryRow& entry, References* references, Links* links)
{
    if (entry.object_type == nullptr || entry.object_id == nullptr)
        return;
    for (int i = 0; i < links->count && links->own == nullptr; i++)
        if (entry.layout == 0 && strcmp(links->items[i].type, entry.object_type) == 0 &&
            strcmp(links->items[i].id, entry.object_id) == 0)
            links->own = &links->items[i];
    if (links->own != nullptr)
        return;
    const Layout* layout = entry.layout == 0 ? nullptr : layout_by_id(entry.layout);
    add_link(links,
             {entry.object_type, entry.object_id, entry.label,
              layout == nullptr || layout->key_count == 0
                  ? nullptr
                  : column_names(layout, layout->key_positions, layout->key_count),
              layout == nullptr ? references->to_object(entry, entry.object_type, entry.object_id)
                                : references->to_relation(entry, entry.relation, entry.object_id)});
    links->own = &links->items[links->count - 1];
    // A row without a label has none to be looked up.
    if (layout != nullptr)
        links->own->reference->wants_label = false;
}

}  // namespace

Links collect_links(const EntryRow& entry, References* references)
{
    Links links{};
    if (entry.layout != 0)
        collect_row_links(entry, references, &links);
    else
        collect_logged_links(entry, references, &links);
    collect_own(entry, references, &links);
    return links;
}

Jsonb* links_json(const Links& links)
{
    JsonBuilder json;
    json.begin_array();
    for (int i = 0; i < links.count; i++) {
        const Link& link = links.items[i];
        json.begin_object();
        json.key("type");
        json.text(link.type);
        json.key("id");
        json.text(link.id);
        json.key("label");
        json.text(link.label != nullptr ? link.label : link.reference->label);
        json.key("exists");
        if (link.reference->presence == Presence::kUnknown)
            json.text(nullptr);
        else
            json.boolean(link.reference->presence == Presence::kPresent &&
                         !link.reference->live.is_deleted);
        if (link.column != nullptr) {
            json.key("column");
            json.text(link.column);
        }
        json.end_object();
    }
    json.end_array();
    return json.finish();
}

}  // namespace journal
