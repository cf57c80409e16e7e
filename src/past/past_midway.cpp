// The past in the middle of a statement.
//
// While a statement's AFTER triggers fire, or while a function that it calls looks for itself, rows
// are there that no entry tells of yet, and others are gone: the journal's trigger on them is still
// to come. Whether a given row is one of them nobody can tell. But a snapshot can be told to show
// nothing of the present transaction, neither rows nor entries: so whatever lies before the
// transaction is right, and what does not is an error.
#include "base/function.hpp"
#include "base/list.hpp"
#include "catalog/tracked_relation.hpp"
#include "past/past.hpp"

namespace journal {

namespace {

/// Whether the transaction is anywhere within a statement that has the table open, or whose
/// triggers are firing. At its own level a transaction may have events of deferred constraints
/// pending, which do not concern us.
bool is_in_statement(const Past* past, Relation member)
{
    const int ours = RelationGetRelid(member) == RelationGetRelid(past->root) ? 2 : 1;
    return member->rd_refcnt > ours || DatumGetInt32(OidFunctionCall0(F_PG_TRIGGER_DEPTH)) > 0;
}

[[noreturn]] void raise_midway(const Past* past, const char* detail)
{
    ereport(ERROR, (errcode(kPastUnknown),
                    errmsg("the past of %s is not known in the middle of a statement",
                           qualified_name(RelationGetRelid(past->root))),
                    errdetail_internal("%s", detail),
                    errhint("Ask for a moment before the transaction, or when the statement is "
                            "over.")));
    pg_unreachable();
}

}  // namespace

bool step_out_of_statement(const Past* past)
{
    if (!TransactionIdIsValid(GetTopTransactionIdIfAny()))
        return false;
    bool found = false;
    bool has_new_rows = false;
    List* members = find_all_inheritors(RelationGetRelid(past->root), AccessShareLock, nullptr);
    for (const Oid oid : oids(members)) {
        CHECK_FOR_INTERRUPTS();
        Relation member = relation_open(oid, NoLock);
        found = found || (AfterTriggerPendingOnRel(oid) && is_in_statement(past, member));
        has_new_rows = has_new_rows || has_new_file(member);
        relation_close(member, NoLock);
    }
    if (!found)
        return false;
    for (int side = 0; side < past->side_count; side++)
        if (!is_before_transaction(past->moments[side]))
            raise_midway(past, "Rows of it have changed whose entries are still to come.");
    if (has_new_rows)
        raise_midway(past, "The transaction has written the table anew.");
    PushCopiedSnapshot(GetActiveSnapshot());
    GetActiveSnapshot()->curcid = FirstCommandId;
    return true;
}

void leave_statement(bool stepped_out)
{
    if (stepped_out)
        PopActiveSnapshot();
}

}  // namespace journal
