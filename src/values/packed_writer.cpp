// See packed_writer.hpp.
#include "values/packed_writer.hpp"

namespace journal {

namespace {

// What is read becomes jsonb, whose outermost container can say no more of an element's end. A row
// of the most columns may grow by this much while it does: for each of the values before and after
// its entry, what aligns it, and a text for a number.
constexpr std::size_t kGrowth = std::size_t{256} * 1024;
constexpr std::size_t kMost = VARHDRSZ + JENTRY_OFFLENMASK - kGrowth;

}  // namespace

PackedWriter::PackedWriter(std::size_t expected_size, TooLarge too_large, const void* owner)
    : buffer_(nullptr), end_(nullptr), limit_(nullptr), too_large_(too_large), owner_(owner)
{
    const std::size_t size = std::min(expected_size, kMost) + VARHDRSZ + 2 * kMostHead;
    buffer_ = static_cast<char*>(palloc(size));
    end_ = buffer_ + VARHDRSZ;
    limit_ = buffer_ + size;
    if (GetDatabaseEncoding() != PG_UTF8) {
        put_kind(kPackedEncoding);
        put_kind(static_cast<unsigned char>(GetDatabaseEncoding()));
        reserve(0);
    }
}

void PackedWriter::grow(std::size_t length)
{
    const std::size_t used = size();
    if (used + length > kMost)
        too_large_(owner_);
    const std::size_t capacity =
        std::max(used + length + 2 * kMostHead, 2 * static_cast<std::size_t>(limit_ - buffer_));
    buffer_ = static_cast<char*>(repalloc(buffer_, std::min(capacity, kMost + 2 * kMostHead)));
    end_ = buffer_ + used;
    limit_ = buffer_ + std::min(capacity, kMost + 2 * kMostHead);
}

void PackedWriter::end_string(std::size_t length)
{
    // It stands behind the longest head there can be.
    const char* characters = end_ + kMostHead;
    if (length <= kMostShortString) {
        put_kind(static_cast<unsigned char>(kPackedShortString | length));
    } else {
        put_kind(kPackedString);
        put_number(length);
    }
    memmove(end_, characters, length);
    end_ += length;
    reserve(0);
}

void PackedWriter::add_numeric(const char* content, std::size_t length)
{
    add_sized(kPackedNumeric, length, length);
    for (std::size_t i = 0; i < length; i += sizeof(uint16)) {
        uint16 word = 0;
        memcpy(&word, content + i, sizeof(word));
        word = lowest_first(word);
        memcpy(end_ + i, &word, sizeof(word));
    }
    end_ += length;
}

void PackedWriter::add_container(const char* container, std::size_t length)
{
    add_sized(kPackedContainer, length, length);
    memcpy(end_, container, length);
    end_ += length;
}

bytea* PackedWriter::finish()
{
    if (size() > kMost)
        too_large_(owner_);
    SET_VARSIZE(buffer_, size());
    return reinterpret_cast<bytea*>(buffer_);
}

}  // namespace journal
