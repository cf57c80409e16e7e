// Regime: library. See cursor.hpp.
//
// Form: version, direction, occurred_at, id, from, to, fingerprint, checksum; integers with the
// most significant byte first; base64url without padding.
#include "request/cursor.hpp"

namespace journal {

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kBytes = 46;
constexpr std::size_t kChecked = kBytes - 4;
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
using Bytes = std::array<std::uint8_t, kBytes>;

constexpr std::uint64_t kFactor = 1099511628211U;  // of the FNV-1a hash

std::uint32_t checksum(const Bytes& bytes)
{
    std::uint64_t state = 14695981039346656037U;
    for (std::size_t i = 0; i < kChecked; i++)
        state = (state ^ bytes[i]) * kFactor;
    return static_cast<std::uint32_t>(state ^ (state >> 32));
}

void put(Bytes& bytes, std::size_t& at, std::uint64_t value, int width)
{
    for (int i = width - 1; i >= 0; i--)
        bytes[at++] = static_cast<std::uint8_t>(value >> (8 * i));
}

std::uint64_t get(const Bytes& bytes, std::size_t& at, int width)
{
    std::uint64_t value = 0;
    for (int i = 0; i < width; i++)
        value = value << 8 | bytes[at++];
    return value;
}

}  // namespace

CursorText encode_cursor(const Cursor& cursor)
{
    Bytes bytes{};
    std::size_t at = 0;
    put(bytes, at, kVersion, 1);
    put(bytes, at, cursor.descending ? 1 : 0, 1);
    put(bytes, at, static_cast<std::uint64_t>(cursor.occurred_at), 8);
    put(bytes, at, static_cast<std::uint64_t>(cursor.id), 8);
    put(bytes, at, static_cast<std::uint64_t>(cursor.from), 8);
    put(bytes, at, static_cast<std::uint64_t>(cursor.to), 8);
    put(bytes, at, cursor.fingerprint, 8);
    put(bytes, at, checksum(bytes), 4);

    CursorText text{};
    std::uint32_t buffer = 0;
    int bits = 0;
    std::size_t length = 0;
    for (const std::uint8_t byte : bytes) {
        buffer = buffer << 8 | byte;
        for (bits += 8; bits >= 6; bits -= 6)
            text[length++] = kAlphabet[buffer >> (bits - 6) & 63];
    }
    if (bits > 0)
        text[length] = kAlphabet[buffer << (6 - bits) & 63];
    return text;
}

bool decode_cursor(std::string_view text, Cursor* cursor)
{
    if (text.size() != kCursorLength)
        return false;
    Bytes bytes{};
    std::uint32_t buffer = 0;
    int bits = 0;
    std::size_t length = 0;
    for (const char character : text) {
        const std::size_t value = kAlphabet.find(character);
        if (value == std::string_view::npos)
            return false;
        buffer = buffer << 6 | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes[length++] = static_cast<std::uint8_t>(buffer >> bits);
        }
    }
    // One text for one cursor: the bits that fill up the last character are 0.
    if ((buffer & ((1U << bits) - 1)) != 0)
        return false;

    std::size_t at = 0;
    const std::uint64_t version = get(bytes, at, 1);
    const std::uint64_t direction = get(bytes, at, 1);
    cursor->descending = direction == 1;
    cursor->occurred_at = static_cast<std::int64_t>(get(bytes, at, 8));
    cursor->id = static_cast<std::int64_t>(get(bytes, at, 8));
    cursor->from = static_cast<std::int64_t>(get(bytes, at, 8));
    cursor->to = static_cast<std::int64_t>(get(bytes, at, 8));
    cursor->fingerprint = get(bytes, at, 8);
    return version == kVersion && direction <= 1 && get(bytes, at, 4) == checksum(bytes);
}

void Fingerprint::take(const void* bytes, std::size_t count)
{
    for (std::size_t i = 0; i < count; i++)
        state_ = (state_ ^ static_cast<const std::uint8_t*>(bytes)[i]) * kFactor;
}

void Fingerprint::add(std::string_view value)
{
    add(static_cast<std::int64_t>(value.size()));
    take(value.data(), value.size());
}

void Fingerprint::add_absent()
{
    add(std::int64_t{-1});
}

void Fingerprint::add(std::int64_t value)
{
    for (int i = 0; i < 8; i++) {
        const auto byte = static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i));
        take(&byte, 1);
    }
}

}  // namespace journal
