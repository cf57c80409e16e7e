// See write_rights.hpp.
#include "changes/write_rights.hpp"

#include "base/function.hpp"
#include "base/list.hpp"
#include "catalog/relation.hpp"

namespace journal {

Relation strangers_table(const List* sets)
{
    for (const auto* set : items<RowSet>(sets)) {
        if (superuser() && !is_trusted(set->table))
            return set->table;
    }
    return nullptr;
}

void raise_strangers_table(const Application* application, Relation table, const char* why)
{
    const Oid owner = table->rd_rel->relowner;
    ereport(ERROR,
            (errcode(kStrangersTable),
             errmsg("rows of %s cannot be %s by a superuser",
                    qualified_name(RelationGetRelid(table)), application->done),
             errdetail("Code of its owner, %s, runs with his rights, and that is not enough: %s.",
                       quote_identifier(GetUserNameFromId(owner, false)), why),
             errhint("Call the function as a role that may write the rows, or name the owner in "
                     "journal.trusted_owner if he may have every superuser's rights.")));
    pg_unreachable();
}

Rights rights_to_write(const Application* application, const List* sets)
{
    Relation table = strangers_table(sets);
    if (table == nullptr)
        return Rights::present();
    for (const auto* set : items<RowSet>(sets)) {
        Relation other = set->table;
        if (other->rd_rel->relowner != table->rd_rel->relowner)
            raise_strangers_table(
                application, table,
                psprintf("they are written together with rows of %s, which is another's",
                         qualified_name(RelationGetRelid(other))));
    }
    return Rights::lent_by(table);
}

void set_constraints(bool deferred)
{
    auto* statement = makeNode(ConstraintsSetStmt);
    statement->deferred = deferred;
    AfterTriggerSetState(statement);
}

}  // namespace journal
