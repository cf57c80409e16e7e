// See page.hpp.
#include "report/page.hpp"

#include "base/journal_tables.hpp"
#include "catalog/language.hpp"
#include "catalog/restricted.hpp"
#include "report/circumstances.hpp"
#include "report/details.hpp"
#include "report/json.hpp"
#include "report/restorable.hpp"

#include <algorithm>

namespace journal {

namespace {

/// Columns of the result, as api.md fixes their order.
enum ResultColumn {
    kEntry,
    kOccurredAt,
    kLocation,
    kLocationName,
    kEmployee,
    kEmployeeName,
    kObjectType,
    kObjectId,
    kObjectLabel,
    kEvent,
    kTitle,
    kEventGroup,
    kKind,
    kDetails,
    kDetailsText,
    kLinks,
    kRestorable,
    kBackfilled,
    kTransactionId,
    kPageCursor,
    kNeeds,
    kActorKind,
    kReason,
    kOnBehalfOf,
    kOnBehalfOfName,
    kServerRole,
    kRecordedAt,
    kImported,
    kObjectTypeTitle,
    kEventGroupTitle,
    kExtra,
    kResultColumns,
};

struct Link {
    const char* type;
    const char* id;
    const char* label;  // as it was logged, else nullptr
    Reference* reference;
};

/// An entry on its way to a row of the result.
struct PageRow {
    const EntryRow* entry;
    const EventTypeTitle* event;
    Details details;
    int link_count;
    Link* links;
    Reference* location;
    Reference* employee;
    Reference* object;  // asked only for an object that was logged without a label
    const Restorable* restorable;
    const Circumstances* circumstances;
};

/// Text of a string or number of an object; nullptr if it has no such key.
const char* member_text(JsonbContainer* object, const char* key)
{
    JsonbValue storage;
    const JsonbValue* value =
        getKeyJsonValueFromContainer(object, key, static_cast<int>(strlen(key)), &storage);
    return value == nullptr ? nullptr : value_text(value);
}

void add_link(PageRow* row, const char* type, const char* id, const char* label,
              Reference* reference)
{
    reference->wants_label = label == nullptr;
    reference->wants_presence = true;
    row->links[row->link_count++] = {type, id, label, reference};
}

/// Links of a row event: the keys that it kept for its layout's foreign keys, after the document.
void collect_row_links(PageRow* row, References* references)
{
    const EntryRow& entry = *row->entry;
    const Layout* layout = layout_by_id(entry.layout);
    row->links = make_array_in<Link>(CurrentMemoryContext, layout->link_count + 1);
    bool document_linked = entry.document_id == nullptr || entry.document_type == nullptr;
    const bool has_document = !document_linked;
    // The document comes first; its place is given back if it is among the foreign keys.
    const int first = has_document ? 1 : 0;
    row->link_count = first;
    uint32 index = 0;
    for (int i = 0; entry.links != nullptr && i < layout->foreign_key_count; i++) {
        const LayoutForeignKey& key = layout->foreign_keys[i];
        if (!key.link)
            continue;
        const JsonbValue* value = getIthJsonbValueFromContainer(&entry.links->root, index++);
        const char* id = value == nullptr ? nullptr : value_text(value);
        if (id == nullptr || is_withheld(layout, key))
            continue;
        if (has_document && strcmp(key.type, entry.document_type) == 0 &&
            strcmp(id, entry.document_id) == 0)
            document_linked = true;
        add_link(row, key.type, id, nullptr, references->to_relation(entry, key.relation, id));
    }
    if (!has_document)
        return;
    if (document_linked) {
        row->links++;
        row->link_count--;
        return;
    }
    const int count = row->link_count;
    row->link_count = 0;
    add_link(row, entry.document_type, entry.document_id, nullptr,
             references->to_object(entry, entry.document_type, entry.document_id));
    row->link_count = count;
}

void collect_logged_links(PageRow* row, References* references)
{
    const EntryRow& entry = *row->entry;
    if (entry.links == nullptr || !JsonContainerIsArray(&entry.links->root))
        return;
    const uint32 count = JsonContainerSize(&entry.links->root);
    row->links = make_array_in<Link>(CurrentMemoryContext, count);
    for (uint32 i = 0; i < count; i++) {
        const JsonbValue* link = getIthJsonbValueFromContainer(&entry.links->root, i);
        if (link->type != jbvBinary || !JsonContainerIsObject(link->val.binary.data))
            continue;
        const char* type = member_text(link->val.binary.data, "type");
        const char* id = member_text(link->val.binary.data, "id");
        if (type != nullptr && id != nullptr)
            add_link(row, type, id, member_text(link->val.binary.data, "label"),
                     references->to_object(entry, type, id));
    }
}

Reference* ask_label(const EntryRow& entry, const char* type, const char* key,
                     References* references)
{
    if (type == nullptr || key == nullptr)
        return nullptr;
    Reference* reference = references->to_object(entry, type, key);
    reference->wants_label = true;
    return reference;
}

void collect_row(PageRow* row, References* references)
{
    const EntryRow& entry = *row->entry;
    row->details = collect_details(entry, *row->event, references);
    if (entry.layout != 0)
        collect_row_links(row, references);
    else
        collect_logged_links(row, references);
    row->location = ask_label(entry, "location", entry.location, references);
    row->employee = ask_label(entry, "employee", entry.employee, references);
    if (entry.label == nullptr && entry.operation == 'l')
        row->object = ask_label(entry, entry.object_type, entry.object_id, references);
}

const EventTypeTitle* event_of(const EventTypeTitle* types, int count, int32 id)
{
    const EventTypeTitle* found = std::lower_bound(
        types, types + count, id, [](const EventTypeTitle& type, int32 i) { return type.id < i; });
    if (found == types + count || found->id != id)
        ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
                        errmsg("event type %d is missing from journal.event_type", id)));
    return found;
}

