// See stated_condition.hpp.
#include "tracking/stated_condition.hpp"

#include "base/bounds.hpp"
#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/rights.hpp"

namespace journal {

const char* condition_argument(FunctionCallInfo fcinfo, int number, const char* name)
{
    const char* given = bounded_argument(fcinfo, number, name, kLongestReason);
    return given == nullptr || *given == '\0' ? nullptr : given;
}

char* present_search_path()
{
    StringInfoData path;
    initStringInfo(&path);
    List* schemas = fetch_search_path(true);
    for (const Oid oid : oids(schemas)) {
        if (isAnyTempNamespace(oid))
            continue;
        const char* name = get_namespace_name(oid);
        if (name != nullptr)
            appendStringInfo(&path, "%s, ", quote_identifier(name));
    }
    list_free(schemas);
    appendStringInfoString(&path, "pg_temp");
    return path.data;
}

QueryArgument columns_of_condition(const ConditionText& condition, Relation relation,
                                   const Layout* layout, NamedColumns* named)
{
    if (condition.text == nullptr)
        return {INT4ARRAYOID, Datum{0}, true};
    NamedColumns found{};
    // Parsing reads constants, and so may run the checks of domains.
    const Rights rights = Rights::lent_by(relation);
    parse_condition(condition, relation, &found);
    rights.end();
    if (named != nullptr)
        *named = found;
    const int count = list_length(found.numbers);
    Datum* elements = make_array_in<Datum>(CurrentMemoryContext, count);
    for (int i = 0; i < count; i++)
        for (int j = 0; j < layout->column_count; j++)
            if (layout->columns[j].number == list_nth_int(found.numbers, i))
                elements[i] = Int32GetDatum(layout->columns[j].id);
    return {INT4ARRAYOID, PointerGetDatum(construct_array(elements, count, INT4OID, sizeof(int32),
                                                          true, TYPALIGN_INT))};
}

}  // namespace journal
