// See text_in_place.hpp.
#include "values/text_in_place.hpp"

#include "values/enum_label.hpp"

namespace journal {

namespace {

constexpr int kUuidText = 36;
constexpr int kFloatText = std::max(DOUBLE_SHORTEST_DECIMAL_LEN, FLOAT_SHORTEST_DECIMAL_LEN);
constexpr int kMicrosecondDigits = 6;
constexpr int kDayText = 10;  // 2024-05-31
constexpr unsigned kKnownDays = 64;

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

// Days that were written before, at the place of their number's last bits: the columns of a row,
// and rows of one time, have few.
struct KnownDay {
    DateADT day;
    bool known;
    char text[kDayText];
};
KnownDay known_days[kKnownDays];

// Writes a day; nullptr for one whose year has not four digits, which is left to the server.
char* write_day(char* at, DateADT day)
{
    KnownDay& known = known_days[static_cast<uint32>(day) % kKnownDays];
    if (!known.known || known.day != day) {
        int year = 0;
        int month = 0;
        int day_of_month = 0;
        j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &day_of_month);
        if (year <= 0 || year > 9999)
            return nullptr;
        char* end = write_digits(known.text, static_cast<unsigned>(year), 4);
        *end++ = '-';
        end = write_digits(end, static_cast<unsigned>(month), 2);
        *end++ = '-';
        write_digits(end, static_cast<unsigned>(day_of_month), 2);
        known.day = day;
        known.known = true;
    }
    memcpy(at, known.text, kDayText);
    return at + kDayText;
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
    char* end = DATE_NOT_FINITE(date) ? nullptr : write_day(at, date);
    return end != nullptr ? end : write_as_server(at, DATEOID, value);
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
    if (TIMESTAMP_NOT_FINITE(moment))
        return write_as_server(at, type, value);
    Timestamp day = moment / USECS_PER_DAY;
    Timestamp clock = moment % USECS_PER_DAY;
    if (clock < 0) {
        clock += USECS_PER_DAY;
        day--;
    }
    char* end = write_day(at, static_cast<DateADT>(day));
    if (end == nullptr)
        return write_as_server(at, type, value);
    pg_tm time{};
    fsec_t microseconds = 0;
    dt2time(clock, &time.tm_hour, &time.tm_min, &time.tm_sec, &microseconds);
    at = end;
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
