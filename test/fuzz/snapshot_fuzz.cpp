// Fuzzes what stands between a damaged page and the decoding of a snapshot: of bytes that is_jsonb
// lets pass, the server's iterator, rebuilt here, reads nothing that is outside. Lengths and
// offsets are believed as it believes them, and the sanitizers watch.
#include "values/jsonb_form.hpp"

#include <cstdlib>
#include <cstring>
#include <memory>

using namespace journal;
using namespace journal::jsonb_form;

namespace {

std::uint64_t seen;

std::uint32_t word_at(const unsigned char* bytes)
{
    std::uint32_t word = 0;
    std::memcpy(&word, bytes, sizeof(word));
    return word;
}

void touch(const unsigned char* bytes, std::size_t size)
{
    for (std::size_t i = 0; i < size; i++)
        seen += bytes[i];
}

// As JsonbIteratorNext and fillJsonbValue go through a container.
void walk(const unsigned char* container, int depth)
{
    const std::uint32_t header = word_at(container);
    const std::uint32_t count = header & kCount;
    const std::uint32_t children = (header & kObject) != 0 ? 2 * count : count;
    const unsigned char* data = container + 4 + 4 * static_cast<std::size_t>(children);
    std::size_t offset = 0;
    for (std::uint32_t i = 0; i < children; i++) {
        const std::uint32_t entry = word_at(container + 4 + 4 * static_cast<std::size_t>(i));
        const std::size_t value = entry & kLength;
        const std::size_t length = (entry & kIsEnd) != 0 ? value - offset : value;
        const std::size_t start = (offset + 3) / 4 * 4;
        switch (entry & kType) {
            case kString:
                touch(data + offset, length);
                break;
            case kNumeric: {
                const std::uint32_t size = word_at(data + start) >> 2;
                if (size != length - (start - offset))
                    abort();
                touch(data + start, size);
                break;
            }
            case kContainer:
                if (depth < 1000)
                    walk(data + start, depth + 1);
                break;
            case kFalse:
            case kTrue:
            case kNull:
                break;
            default:
                abort();
        }
        offset += length;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    // A copy of its own size, so that the sanitizer sees its end.
    const auto bytes = std::make_unique<unsigned char[]>(size);
    std::memcpy(bytes.get(), data, size);
    if (is_jsonb(bytes.get(), size))
        walk(bytes.get(), 0);
    return 0;
}
