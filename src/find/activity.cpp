// How many rows a report has in each stretch of time: what plots are drawn of.
#include "base/function.hpp"
#include "catalog/event_type.hpp"
#include "find/buckets.hpp"
#include "find/value_names.hpp"
#include "report/page.hpp"

#include <algorithm>

namespace journal {

namespace {

enum ActivityArgument {
    kBucket,
    kBy,
    kPeriod,
    kDateFrom,
    kDateTo,
    kLocations,
    kEmployees,
    kEvents,
    kFilter,
    kLanguage,
};

constexpr int64 kMostRows = 1000000;

/// What is counted apart, and the column that tells it.
struct Dimension {
    const char* name;
    const char* column;       // ", … AS value"
    const char* object_type;  // whose names its values have; nullptr: those of event types
};

constexpr Dimension kDimensions[] = {{"kind", ", e.event_type::text AS value", nullptr},
                                     {"group", ", e.event_type::text AS value", nullptr},
                                     {"event", ", e.event_type::text AS value", nullptr},
                                     {"employee", ", e.employee AS value", "employee"},
                                     {"location", ", e.location AS value", "location"}};

const Dimension* dimension_argument(const char* name)
{
    if (name == nullptr || *name == '\0')
        return nullptr;
    const char* known[lengthof(kDimensions)];
    for (int i = 0; i < static_cast<int>(lengthof(kDimensions)); i++)
        known[i] = kDimensions[i].name;
    return &kDimensions[known_code("dimension", name, lengthof(known), known)];
}

class Activity final : public EntryGroups {
  public:
    Activity(const Buckets& buckets, const Dimension* dimension, Tally* tally)
        : buckets_(buckets), dimension_(dimension), tally_(tally)
    {
    }

    const char* append_columns(SqlText* sql) override
    {
        sql->append(", pg_catalog.width_bucket(e.occurred_at, ");
        sql->append(timestamps_argument(buckets_.starts));
        sql->append(") AS bucket");
        sql->append(dimension_ == nullptr ? ", NULL::text AS value" : dimension_->column);
        return " GROUP BY 2, 3";
    }
    void take(const Query& query, uint64 count) override
    {
        MemoryContext memory = CurrentMemoryContext;
        for (uint64 i = 0; i < count; i++)
            tally_->add(query.value(i, "bucket").int4() - 1, query.value(i, "value").text(memory),
                        query.value(i, "entries").int8());
    }

  private:
    static QueryArgument timestamps_argument(const Vector<TimestampTz>& moments)
    {
        const int count = static_cast<int>(moments.size());
        Datum* elements = make_array_in<Datum>(CurrentMemoryContext, count);
        for (int i = 0; i < count; i++)
            elements[i] = TimestampTzGetDatum(moments[i]);
        return {TIMESTAMPTZARRAYOID, PointerGetDatum(construct_array(
                                         elements, count, TIMESTAMPTZOID, sizeof(TimestampTz),
                                         FLOAT8PASSBYVAL, TYPALIGN_DOUBLE))};
    }

    const Buckets& buckets_;
    const Dimension* dimension_;
    Tally* tally_;
};

/// A line of the plot: a value, its name, and the values of the tally that are part of it.
struct Line {
    const char* value;
    const char* name;
    Vector<int> parts;
};

bool is_same(const char* a, const char* b)
{
    return a == nullptr || b == nullptr ? a == b : strcmp(a, b) == 0;
}

/// Event types as they are told apart: by themselves, or by their kind or group.
Vector<Line> event_lines(const Dimension& dimension, const char* language, const Tally& tally,
                         MemoryContext context)
{
    Vector<Line> lines(context);
    const CountedEvent* events = counted_events(language, tally);
    for (int i = 0; i < tally.value_count(); i++) {
        const bool by_event = strcmp(dimension.name, "event") == 0;
        const bool by_kind = strcmp(dimension.name, "kind") == 0;
        const char* value = by_event  ? events[i].code
                            : by_kind ? events[i].kind
                                      : events[i].event_group;
        const char* name = by_event ? events[i].title : by_kind ? nullptr : events[i].group_title;
        const auto same = [&](const Line& line) { return is_same(line.value, value); };
        auto line = std::find_if(lines.begin(), lines.end(), same);
        if (line == lines.end())
            line = lines.insert(lines.end(), {value, name, Vector<int>(context)});
        line->parts.push_back(i);
    }
    return lines;
}

Vector<Line> make_lines(const Dimension* dimension, const PageRequest& request,
                        const char* language, const Tally& tally, MemoryContext context)
{
    if (dimension != nullptr && dimension->object_type == nullptr)
        return event_lines(*dimension, language, tally, context);
    Vector<Line> lines(context);
    const char* const* names =
        dimension == nullptr ? nullptr
                             : object_names(request.account->name, dimension->object_type, tally);
    for (int i = 0; i < tally.value_count(); i++) {
        lines.push_back(
            {tally.value(i), names == nullptr ? nullptr : names[i], Vector<int>(context)});
        lines.back().parts.push_back(i);
    }
    // Without any entry there is a line all the same, if nothing is told apart.
    if (dimension == nullptr && lines.empty())
        lines.push_back({nullptr, nullptr, Vector<int>(context)});
    return lines;
}

void return_lines(const ReturnSetInfo& result, const Buckets& buckets, const Vector<Line>& lines,
                  const Tally& tally)
{
    if (static_cast<int64>(buckets.starts.size() * lines.size()) > kMostRows)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                        errmsg("the activity would have more than %lld rows",
                               static_cast<long long>(kMostRows)),
                        errhint("Choose a shorter period, a longer bucket or a filter.")));
    for (std::size_t i = 0; i < buckets.starts.size(); i++)
        for (const Line& line : lines) {
            CHECK_FOR_INTERRUPTS();
            int64 entries = 0;
            for (const int part : line.parts)
                entries += tally.entries(static_cast<int>(i), part);
            bool nulls[] = {false, line.value == nullptr, line.name == nullptr, false};
            Datum values[] = {TimestampTzGetDatum(buckets.starts[i]),
                              nulls[1] ? Datum{0} : CStringGetTextDatum(line.value),
                              nulls[2] ? Datum{0} : CStringGetTextDatum(line.name),
                              Int64GetDatum(entries)};
            tuplestore_putvalues(result.setResult, result.setDesc, values, nulls);
        }
}

}  // namespace

/// activity(bucket, by, period, date_from, date_to, locations, employees, events, filter, language)
JOURNAL_FUNCTION(journal_activity)
{
    InitMaterializedSRF(fcinfo, 0);
    const auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    PageRequest request{};
    const ReportFilter filter = report_filter(
        fcinfo, {{kPeriod, kDateFrom, kDateTo}, kLocations, kEmployees, kEvents, kFilter},
        &request);
    const char* unit = text_or_null(fcinfo, kBucket);
    const Dimension* dimension = dimension_argument(text_or_null(fcinfo, kBy));
    const char* language = chosen_language(request, text_or_null(fcinfo, kLanguage));
    in_work_memory([&] {
        MemoryContext context = CurrentMemoryContext;
        const Buckets buckets = divide(request, entry_filter(filter), unit);
        Tally tally(context);
        Activity activity(buckets, dimension, &tally);
        request.bounds = buckets.bounds;
        if (!buckets.starts.empty())
            count_entries(request, entry_filter(filter), context, &activity);
        return_lines(*result, buckets, make_lines(dimension, request, language, tally, context),
                     tally);
    });
    return Datum{0};
}

}  // namespace journal
