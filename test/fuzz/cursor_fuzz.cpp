// Fuzzes the cursor of a page, which a client hands back as text: whatever is not refused is
// exactly what encode_cursor writes.
#include "request/cursor.hpp"

#include <cstdlib>

using namespace journal;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Cursor cursor{};
    if (decode_cursor(text, &cursor) && text != encode_cursor(cursor).data())
        abort();

    // Mutations hardly ever meet the checksum: so the same bytes as a cursor's fields, too.
    if (size >= sizeof(Cursor)) {
        std::int64_t fields[5];
        __builtin_memcpy(fields, data, sizeof(fields));
        const Cursor made{
            (data[sizeof(fields)] & 1) != 0,      fields[0], fields[1], fields[2], fields[3],
            static_cast<std::uint64_t>(fields[4])};
        Cursor read{};
        if (!decode_cursor(encode_cursor(made).data(), &read) ||
            read.descending != made.descending || read.occurred_at != made.occurred_at ||
            read.id != made.id || read.from != made.from || read.to != made.to ||
            read.fingerprint != made.fingerprint)
            abort();
    }
    return 0;
}
