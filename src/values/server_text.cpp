// See server_text.hpp.
#include "values/server_text.hpp"

namespace journal {

const char* server_text(const char* utf8, const char* plain)
{
    const int encoding = GetDatabaseEncoding();
    if (encoding == PG_UTF8)
        return utf8;
    // SQL_ASCII has no characters beyond ASCII, only bytes that nobody knows the meaning of.
    const Oid conversion =
        encoding == PG_SQL_ASCII ? InvalidOid : FindDefaultConversionProc(PG_UTF8, encoding);
    if (!OidIsValid(conversion))
        return plain;
    const auto length = static_cast<int>(strlen(utf8));
    const int room = length * MAX_CONVERSION_GROWTH + 1;
    auto* text = static_cast<unsigned char*>(palloc(room));
    auto* source = reinterpret_cast<unsigned char*>(pstrdup(utf8));
    const int converted = pg_do_encoding_conversion_buf(conversion, PG_UTF8, encoding, source,
                                                        length, text, room, true);
    return converted == length ? reinterpret_cast<const char*>(text) : plain;
}

std::string_view utf8_text(std::string_view text)
{
    const int encoding = GetDatabaseEncoding();
    if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII || text.empty())
        return text;
    const char* converted = pg_server_to_any(text.data(), static_cast<int>(text.size()), PG_UTF8);
    return converted == text.data() ? text : std::string_view(converted);
}

}  // namespace journal
