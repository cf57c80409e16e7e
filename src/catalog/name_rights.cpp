// See name_rights.hpp.
#include "catalog/name_rights.hpp"

#include "catalog/marked_right.hpp"
#include "catalog/tracked_relation.hpp"

namespace journal {

bool may_read_column(Oid role, Oid relation, AttrNumber column)
{
    return object_aclcheck(NamespaceRelationId, get_rel_namespace(relation), role, ACL_USAGE) ==
               ACLCHECK_OK &&
           (pg_class_aclcheck(relation, role, ACL_SELECT) == ACLCHECK_OK ||
            (column != InvalidAttrNumber &&
             pg_attribute_aclcheck(relation, column, role, ACL_SELECT) == ACLCHECK_OK));
}

bool may_read_names(Oid role, Relation relation, AttrNumber label)
{
    AttrNumber key[INDEX_MAX_KEYS];
    Oid index = InvalidOid;
    const int count = key_attributes(relation, key, &index);
    for (int i = 0; i < count; i++)
        if (!may_read_column(role, RelationGetRelid(relation), key[i]))
            return false;
    return label == InvalidAttrNumber || may_read_column(role, RelationGetRelid(relation), label);
}

Oid owner_of(Oid relation)
{
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
    if (!HeapTupleIsValid(tuple))
        return InvalidOid;
    const Oid owner = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relowner;
    ReleaseSysCache(tuple);
    return owner;
}

bool may_take_any_type()
{
    return has_marked_right(GetUserId(), "journal.any_object_type()");
}

}  // namespace journal
