// See report_filter.hpp.
#include "report/report_filter.hpp"

#include "request/moment_argument.hpp"

#include "accounts/access.hpp"
#include "catalog/event_type.hpp"

#include <algorithm>

namespace journal {

namespace {

/// The shipped and added event types, to find codes, groups and kinds in.
struct Catalogue {
    int count;
    int32* ids;
    const char** codes;
    const char** groups;
    const char** kinds;
};

Catalogue read_catalogue()
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    const uint64 rows = query.run(
        "SELECT id, code, event_group, kind FROM journal.event_type ORDER BY id", {}, true);
    Catalogue catalogue{static_cast<int>(rows), make_array_in<int32>(context, rows),
                        make_array_in<const char*>(context, rows),
                        make_array_in<const char*>(context, rows),
                        make_array_in<const char*>(context, rows)};
    for (uint64 i = 0; i < rows; i++) {
        catalogue.ids[i] = query.value(i, "id").int4();
        catalogue.codes[i] = query.value(i, "code").text(context);
        catalogue.groups[i] = query.value(i, "event_group").text(context);
        catalogue.kinds[i] = query.value(i, "kind").text(context);
    }
    query.end();
    return catalogue;
}

/// The group of that code, which may be without event types; JE001 if there is none.
const char* known_group(const char* code)
{
    MemoryContext caller = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    const uint64 rows =
        query.run("SELECT code FROM journal.event_group ORDER BY position, code", {}, true);
    auto** known = make_array_in<const char*>(caller, rows);
    for (uint64 i = 0; i < rows; i++)
        known[i] = query.value(i).text(caller);
    query.end();
    return known[known_code("event group", code, static_cast<int>(rows), known)];
}

const char* known_kind(const char* code)
{
    static constexpr const char* kKinds[] = {"created", "deleted", "changed", "other"};
    return kKinds[known_code("kind of event", code, lengthof(kKinds), kKinds)];
}

/// Appends the ids of event types whose value is wanted.
void choose(const Catalogue& catalogue, const char** values, const char* wanted, int32* ids,
            int* count)
{
    for (int i = 0; i < catalogue.count; i++) {
        if (strcmp(values[i], wanted) != 0)
            continue;
        if (std::find(ids, ids + *count, catalogue.ids[i]) == ids + *count)
            ids[(*count)++] = catalogue.ids[i];
    }
}

/// What "all" stands for: every event type, so that entries are shown that no rule matched.
void choose_all(const Catalogue& catalogue, ReportFilter* filter)
{
    filter->named_count = catalogue.count;
    std::copy(catalogue.ids, catalogue.ids + catalogue.count, filter->named);
}

void resolve_events(const TextList& events, ReportFilter* filter)
{
    filter->all_events = !events.given;
    if (!events.given)
        return;
    const Catalogue catalogue = read_catalogue();
    filter->named = make_array_in<int32>(CurrentMemoryContext, catalogue.count);
    filter->chosen = make_array_in<int32>(CurrentMemoryContext, catalogue.count);
    for (int i = 0; i < events.count; i++) {
        const char* event = events.items[i];
        if (pg_strcasecmp(event, "all") == 0)
            choose_all(catalogue, filter);
        else if (pg_strncasecmp(event, "group:", 6) == 0)
            choose(catalogue, catalogue.groups, known_group(event + 6), filter->chosen,
                   &filter->chosen_count);
        else if (pg_strncasecmp(event, "kind:", 5) == 0)
            choose(catalogue, catalogue.kinds, known_kind(event + 5), filter->chosen,
                   &filter->chosen_count);
        else
            choose(
                catalogue, catalogue.codes,
                catalogue.codes[known_code("event type", event, catalogue.count, catalogue.codes)],
                filter->named, &filter->named_count);
    }
    std::sort(filter->named, filter->named + filter->named_count);
    std::sort(filter->chosen, filter->chosen + filter->chosen_count);
}

void append_list(SqlText* sql, const char* condition, const TextList& list)
{
    if (!list.given)
        return;
    sql->append(condition);
    sql->append(text_array_argument(list.items, list.count));
    sql->append(")");
}

void append_filter(SqlText* sql, const void* argument)
{
    const auto& filter = *static_cast<const ReportFilter*>(argument);
    append_list(sql, " AND e.location = ANY (", filter.locations);
    append_list(sql, " AND e.employee = ANY (", filter.employees);
    if (filter.all_events) {
        sql->append(" AND e.reported");
        return;
    }
    sql->append(" AND (e.event_type = ANY (");
    sql->append(int4_array_argument(filter.named, filter.named_count));
    sql->append(") OR e.reported AND e.event_type = ANY (");
    sql->append(int4_array_argument(filter.chosen, filter.chosen_count));
    sql->append("))");
}

/// The same as far as the index on time knows it.
TimeFilter index_filter(const ReportFilter& filter)
{
    return {text_hashes(filter.locations),
            text_hashes(filter.employees),
            {!filter.all_events, filter.named_count, filter.named},
            {!filter.all_events, filter.chosen_count, filter.chosen},
            false};
}

void add_moment(Fingerprint* fingerprint, const TimestampTz* moment)
{
    if (moment == nullptr)
        fingerprint->add_absent();
    else
        fingerprint->add(std::int64_t{*moment});
}

}  // namespace

ReportFilter period_filter(FunctionCallInfo fcinfo, const PeriodArguments& arguments,
                           PageRequest* request)
{
    require_entries_readable("reader");
    request->account = reader_account();
    require_journal(request->account);
    const char* period = known_period(text_or_null(fcinfo, arguments.period));
    const TimestampTz* date_from =
        moment_argument(fcinfo, arguments.date_from, request->account->time_zone);
    const TimestampTz* date_to =
        moment_argument(fcinfo, arguments.date_to, request->account->time_zone);
    request->bounds = resolve_period(request->account, period, date_from, date_to);

    ReportFilter filter{};
    filter.all_events = true;
    Fingerprint& fingerprint = filter.fingerprint;
    fingerprint.add("report");
    fingerprint.add(std::string_view(request->account->name));
    add_to_fingerprint(&fingerprint, period);
    add_moment(&fingerprint, date_from);
    add_moment(&fingerprint, date_to);
    return filter;
}

ReportFilter report_filter(FunctionCallInfo fcinfo, const FilterArguments& arguments,
                           PageRequest* request)
{
    ReportFilter filter = period_filter(fcinfo, arguments.period, request);
    filter.locations = list_argument(fcinfo, arguments.locations, "locations");
    filter.employees = list_argument(fcinfo, arguments.employees, "employees");
    const TextList events = list_argument(fcinfo, arguments.events, "events");
    resolve_events(events, &filter);
    filter.rows = filter_argument(fcinfo, arguments.filter, request->account->name);

    Fingerprint& fingerprint = filter.fingerprint;
    add_to_fingerprint(&fingerprint, filter.locations);
    add_to_fingerprint(&fingerprint, filter.employees);
    add_to_fingerprint(&fingerprint, events);
    add_to_fingerprint(&fingerprint, filter.rows.text);
    return filter;
}

EntryFilter entry_filter(const ReportFilter& filter)
{
    return {index_filter(filter), append_filter, &filter, {}, &filter.rows};
}

}  // namespace journal
