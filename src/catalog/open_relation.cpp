// See open_relation.hpp.
#include "catalog/open_relation.hpp"

#include "base/function.hpp"
#include "base/lock_wait.hpp"
#include "catalog/tracked_relation.hpp"

namespace journal {

Relation open_relation(Oid relation, LOCKMODE mode, int sqlstate)
{
    Relation opened = OidIsValid(relation) ? try_relation_open(relation, mode) : nullptr;
    if (opened == nullptr)
        ereport(ERROR, (errcode(sqlstate),
                        sqlstate == kCannotBeTracked
                            ? errmsg("relation with OID %u cannot be tracked", relation)
                            : errmsg("relation with OID %u is not tracked", relation),
                        errdetail("There is no such relation; it may have been dropped meanwhile."),
                        errhint("Name the table, as in 'crm.orders'.")));
    return opened;
}

Relation open_owned(Oid relation, LOCKMODE mode, int sqlstate)
{
    Relation opened = open_relation(relation, AccessShareLock, sqlstate);
    require_owner(opened);
    relation_close(opened, AccessShareLock);
    lock_patiently(relation, mode);
    opened = open_relation(relation, NoLock, sqlstate);
    require_owner(opened);
    return opened;
}

}  // namespace journal
