// What a report of a period can be filtered by: the values that occur, with names and numbers, for
// the lists of a page.
#include "base/function.hpp"
#include "find/value_names.hpp"
#include "report/page.hpp"
#include "report/report_filter.hpp"

#include <algorithm>

namespace journal {

namespace {

enum FiltersArgument { kPeriod, kDateFrom, kDateTo, kLanguage };

class Occurring final : public EntryGroups {
  public:
    explicit Occurring(MemoryContext context)
        : locations(context), employees(context), events(context), object_types(context)
    {
    }

    const char* append_columns(SqlText* sql) override
    {
        sql->append(", e.location, e.employee, e.event_type::text, e.object_type");
        return " GROUP BY 2, 3, 4, 5";
    }
    void take(const Query& query, uint64 count) override
    {
        for (uint64 i = 0; i < count; i++) {
            add(query, i, "location", &locations);
            add(query, i, "employee", &employees);
            add(query, i, "event_type", &events);
            add(query, i, "object_type", &object_types);
        }
    }

    Tally locations;
    Tally employees;
    Tally events;
    Tally object_types;

  private:
    static void add(const Query& query, uint64 row, const char* column, Tally* tally)
    {
        const char* value = query.value(row, column).text(CurrentMemoryContext);
        if (value != nullptr)
            tally->add(0, value, query.value(row, "entries").int8());
    }
};

/// A value of a list.
struct Choice {
    const char* value;
    const char* name;
    int64 entries;
};

void add_choice(Vector<Choice>* choices, const Choice& choice)
{
    for (Choice& known : *choices)
        if (strcmp(known.value, choice.value) == 0) {
            known.entries += choice.entries;
            return;
        }
    choices->push_back(choice);
}

/// The most frequent first.
void return_list(const ReturnSetInfo& result, const char* list, Vector<Choice>* choices)
{
    std::sort(choices->begin(), choices->end(), [](const Choice& a, const Choice& b) {
        return a.entries != b.entries ? a.entries > b.entries : strcmp(a.value, b.value) < 0;
    });
    for (const Choice& choice : *choices) {
        bool nulls[] = {false, false, choice.name == nullptr, false};
        Datum values[] = {CStringGetTextDatum(list), CStringGetTextDatum(choice.value),
                          nulls[2] ? Datum{0} : CStringGetTextDatum(choice.name),
                          Int64GetDatum(choice.entries)};
        tuplestore_putvalues(result.setResult, result.setDesc, values, nulls);
    }
}

void return_objects(const ReturnSetInfo& result, const char* list, const char* account,
                    const char* type, const Tally& tally)
{
    Vector<Choice> choices(CurrentMemoryContext);
    const char* const* names = type == nullptr ? nullptr : object_names(account, type, tally);
    for (int i = 0; i < tally.value_count(); i++)
        choices.push_back(
            {tally.value(i), names == nullptr ? nullptr : names[i], tally.entries(0, i)});
    return_list(result, list, &choices);
}

void return_events(const ReturnSetInfo& result, const char* language, const Tally& tally)
{
    Vector<Choice> groups(CurrentMemoryContext);
    Vector<Choice> types(CurrentMemoryContext);
    const CountedEvent* events = counted_events(language, tally);
    for (int i = 0; i < tally.value_count(); i++) {
        add_choice(&groups, {psprintf("group:%s", events[i].event_group), events[i].group_title,
                             tally.entries(0, i)});
        types.push_back({events[i].code, events[i].title, tally.entries(0, i)});
    }
    return_list(result, "event_groups", &groups);
    return_list(result, "events", &types);
}

}  // namespace

/// report_filters(period, date_from, date_to, language)
JOURNAL_FUNCTION(journal_report_filters)
{
    InitMaterializedSRF(fcinfo, 0);
    const auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    PageRequest request{};
    const ReportFilter filter = period_filter(fcinfo, {kPeriod, kDateFrom, kDateTo}, &request);
    const char* language = chosen_language(request, text_or_null(fcinfo, kLanguage));
    in_work_memory([&] {
        Occurring occurring(CurrentMemoryContext);
        count_entries(request, entry_filter(filter), CurrentMemoryContext, &occurring);
        const char* account = request.account->name;
        return_objects(*result, "locations", account, "location", occurring.locations);
        return_objects(*result, "employees", account, "employee", occurring.employees);
        return_events(*result, language, occurring.events);
        return_objects(*result, "object_types", account, nullptr, occurring.object_types);
    });
    return Datum{0};
}

}  // namespace journal
