// Regime: library. See jsonb_form.hpp.
#include "values/jsonb_form.hpp"

#include <bit>
#include <cstring>
#include <vector>

namespace journal {

using namespace jsonb_form;

namespace {

constexpr std::size_t kWord = 4;

struct Piece {
    const unsigned char* bytes;
    std::size_t size;
};

std::uint32_t word_at(const unsigned char* bytes)
{
    std::uint32_t word = 0;
    std::memcpy(&word, bytes, kWord);
    return word;
}

std::size_t aligned(std::size_t offset)
{
    return (offset + kWord - 1) / kWord * kWord;
}

// A numeric is a varlena of its own, neither compressed nor elsewhere, whose length is what is left
// of the element. Its digits follow a header of 2 bytes if that begins with a 1 bit, else of 4; two
// such bits are for NaN and infinities, which no jsonb has.
bool is_numeric(const Piece& piece)
{
    if (piece.size < kWord + 2)
        return false;
    const std::uint32_t header = word_at(piece.bytes);
    const bool little = std::endian::native == std::endian::little;
    const bool plain = little ? (header & 3) == 0 : (header & 0xC0000000) == 0;
    if (!plain || (little ? header >> 2 : header & 0x3FFFFFFF) != piece.size)
        return false;
    std::uint16_t format = 0;
    std::memcpy(&format, piece.bytes + kWord, sizeof(format));
    if ((format & 0xC000) == 0xC000)
        return false;
    const std::size_t before_digits = (format & 0x8000) != 0 ? kWord + 2 : kWord + 4;
    return piece.size >= before_digits && (piece.size - before_digits) % 2 == 0;
}

// Looks at one container, and adds those inside it to the ones that remain.
bool is_container(const Piece& piece, bool outermost, std::vector<Piece>& remaining)
{
    if (piece.size < kWord)
        return false;
    const std::uint32_t header = word_at(piece.bytes);
    const std::uint32_t kind = header & ~kCount;
    const std::size_t count = header & kCount;
    const bool scalar = outermost && kind == (kArray | kScalar) && count == 1;
    if (kind != kArray && kind != kObject && !scalar)
        return false;
    const std::size_t children = kind == kObject ? 2 * count : count;
    if (children > piece.size / kWord - 1)
        return false;

    const unsigned char* data = piece.bytes + kWord + children * kWord;
    const std::size_t data_size = piece.size - kWord - children * kWord;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < children; i++) {
        const std::uint32_t entry = word_at(piece.bytes + kWord + i * kWord);
        const std::uint32_t type = entry & kType;
        const std::size_t value = entry & kLength;
        const std::size_t end = (entry & kIsEnd) != 0 ? value : begin + value;
        if (end < begin || end > data_size)
            return false;
        const bool is_key = kind == kObject && i < count;
        if (is_key && type != kString)
            return false;
        if (type == kNumeric || type == kContainer) {
            const std::size_t start = aligned(begin);
            if (start > end)
                return false;
            const Piece element{data + start, end - start};
            if (type == kNumeric && !is_numeric(element))
                return false;
            if (type == kContainer) {
                if (scalar)
                    return false;
                remaining.push_back(element);
            }
        } else if (type != kString && (type > kContainer || end != begin)) {
            return false;
        }
        begin = end;
    }
    return true;
}

}  // namespace

bool is_jsonb(const void* bytes, std::size_t size)
{
    std::vector<Piece> remaining;
    Piece piece{static_cast<const unsigned char*>(bytes), size};
    for (bool outermost = true;; outermost = false) {
        if (!is_container(piece, outermost, remaining))
            return false;
        if (remaining.empty())
            return true;
        piece = remaining.back();
        remaining.pop_back();
    }
}

}  // namespace journal
