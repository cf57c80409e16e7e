// See row_judge.hpp.
//
// Names are looked up only for values whose texts do not tell: a page would else cost the names of
// everything that it looks at.
#include "report/row_judge.hpp"

#include "report/circumstances.hpp"
#include "report/search_text.hpp"
#include "values/exact_form.hpp"
#include "wording/details.hpp"
#include "wording/words.hpp"

#include <algorithm>

namespace journal {

namespace {

bool has(const TextList& list, const char* text)
{
    return text != nullptr &&
           std::binary_search(list.items, list.items + list.count, text,
                              [](const char* a, const char* b) { return strcmp(a, b) < 0; });
}

/// An entry whose changes are judged.
struct Judged {
    Details details;
    bool found;
};

/// What details go by of event types, which are sorted by id.
struct EventTypes {
    uint64 count;
    EventTypeTitle* types;

    const EventTypeTitle& of(int32 id) const
    {
        const EventTypeTitle* found =
            std::lower_bound(types, types + count, id,
                             [](const EventTypeTitle& type, int32 i) { return type.id < i; });
        if (found == types + count || found->id != id)
            ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
                            errmsg("event type %d is missing from journal.event_type", id)));
        return *found;
    }
};

EventTypes read_event_types()
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    const uint64 count =
        query.run("SELECT id, code, kind FROM journal.event_type ORDER BY id", {}, true);
    EventTypes all{count, make_array_in<EventTypeTitle>(context, count)};
    for (uint64 i = 0; i < count; i++) {
        all.types[i].id = query.value(i, "id").int4();
        all.types[i].code = query.value(i, "code").text(context);
        all.types[i].kind = query.value(i, "kind").text(context);
    }
    query.end();
    return all;
}

/// The value as reports show it.
const JsonbValue* shown(const DetailValue& detail, const JsonbValue* value)
{
    return strcmp(detail.column->type, "pg_catalog.jsonb") != 0 && is_exact_form(value)
               ? shown_text(value)
               : value;
}

/// Whether a value is the wanted one, by its text or by its name, as far as that is known.
bool is_wanted(const DetailValue& detail, const JsonbValue* value, const Reference* name,
               const char* wanted)
{
    if (wanted == nullptr)
        return true;
    if (value == nullptr)
        return false;
    const char* text = value_text(shown(detail, value));
    return (text != nullptr && strcmp(text, wanted) == 0) ||
           (name != nullptr && name->label != nullptr && strcmp(name->label, wanted) == 0);
}

bool has_wanted_change(const RowFilter& filter, const Details& details)
{
    for (int i = 0; i < details.change_count; i++) {
        const DetailValue& change = details.changes[i];
        if (filter.columns.given && !has(filter.columns, change.column->name))
            continue;
        if (filter.from == nullptr && filter.to == nullptr)
            return true;
        if (!change.masked && is_wanted(change, change.old_value, change.old_name, filter.from) &&
            is_wanted(change, change.new_value, change.new_name, filter.to))
            return true;
    }
    return false;
}

/// Asks for the names that may decide, and for no others.
void ask_names(const RowFilter& filter, const Details& details)
{
    for (int i = 0; i < details.change_count; i++) {
        const DetailValue& change = details.changes[i];
        const bool counts =
            !change.masked && (!filter.columns.given || has(filter.columns, change.column->name));
        if (change.old_name != nullptr && change.old_name->label == nullptr)
            change.old_name->wants_label = counts && filter.from != nullptr;
        if (change.new_name != nullptr && change.new_name->label == nullptr)
            change.new_name->wants_label = counts && filter.to != nullptr;
    }
}

void judge_changes(const RowFilter& filter, const char* account, const EntryRows& rows,
                   const EventTypes& events, bool* keep)
{
    References references(CurrentMemoryContext);
    auto* judged = make_array_in<Judged>(CurrentMemoryContext, rows.size());
    const bool by_value = filter.from != nullptr || filter.to != nullptr;
    // Those that their texts do not decide ask for names.
    for (std::size_t i = 0; i < rows.size(); i++) {
        if (!keep[i])
            continue;
        References unasked(CurrentMemoryContext);
        judged[i].details = collect_details(rows[i], events.of(rows[i].event_type), &unasked);
        judged[i].found = has_wanted_change(filter, judged[i].details);
        if (judged[i].found || !by_value)
            continue;
        judged[i].details = collect_details(rows[i], events.of(rows[i].event_type), &references);
        ask_names(filter, judged[i].details);
    }
    references.resolve(account);
    for (std::size_t i = 0; i < rows.size(); i++)
        keep[i] = keep[i] && (judged[i].found || has_wanted_change(filter, judged[i].details));
}

void add_detail(const DetailValue& detail, const JsonbValue* value, SearchMatch* match)
{
    if (value != nullptr && !detail.masked)
        for_each_text(*shown(detail, value), [&](std::string_view text) { match->add(text); });
}

bool has_words(const RowFilter& filter, const EntryRow& row, const EventTypes& events)
{
    SearchMatch match(filter.search);
    for (const char* text : {row.label, row.object_id})
        if (text != nullptr)
            match.add(utf8_text(text));
    if (match.has_all())
        return true;
    if (row.layout == 0) {
        if (row.details != nullptr)
            for_each_text(row.details, [&](std::string_view text) { match.add(text); });
        return match.has_all();
    }
    References unasked(CurrentMemoryContext);
    const Details details = collect_details(row, events.of(row.event_type), &unasked);
    for (int i = 0; i < details.change_count; i++) {
        add_detail(details.changes[i], details.changes[i].old_value, &match);
        add_detail(details.changes[i], details.changes[i].new_value, &match);
    }
    for (int i = 0; i < details.value_count; i++)
        add_detail(details.values[i], details.values[i].new_value, &match);
    return match.has_all();
}

}  // namespace

void judge_rows(const RowFilter& filter, const char* account, const EntryRows& rows, bool* keep)
{
    std::fill(keep, keep + rows.size(), true);
    if (filter.actor_kinds.given || filter.on_behalf_of.given) {
        const Circumstances* all = read_circumstances(rows, account);
        for (std::size_t i = 0; i < rows.size(); i++)
            keep[i] = (!filter.actor_kinds.given || has(filter.actor_kinds, all[i].actor_kind)) &&
                      (!filter.on_behalf_of.given || has(filter.on_behalf_of, all[i].on_behalf_of));
    }
    if (filter.search.count == 0 && !filter.asks_for_changes())
        return;
    const EventTypes events = read_event_types();
    if (filter.search.count > 0)
        for (std::size_t i = 0; i < rows.size(); i++) {
            CHECK_FOR_INTERRUPTS();
            keep[i] = keep[i] && has_words(filter, rows[i], events);
        }
    if (filter.asks_for_changes())
        judge_changes(filter, account, rows, events, keep);
}

}  // namespace journal
