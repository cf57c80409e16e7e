// What entries keep of values (data, details, links): JSON, packed into bytes of an own form.
//
// jsonb takes 4 bytes for each element beside its data, 8 for a small number, 25 for a point in
// time, and the journal reads an entry's values from the first to the last. So they are kept one
// after the other, each behind a byte that says what it is:
//
//   0, 1, 2        null, false, true
//   3 number       an integer: 0, -1, 1, -2, 2, … are 0, 1, 2, 3, 4, …
//   4 size bytes   a finite numeric, as numeric.c has it behind the varlena header
//   5 size bytes   a string
//   6 size bytes   an object or array, as a jsonb container, or, alone, whatever is jsonb; 8 on a
//                  machine whose numbers begin with the highest byte: a container is its own
//   7 count values an array
//   9, 10 8 bytes  a timestamptz, a timestamp: microseconds since 2000
//   11 4 bytes     a date: days since 2000
//   12 16 bytes    a uuid
//   13 encoding    before all else: the encoding of the strings, where it is not UTF-8 (a dump does
//                  not convert them, as it does texts)
//   64 to 127      an integer from 0 to 63
//   128 to 255     a string of 0 to 127 bytes, which follow
//
// Sizes, counts and integers are of variable length, seven bits to a byte, the lowest first;
// other numbers have the lowest byte first. values/packed_values.hpp reads it: points in time,
// dates and uuids become the strings of values/text_in_place.hpp.
#pragma once

#include "base/pg.hpp"

#include <bit>

namespace journal {

enum PackedKind : unsigned char {
    kPackedNull,
    kPackedFalse,
    kPackedTrue,
    kPackedInteger,
    kPackedNumeric,
    kPackedString,
    kPackedContainer = std::endian::native == std::endian::little ? 6 : 8,
    kPackedArray = 7,
    kPackedTimestamptz = 9,
    kPackedTimestamp,
    kPackedDate,
    kPackedUuid,
    kPackedEncoding,
    kPackedSmallInteger = 64,
    kPackedShortString = 128,
};
constexpr std::size_t kMostSmallInteger = 63;
constexpr std::size_t kMostShortString = 127;

/// Swaps the bytes of a number where the machine's are not the lowest first.
template <typename Number>
Number lowest_first(Number number)
{
    if constexpr (std::endian::native == std::endian::big)
        return sizeof(Number) == sizeof(uint64)   ? static_cast<Number>(__builtin_bswap64(number))
               : sizeof(Number) == sizeof(uint32) ? static_cast<Number>(__builtin_bswap32(number))
                                                  : static_cast<Number>(__builtin_bswap16(number));
    return number;
}

class PackedWriter {
  public:
    /// Raises an error: the value, with its owner's data, has become larger than jsonb can be.
    using TooLarge = void (*)(const void* owner);

    /// The value is written in the current memory context. A good guess of its size spares copies.
    PackedWriter(std::size_t expected_size, TooLarge too_large, const void* owner);

    /// Begins an array of count values, which follow.
    void begin_array(int count) { add_sized(kPackedArray, static_cast<std::size_t>(count), 0); }

    void add_null() { add_kind(kPackedNull); }
    void add_boolean(bool value) { add_kind(value ? kPackedTrue : kPackedFalse); }
    void add_integer(int64 value)
    {
        if (static_cast<uint64>(value) <= kMostSmallInteger)
            add_kind(static_cast<unsigned char>(kPackedSmallInteger | value));
        else
            add_sized(kPackedInteger,
                      static_cast<uint64>(value) << 1 ^ static_cast<uint64>(value >> 63), 0);
    }

    /// A finite numeric, given by what follows its varlena header, which may stand anywhere.
    void add_numeric(const char* content, std::size_t length);

    void add_string(const char* characters, std::size_t length)
    {
        memcpy(begin_string(length), characters, length);
        end_ += length;
    }

    /// Makes room for length bytes more: what is too large is refused before it is read.
    void expect(std::size_t length) { reserve(length); }

    /// Room for a string of at most that many bytes, which the caller writes there and ends with
    /// its true length.
    char* reserve_string(std::size_t most)
    {
        reserve(most);
        return end_ + kMostHead;
    }
    void end_string(std::size_t length);

    /// An object or array: a jsonb container.
    void add_container(const char* container, std::size_t length);

    void add_timestamp(PackedKind kind, int64 value) { add_fixed(kind, value); }
    void add_date(int32 value) { add_fixed(kPackedDate, value); }
    void add_uuid(const pg_uuid_t* uuid)
    {
        add_kind(kPackedUuid);
        memcpy(end_, uuid->data, UUID_LEN);
        end_ += UUID_LEN;
        reserve(0);
    }

    /// The finished value.
    bytea* finish();

    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(end_ - buffer_); }

  private:
    // What is there for the next value beyond what was reserved: the byte that says what it is and
    // a size, or any value of fixed size.
    static constexpr std::size_t kMostHead = 24;

    void reserve(std::size_t length)
    {
        if (length + 2 * kMostHead > static_cast<std::size_t>(limit_ - end_))
            grow(length);
    }

    // Kinds and heads need no look at the room: kMostHead is left behind each value.
    void put_kind(unsigned char kind) { *end_++ = static_cast<char>(kind); }
    void put_number(uint64 number)
    {
        for (; number > 127; number >>= 7)
            *end_++ = static_cast<char>(number | 128);
        *end_++ = static_cast<char>(number);
    }

    void add_kind(unsigned char kind)
    {
        put_kind(kind);
        reserve(0);
    }
    void add_sized(PackedKind kind, uint64 number, std::size_t length)
    {
        put_kind(kind);
        put_number(number);
        reserve(length);
    }
    template <typename Number>
    void add_fixed(PackedKind kind, Number value)
    {
        put_kind(kind);
        value = lowest_first(value);
        memcpy(end_, &value, sizeof(value));
        end_ += sizeof(value);
        reserve(0);
    }

    char* begin_string(std::size_t length)
    {
        if (length <= kMostShortString) {
            put_kind(static_cast<unsigned char>(kPackedShortString | length));
            reserve(length);
        } else {
            add_sized(kPackedString, length, length);
        }
        return end_;
    }

    void grow(std::size_t length);

    char* buffer_;
    char* end_;
    char* limit_;
    TooLarge too_large_;
    const void* owner_;
};

}  // namespace journal
