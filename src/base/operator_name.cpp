// See operator_name.hpp.
#include "base/operator_name.hpp"

namespace journal {

const char* operator_name(Oid oid)
{
    HeapTuple tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(oid));
    if (!HeapTupleIsValid(tuple))
        elog(ERROR, "cache lookup failed for operator %u", oid);
    const auto* form = reinterpret_cast<Form_pg_operator>(GETSTRUCT(tuple));
    const char* result =
        psprintf("OPERATOR(%s.%s)", quote_identifier(get_namespace_name(form->oprnamespace)),
                 NameStr(form->oprname));
    ReleaseSysCache(tuple);
    return result;
}

const char* find_equality_operator(Oid type)
{
    const Oid equality = lookup_type_cache(type, TYPECACHE_EQ_OPR)->eq_opr;
    return OidIsValid(equality) ? operator_name(equality) : nullptr;
}

const char* equality_operator(Oid type)
{
    const char* result = find_equality_operator(type);
    if (result == nullptr)
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_FUNCTION),
                        errmsg("type %s has no equality operator", format_type_be(type))));
    return result;
}

}  // namespace journal
