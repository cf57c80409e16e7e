// See month_summary.hpp.
#include "months/month_summary.hpp"

#include "base/function.hpp"
#include "base/journal_tables.hpp"
#include "base/object_hash.hpp"
#include "base/query.hpp"
#include "base/result_reader.hpp"
#include "months/combinations.hpp"
#include "months/partition.hpp"

namespace journal {

namespace {

/// Which values of one kind are wanted.
struct Chosen {
    bool any;
    bool all;
    bool* items;  // by the place among those present
};

Chosen choose(const PresentNumbers& numbers, const TimeFilter& filter,
              bool (TimeFilter::*wants)(int32) const)
{
    Chosen chosen{false, true, make_array_in<bool>(CurrentMemoryContext, numbers.count)};
    for (int i = 0; i < numbers.count; i++) {
        chosen.items[i] = (filter.*wants)(numbers.items[i]);
        chosen.any |= chosen.items[i];
        chosen.all &= chosen.items[i];
    }
    return chosen;
}

/// Whether values that are wanted occur together; combinations is a datum that may be stored
/// elsewhere, and is fetched only if it is needed.
bool holds(const bytea* present, Datum combinations, bool has_combinations,
           const TimeFilter& filter)
{
    const PresentValues values = unpack_present(present);
    const Chosen employees = choose(values.employees, filter, &TimeFilter::wants_employee);
    const Chosen locations = choose(values.locations, filter, &TimeFilter::wants_location);
    const Chosen event_keys = choose(values.event_keys, filter, &TimeFilter::wants_event);
    if (!employees.any || !locations.any || !event_keys.any)
        return false;
    const int restricted =
        (employees.all ? 0 : 1) + (locations.all ? 0 : 1) + (event_keys.all ? 0 : 1);
    if (restricted <= 1 || !has_combinations)
        return true;
    CombinationReader reader(values, DatumGetByteaPP(combinations));
    while (reader.next())
        if (employees.items[reader.employee()] && locations.items[reader.location()] &&
            event_keys.items[reader.event_key()])
            return true;
    return false;
}

/// The numbers of a list, int4[] or text[]; not given if it is NULL.
TimeFilter::Numbers numbers_argument(FunctionCallInfo fcinfo, int argument, Oid type)
{
    if (PG_ARGISNULL(argument))
        return {};
    Datum* elements = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(argument), type, type == TEXTOID ? -1 : sizeof(int32),
                      type != TEXTOID, TYPALIGN_INT, &elements, &nulls, &count);
    int32* numbers = make_array_in<int32>(CurrentMemoryContext, count);
    int found = 0;
    for (int i = 0; i < count; i++)
        if (!nulls[i])
            numbers[found++] = type == TEXTOID
                                   ? text_hash(text_to_cstring(DatumGetTextPP(elements[i])))
                                   : DatumGetInt32(elements[i]);
    std::sort(numbers, numbers + found);
    return {true, found, numbers};
}

}  // namespace

bool MonthSummaries::may_hold(Oid partition, int64 account, const TimeFilter& filter)
{
    if (!months_)
        months_.emplace(context_);
    if (!months_->has(partition))
        return true;
    static SavedStatement statement;
    MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "event_journal summary",
                                                 ALLOCSET_DEFAULT_SIZES);
    Query query = Query::begin(RunAs::kOwner);
    MemoryContext previous = MemoryContextSwitchTo(memory);
    const uint64 count =
        query.run_saved(&statement,
                        "SELECT present, combinations FROM journal.month_summary "
                        "WHERE relation_oid = $1 AND incarnation = $2 AND account = $3",
                        {{OIDOID, ObjectIdGetDatum(partition)},
                         {UUIDOID, UUIDPGetDatum(current_incarnation())},
                         int8_argument(account)});
    bool may_hold = false;
    if (count > 0) {
        const Value combinations = query.value(0, "combinations");
        may_hold = holds(DatumGetByteaPP(query.value(0, "present").datum), combinations.datum,
                         !combinations.is_null, filter);
    }
    MemoryContextSwitchTo(previous);
    query.end();
    MemoryContextDelete(memory);
    return may_hold;
}

}  // namespace journal

/// month_may_hold(month, account, event_types, locations, employees)
JOURNAL_FUNCTION(journal_month_may_hold)
{
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
        PG_RETURN_NULL();
    journal::require_entry_partition(PG_GETARG_OID(0));
    journal::TimeFilter filter{};
    filter.named = journal::numbers_argument(fcinfo, 2, INT4OID);
    filter.locations = journal::numbers_argument(fcinfo, 3, TEXTOID);
    filter.employees = journal::numbers_argument(fcinfo, 4, TEXTOID);
    journal::MonthSummaries summaries(CurrentMemoryContext);
    PG_RETURN_BOOL(summaries.may_hold(
        PG_GETARG_OID(0), journal::account_hash(text_to_cstring(PG_GETARG_TEXT_PP(1))), filter));
}

/// month_combinations(month)
JOURNAL_FUNCTION(journal_month_combinations)
{
    journal::require_entry_partition(PG_GETARG_OID(0));
    InitMaterializedSRF(fcinfo, 0);
    const auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    MemoryContext context = CurrentMemoryContext;
    journal::Query query = journal::Query::begin(journal::RunAs::kOwner);
    journal::ResultReader reader = journal::ResultReader::open(
        context,
        "SELECT s.account, s.present, s.combinations FROM journal.closed_month c "
        "JOIN journal.month_summary s USING (relation_oid, incarnation) "
        "WHERE c.relation_oid = $1 AND c.incarnation = $2 AND s.combinations IS NOT NULL "
        "AND NOT EXISTS (SELECT FROM journal.late_write l WHERE l.relation_oid = $1 "
        "AND l.incarnation = $2)",
        {{OIDOID, PG_GETARG_DATUM(0)}, {UUIDOID, UUIDPGetDatum(journal::current_incarnation())}});
    query.end();
    int64 account = 0;
    journal::Value packed{};
    journal::Value packed_combinations{};
    reader.bind("account", &account);
    reader.bind("present", &packed);
    reader.bind("combinations", &packed_combinations);
    while (reader.next()) {
        MemoryContext previous = MemoryContextSwitchTo(reader.row_memory());
        const journal::PresentValues present =
            journal::unpack_present(DatumGetByteaPP(packed.datum));
        journal::CombinationReader combinations(present,
                                                DatumGetByteaPP(packed_combinations.datum));
        while (combinations.next()) {
            Datum values[] = {Int64GetDatum(account),
                              Int32GetDatum(present.event_keys.items[combinations.event_key()]),
                              Int32GetDatum(present.locations.items[combinations.location()]),
                              Int32GetDatum(present.employees.items[combinations.employee()]),
                              Int64GetDatum(combinations.entries())};
            bool nulls[lengthof(values)] = {};
            tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
        }
        MemoryContextSwitchTo(previous);
    }
    reader.close();
    return Datum{0};
}
