// See page.hpp.
#include "report/page.hpp"

#include "accounts/language.hpp"
#include "base/journal_tables.hpp"
#include "report/circumstances.hpp"
#include "report/restorable.hpp"
#include "wording/details.hpp"
#include "wording/links.hpp"

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

/// An entry on its way to a row of the result.
struct PageRow {
    const EntryRow* entry;
    const EventTypeTitle* event;
    Details details;
    Links links;
    Reference* location;
    Reference* employee;
    Reference* on_behalf_of;
    const Restorable* restorable;
    const Circumstances* circumstances;
};

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
    row->links = collect_links(entry, references);
    row->location = ask_label(entry, "location", entry.location, references);
    row->employee = ask_label(entry, "employee", entry.employee, references);
    row->on_behalf_of = ask_label(entry, "employee", row->circumstances->on_behalf_of, references);
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

/// "Order A-1".
const char* name_of(const Link& link, Titles* titles)
{
    const char* name = link.reference->label;
    return psprintf("%s %s", titles->of_object_type(link.type), name == nullptr ? link.id : name);
}

/// How the object is called. The document stands for one without a label, and both its ends for a
/// row of a table of links: "Order A-1, Tag urgent".
const char* object_label(const PageRow& row, Titles* titles)
{
    const EntryRow& entry = *row.entry;
    if (entry.label != nullptr)
        return entry.label;
    if (row.links.own != nullptr && entry.layout == 0)
        return row.links.own->label != nullptr ? row.links.own->label
                                               : row.links.own->reference->label;
    if (row.links.document == nullptr)
        return nullptr;
    const char* label = name_of(*row.links.document, titles);
    for (int i = 0; entry.other_id != nullptr && i < row.links.count; i++) {
        const Link& link = row.links.items[i];
        if (strcmp(link.type, entry.other_type) == 0 && strcmp(link.id, entry.other_id) == 0)
            return psprintf("%s, %s", label, name_of(link, titles));
    }
    return label;
}

ResultRow make_result(const PageRow& row, const PageRequest& request, Titles* titles,
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
    result.set_text(kObjectLabel, object_label(row, titles));
    result.set_text(kEvent, row.event->code);
    result.set_text(kTitle, row.event->title);
    result.set_text(kEventGroup, row.event->event_group);
    result.set_text(kKind, row.event->kind);
    Jsonb* details = details_json(entry, row.details);
    result.nulls[kDetails] = details == nullptr;
    result.set(kDetails, JsonbPGetDatum(details));
    result.set_text(kDetailsText, details_text(entry, row.details, titles, writing));
    result.set(kLinks, JsonbPGetDatum(links_json(row.links)));
    result.set(kRestorable, BoolGetDatum(row.restorable->possible));
    result.set(kBackfilled, BoolGetDatum(entry.backfilled));
    result.set(kTransactionId, entry.transaction_id);
    result.set_text(kPageCursor, cursor_of_row(request, entry.occurred_at, entry.id).data());
    result.nulls[kNeeds] = !row.restorable->possible;
    if (row.restorable->possible)
        result.set(kNeeds, PointerGetDatum(needs_of(entry, *row.restorable)));
    result.set_text(kActorKind, row.circumstances->actor_kind);
    result.set_text(kReason, row.circumstances->reason);
    result.set_text(kOnBehalfOf, row.circumstances->on_behalf_of);
    result.set_text(kOnBehalfOfName, label_of(row.on_behalf_of));
    result.set_text(kServerRole, row.circumstances->server_role);
    result.set(kRecordedAt, TimestampTzGetDatum(entry.recorded_at));
    result.set(kImported, BoolGetDatum(entry.imported));
    result.set_text(kObjectTypeTitle, entry.object_type == nullptr
                                          ? nullptr
                                          : titles->of_object_type(entry.object_type));
    result.set_text(kEventGroupTitle, row.event->group_title);
    result.nulls[kExtra] = row.circumstances->extra == Datum{0};
    result.set(kExtra, row.circumstances->extra);
    return result;
}

}  // namespace

const char* chosen_language(const PageRequest& request, const char* argument)
{
    const char* language = argument == nullptr ? request.account->language : argument;
    return known_language(language);
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

    const Circumstances* circumstances = read_circumstances(rows, request.account->name);
    References references(context);
    auto* page = make_array_in<PageRow>(context, count);
    auto** restore = make_array_in<const char*>(context, count);
    for (int i = 0; i < count; i++) {
        CHECK_FOR_INTERRUPTS();
        page[i].entry = &rows[i];
        page[i].circumstances = &circumstances[i];
        page[i].event = event_of(events, event_count, rows[i].event_type);
        restore[i] = page[i].event->restore;
        collect_row(&page[i], &references);
    }
    Restorable* restorable = find_restorable(rows, restore);
    ask_references(rows, restorable, &references);
    references.resolve(request.account->name);
    for (int i = 0; i < count; i++)
        page[i].restorable = &restorable[i];

    Titles titles(&words, context);
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
