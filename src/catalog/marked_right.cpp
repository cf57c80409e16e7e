// See marked_right.hpp.
#include "catalog/marked_right.hpp"

namespace journal {

bool has_marked_right(Oid role, const char* function)
{
    return DatumGetBool(DirectFunctionCall3(has_function_privilege_id_name, ObjectIdGetDatum(role),
                                            CStringGetTextDatum(function),
                                            CStringGetTextDatum("EXECUTE")));
}

}  // namespace journal
