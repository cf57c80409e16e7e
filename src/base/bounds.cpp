// See bounds.hpp.
#include "base/bounds.hpp"

namespace journal {

namespace {

void check_size(const char* argument, Size size, int most)
{
    if (size > static_cast<Size>(most))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("%s is too long: it has %zu bytes", argument, size),
                        errdetail("It may have at most %d.", most),
                        errhint("Keep what is longer in a table of your own.")));
}

}  // namespace

void check_length(const char* argument, const char* text, int most)
{
    if (text != nullptr)
        check_size(argument, strlen(text), most);
}

void check_length(const char* argument, const Jsonb* value, int most)
{
    if (value != nullptr)
        check_size(argument, VARSIZE(value), most);
}

const char* bounded_argument(FunctionCallInfo fcinfo, int number, const char* name, int most)
{
    if (PG_ARGISNULL(number))
        return nullptr;
    // Looked at before it is unpacked.
    check_size(name, toast_raw_datum_size(PG_GETARG_DATUM(number)) - VARHDRSZ, most);
    return text_to_cstring(PG_GETARG_TEXT_PP(number));
}

}  // namespace journal
