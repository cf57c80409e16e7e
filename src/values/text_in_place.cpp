// See text_in_place.hpp.
#include "values/text_in_place.hpp"

#include "values/enum_label.hpp"

namespace journal {

namespace {

constexpr int kUuidText = 36;
constexpr int kFloatText = std::max(DOUBLE_SHORTEST_DECIMAL_LEN, FLOAT_SHORTEST_DECIMAL_LEN);
constexpr int kMicrosecondDigits = 6;

char* write_digits(char* at, unsigned number, int count)
{
    for (int i = count - 1; i >= 0; i--, number /= 10)
        at[i] = static_cast<char>('0' + number % 10);
    return at + count;
}

char* write_literal(char* at, std::string_view text)
{
    memcpy(at, text.data(), text.size());
    return at + text.size();
}

char* write_float(char* at, double value, bool is_single)
{
    if (std::isnan(value))
        return write_literal(at, "NaN");
    if (std::isinf(value))
        return write_literal(at, value > 0 ? "Infinity" : "-Infinity");
    return at + (is_single ? float_to_shortest_decimal_bufn(static_cast<float>(value), at)
                           : double_to_shortest_decimal_bufn(value, at));
}

char* write_uuid(char* at, const pg_uuid_t* uuid)
{
    static constexpr char kHex[] = "0123456789abcdef";
    for (int i = 0; i < UUID_LEN; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        *at++ = kHex[uuid->data[i] >> 4];
        *at++ = kHex[uuid->data[i] & 0xF];
    }
    return at;
}

// Whether a year has four digits; others, and infinite moments, are left to the server.
bool is_usual(const pg_tm& time)
{
    return time.tm_year > 0 && time.tm_year <= 9999;
}

char* write_day(char* at, const pg_tm& time)
{
    at = write_digits(at, static_cast<unsigned>(time.tm_year), 4);
    *at++ = '-';
    at = write_digits(at, static_cast<unsigned>(time.tm_mon), 2);
    *at++ = '-';
    return write_digits(at, static_cast<unsigned>(time.tm_mday), 2);
}

char* write_clock(char* at, const pg_tm& time, fsec_t microseconds)
{
    at = write_digits(at, static_cast<unsigned>(time.tm_hour), 2);
    *at++ = ':';
    at = write_digits(at, static_cast<unsigned>(time.tm_min), 2);
    *at++ = ':';
    at = write_digits(at, static_cast<unsigned>(time.tm_sec), 2);
    if (microseconds == 0)
        return at;
    *at++ = '.';
    at = write_digits(at, static_cast<unsigned>(microseconds), kMicrosecondDigits);
    while (at[-1] == '0')
        at--;
    return at;
}

char* write_as_server(char* at, Oid type, Datum value)
{
    const int utc = 0;
    JsonEncodeDateTime(at, value, type, type == TIMESTAMPTZOID ? &utc : nullptr);
    return at + strlen(at);
}

char* write_date(char* at, Datum value)
{
    const DateADT date = DatumGetDateADT(value);
    pg_tm time{};
    if (DATE_NOT_FINITE(date))
        return write_as_server(at, DATEOID, value);
    j2date(date + POSTGRES_EPOCH_JDATE, &time.tm_year, &time.tm_mon, &time.tm_mday);
    return is_usual(time) ? write_day(at, time) : write_as_server(at, DATEOID, value);
}

char* write_time(char* at, Datum value)
{
    pg_tm time{};
    fsec_t microseconds = 0;
    time2tm(DatumGetTimeADT(value), &time, &microseconds);
    return write_clock(at, time, microseconds);
}

char* write_timestamp(char* at, Oid type, Datum value)
{
    const Timestamp moment = DatumGetTimestamp(value);
    pg_tm time{};
    fsec_t microseconds = 0;
    if (TIMESTAMP_NOT_FINITE(moment) ||
        timestamp2tm(moment, nullptr, &time, &microseconds, nullptr, nullptr) != 0 ||
        !is_usual(time))
        return write_as_server(at, type, value);
    at = write_day(at, time);
    *at++ = 'T';
    at = write_clock(at, time, microseconds);
    return type == TIMESTAMPTZOID ? write_literal(at, "+00:00") : at;
}

}  // namespace

int room_in_place(Oid type)
{
    switch (type) {
        case INT2OID:
        case INT4OID:
        case INT8OID:
            return MAXINT8LEN + 1;
        case FLOAT4OID:
        case FLOAT8OID:
            return kFloatText;
        case UUIDOID:
            return kUuidText;
        case DATEOID:
        case TIMEOID:
        case TIMESTAMPOID:
        case TIMESTAMPTZOID:
            return MAXDATELEN + 1;
        default:
            return type_is_enum(type) ? NAMEDATALEN : 0;
    }
}

char* write_in_place(Oid type, Datum value, char* at)
{
    switch (type) {
        case INT2OID:
            return at + pg_itoa(DatumGetInt16(value), at);
        case INT4OID:
            return at + pg_ltoa(DatumGetInt32(value), at);
        case INT8OID:
            return at + pg_lltoa(DatumGetInt64(value), at);
        case FLOAT4OID:
            return write_float(at, DatumGetFloat4(value), true);
        case FLOAT8OID:
            return write_float(at, DatumGetFloat8(value), false);
        case UUIDOID:
            return write_uuid(at, DatumGetUUIDP(value));
        case DATEOID:
            return write_date(at, value);
        case TIMEOID:
            return write_time(at, value);
        case TIMESTAMPOID:
        case TIMESTAMPTZOID:
            return write_timestamp(at, type, value);
        default:
            return write_enum_label(DatumGetObjectId(value), at);
    }
}

}  // namespace journal
