// See moment_argument.hpp.
#include "request/moment_argument.hpp"

#include "base/function.hpp"
#include "base/memory.hpp"

namespace journal {

namespace {

constexpr int64 kNone = PG_INT64_MIN + 1;  // of an empty text

// The numbers of local times lie below those of moments, which begin in 4714 BC, and above kNone.
constexpr int64 kLocal = INT64CONST(9000000000000000000);
constexpr int64 kFirstMoment = MIN_TIMESTAMP;
constexpr int64 kLastLocal = kFirstMoment + kLocal - 1;

bool is_local(int64 moment)
{
    return moment > kNone && moment < kFirstMoment;
}

/// The number of a local time; beyond the year 279000 it is taken for a moment in UTC.
int64 local_moment(Timestamp local)
{
    return TIMESTAMP_NOT_FINITE(local) || local > kLastLocal ? local : local - kLocal;
}

/// A text as a moment, where it says no time zone: in that one.
TimestampTz read_in_zone(const char* text, pg_tz* time_zone)
{
    pg_tz* session = session_timezone;
    volatile TimestampTz moment = 0;
    PG_TRY();
    {
        session_timezone = time_zone;
        moment = DatumGetTimestampTz(DirectFunctionCall3(timestamptz_in, CStringGetDatum(text),
                                                         ObjectIdGetDatum(InvalidOid),
                                                         Int32GetDatum(-1)));
    }
    PG_FINALLY();
    {
        session_timezone = session;
    }
    PG_END_TRY();
    return moment;
}

TimestampTz moment_in_zone(Timestamp local, pg_tz* time_zone)
{
    pg_tm fields;
    fsec_t fraction = 0;
    TimestampTz moment = 0;
    if (timestamp2tm(local, nullptr, &fields, &fraction, nullptr, nullptr) != 0)
        ereport(ERROR,
                (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("timestamp out of range")));
    int offset = DetermineTimeZoneOffset(&fields, time_zone);
    if (tm2timestamp(&fields, fraction, &offset, &moment) != 0)
        ereport(ERROR,
                (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("timestamp out of range")));
    return moment;
}

}  // namespace

const TimestampTz* moment_argument(FunctionCallInfo fcinfo, int number, pg_tz* time_zone)
{
    if (PG_ARGISNULL(number) || PG_GETARG_INT64(number) == kNone)
        return nullptr;
    const int64 given = PG_GETARG_INT64(number);
    auto* moment = make_in<TimestampTz>(CurrentMemoryContext);
    *moment = is_local(given) ? moment_in_zone(given + kLocal, time_zone) : given;
    return moment;
}

/// moment_in(cstring): what reads the same in two time zones has one of its own.
JOURNAL_FUNCTION(journal_moment_in)
{
    const char* given = PG_GETARG_CSTRING(0);
    if (*given == '\0')
        PG_RETURN_INT64(kNone);
    const TimestampTz utc = read_in_zone(given, pg_tzset_offset(0));
    const TimestampTz other = read_in_zone(given, pg_tzset_offset(SECS_PER_HOUR));
    PG_RETURN_INT64(utc == other ? utc : local_moment(utc));
}

/// moment_out(moment)
JOURNAL_FUNCTION(journal_moment_out)
{
    const int64 moment = PG_GETARG_INT64(0);
    if (moment == kNone)
        PG_RETURN_CSTRING(pstrdup(""));
    return is_local(moment) ? DirectFunctionCall1(timestamp_out, TimestampGetDatum(moment + kLocal))
                            : DirectFunctionCall1(timestamptz_out, TimestampTzGetDatum(moment));
}

/// moment(timestamp)
JOURNAL_FUNCTION(journal_moment_of_timestamp)
{
    PG_RETURN_INT64(local_moment(PG_GETARG_TIMESTAMP(0)));
}

/// moment(date)
JOURNAL_FUNCTION(journal_moment_of_date)
{
    PG_RETURN_INT64(
        local_moment(DatumGetTimestamp(DirectFunctionCall1(date_timestamp, PG_GETARG_DATUM(0)))));
}

}  // namespace journal