Jsonb* links_json(const PageRow& row)
{
    JsonBuilder json;
    json.begin_array();
    for (int i = 0; i < row.link_count; i++) {
        const Link& link = row.links[i];
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
            json.boolean(link.reference->presence == Presence::kPresent);
        json.end_object();
    }
    json.end_array();
    return json.finish();
}

struct ResultRow {
    Datum values[kResultColumns];
    bool nulls[kResultColumns];

    void set(ResultColumn column, Datum value) { values[column] = value; }
    void set_text(ResultColumn column, const char* text)
    {
        nulls[column] = text == nullptr;
        if (text != nullptr)
            values[column] = CStringGetTextDatum(text);
    }
};

const char* label_of(const Reference* reference)
{
    return reference == nullptr ? nullptr : reference->label;
}

ResultRow make_result(const PageRow& row, const PageRequest& request, ColumnTitles* titles,
                      const Writing& writing)
{
    const EntryRow& entry = *row.entry;
    ResultRow result{};
    result.set(kEntry, Int64GetDatum(entry.id));
    result.set(kOccurredAt, TimestampTzGetDatum(entry.occurred_at));
    result.set_text(kLocation, entry.location);
    result.set_text(kLocationName, label_of(row.location));
    result.set_text(kEmployee, entry.employee);
    result.set_text(kEmployeeName, label_of(row.employee));
    result.set_text(kObjectType, entry.object_type);
    result.set_text(kObjectId, entry.object_id);
    result.set_text(kObjectLabel, entry.label != nullptr ? entry.label : label_of(row.object));
    result.set_text(kEvent, row.event->code);
    result.set_text(kTitle, row.event->title);
    result.set_text(kEventGroup, row.event->event_group);
    result.set_text(kKind, row.event->kind);
    Jsonb* details = details_json(entry, row.details);
    result.nulls[kDetails] = details == nullptr;
    result.set(kDetails, JsonbPGetDatum(details));
    result.set_text(kDetailsText, details_text(entry, row.details, titles, writing));
    result.set(kLinks, JsonbPGetDatum(links_json(row)));
    result.set(kRestorable, BoolGetDatum(row.restorable->possible));
    result.set(kBackfilled, BoolGetDatum(entry.backfilled));
    result.set(kTransactionId, entry.transaction_id);
    result.set_text(kPageCursor, cursor_of_row(request, entry.occurred_at, entry.id).data());
    result.nulls[kNeeds] = !row.restorable->possible;
    if (row.restorable->possible)
        result.set(kNeeds, PointerGetDatum(needs_of(entry, *row.restorable)));
    result.set_text(kActorKind, row.circumstances->actor_kind);
    result.set_text(kReason, row.circumstances->reason);
    result.set_text(kOnBehalfOf, nullptr);
    result.set_text(kOnBehalfOfName, nullptr);
    result.set_text(kServerRole, row.circumstances->server_role);
    result.set(kRecordedAt, TimestampTzGetDatum(entry.recorded_at));
    result.set(kImported, BoolGetDatum(entry.imported));
    result.set_text(kObjectTypeTitle, nullptr);
    result.set_text(kEventGroupTitle, nullptr);
    result.nulls[kExtra] = row.circumstances->extra == Datum{0};
    result.set(kExtra, row.circumstances->extra);
    return result;
}

}  // namespace

const char* chosen_language(const PageRequest& request, const char* argument)
{
    const char* language = argument == nullptr ? request.account->language : argument;
    check_language(language);
    return language;
}

void return_page(FunctionCallInfo fcinfo, const PageRequest& request, const char* language,
                 const EntryRows& rows, MemoryContext context)
{
    InitMaterializedSRF(fcinfo, 0);
    const int count = static_cast<int>(rows.size());
    if (count == 0)
        return;
    MemoryContext previous = MemoryContextSwitchTo(context);
    const Words words = Words::load(language, context);
    auto* types = make_array_in<int32>(context, count);
    for (int i = 0; i < count; i++)
        types[i] = rows[i].event_type;
    int event_count = 0;
    const EventTypeTitle* events = words.event_types(types, count, &event_count);

    References references(context);
    auto* page = make_array_in<PageRow>(context, count);
    auto** restore = make_array_in<const char*>(context, count);
    for (int i = 0; i < count; i++) {
        CHECK_FOR_INTERRUPTS();
        page[i].entry = &rows[i];
        page[i].event = event_of(events, event_count, rows[i].event_type);
        restore[i] = page[i].event->restore;
        collect_row(&page[i], &references);
    }
    Restorable* restorable = find_restorable(rows, restore);
    ask_references(rows, restorable, &references);
    references.resolve(request.account->name);
    const Circumstances* circumstances = read_circumstances(rows, request.account->name);
    for (int i = 0; i < count; i++) {
        page[i].restorable = &restorable[i];
        page[i].circumstances = &circumstances[i];
    }

    ColumnTitles titles(&words, context);
    const Writing writing{&words, request.account->time_zone};
    auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    for (int i = 0; i < count; i++) {
        CHECK_FOR_INTERRUPTS();
        ResultRow row = make_result(page[i], request, &titles, writing);
        tuplestore_putvalues(result->setResult, result->setDesc, row.values, row.nulls);
    }
    MemoryContextSwitchTo(previous);
}

}  // namespace journal
