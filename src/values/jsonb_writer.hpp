// jsonb in its on-disk form, written from front to back in one pass.
//
// A jsonb value is a varlena header and one container. A container is
//
//   header     uint32: the number of elements, and JB_FARRAY or JB_FOBJECT (there is JB_FSCALAR
//              besides for a scalar alone, which is an array of one element)
//   entries    JEntry (uint32) each: type bits, and in the other 28 bits the length of the
//              element's data; the entry of every JB_OFFSET_STRIDE'th element (0, 32, 64, …) holds
//              instead, marked by JENTRY_HAS_OFF, where its data ends, counted from the first byte
//              of the container's data
//   data       of the elements, one after the other
//
// null, true and false are their entry alone. A string's data is its bytes, without a terminator.
// A number's is a Numeric with its four-byte varlena header, a container's is the container without
// a varlena header; both begin at a multiple of four bytes, counted from the start of the value,
// and the zero bytes before them belong to their data and count in their length. An entry holds the
// data of all keys of an object first, in the order of length and then bytes, and then of its
// values.
//
// Nothing in a container depends on where it stands, so long as that is a multiple of four bytes:
// a container within a value, arrays and objects alike, is copied as it is.
//
// The number of an array's elements is known before its first one, so the entries have their place
// from the start and every element is written where it stays. The result is byte for byte what
// jsonb_in makes of the same value's text (jsonb_util.c), which the tests check by the operator *=.
#pragma once

#include "base/pg.hpp"

namespace journal {

class JsonbWriter {
  public:
    /// Raises an error: the value, with its owner's data, has become larger than jsonb can be.
    using TooLarge = void (*)(const void* owner);

    /// An array that is being written.
    struct Array {
        uint32 start;  // where its data as an element begins: with the padding before its header
        uint32 entry;  // where the next element's JEntry stands
        uint32 data;   // where its elements' data begins
        int written;   // elements
    };

    /// The value is written in the current memory context. A good guess of its size spares copies.
    JsonbWriter(std::size_t expected_size, TooLarge too_large, const void* owner);

    /// Begins the array that is the value, or an array that is the next element of the present one;
    /// what begin_array returns is for the end_array after count further elements.
    Array begin_array(int count);
    void end_array(const Array& outer);

    void add_null() { add_entry(JENTRY_ISNULL, 0); }
    void add_boolean(bool value) { add_entry(value ? JENTRY_ISBOOL_TRUE : JENTRY_ISBOOL_FALSE, 0); }
    void add_integer(int64 value);

    /// A finite numeric, given by what follows its varlena header, which may stand anywhere.
    void add_numeric(const char* content, std::size_t length);

    /// Whether a numeric, given likewise, is NaN or infinite: jsonb has no such numbers.
    static bool is_special(const char* content);

    void add_string(const char* characters, std::size_t length)
    {
        memcpy(reserve(length), characters, length);
        end_string(length);
    }

    /// Makes room for length bytes more: what is too large is refused before it is read.
    void expect(std::size_t length) { reserve(length); }

    /// Room for a string of at most that many bytes, which the caller writes there and ends with
    /// its true length.
    char* reserve_string(std::size_t most) { return reserve(most); }
    void end_string(std::size_t length)
    {
        used_ += static_cast<uint32>(length);
        add_entry(JENTRY_ISSTRING, static_cast<uint32>(length));
    }

    /// An array or object: a container as it stands in another value.
    void add_container(const char* container, std::size_t length);

    /// The finished value.
    Jsonb* finish();

    std::size_t size() const { return used_; }

  private:
    char* reserve(std::size_t length)
    {
        if (length > capacity_ - used_)
            grow(length);
        return buffer_ + used_;
    }

    // Padding, as far as needed, and room for length bytes after it.
    char* reserve_aligned(std::size_t length)
    {
        char* start = reserve(length + sizeof(uint32));
        const uint32 padding = INTALIGN(used_) - used_;
        memset(start, 0, sizeof(uint32));
        used_ += padding;
        return start + padding;
    }

    void add_entry(uint32 type, uint32 length)
    {
        const uint32 entry = array_.written % JB_OFFSET_STRIDE == 0
                                 ? type | JENTRY_HAS_OFF | (used_ - array_.data)
                                 : type | length;
        memcpy(buffer_ + array_.entry, &entry, sizeof(entry));
        array_.entry += sizeof(entry);
        array_.written++;
    }

    void grow(std::size_t length);

    char* buffer_;
    uint32 used_;
    uint32 capacity_;
    Array array_;
    TooLarge too_large_;
    const void* owner_;
};

}  // namespace journal
