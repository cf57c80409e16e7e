// See copied_journal.hpp. A subscription that takes the entries takes the sessions too, which are
// one ordinary table: it is asked for that one.
#include "base/copied_journal.hpp"

#include "base/journal_tables.hpp"
#include "base/sqlstates.hpp"

namespace journal {

namespace {

bool is_known;
bool is_copied;

// May run in an aborted transaction: it only forgets.
void forget(Datum, int, uint32)
{
    is_known = false;
}

bool is_subscribed(Oid table)
{
    CatCList* subscriptions = SearchSysCacheList1(SUBSCRIPTIONRELMAP, ObjectIdGetDatum(table));
    const bool found = subscriptions->n_members > 0;
    ReleaseSysCacheList(subscriptions);
    return found;
}

}  // namespace

bool is_copied_journal()
{
    static bool is_registered = false;
    if (!is_registered) {
        CacheRegisterSyscacheCallback(SUBSCRIPTIONRELMAP, forget, Datum{0});
        is_registered = true;
    }
    if (!is_known) {
        is_copied = is_subscribed(journal_table("session"));
        is_known = true;
    }
    return is_copied;
}

void refuse_on_copied_journal()
{
    if (is_copied_journal())
        ereport(
            ERROR,
            (errcode(kCopiedJournal), errmsg("this database's journal is a copy"),
             errdetail("A subscription writes it, with the numbers of the server it comes from."),
             errhint("Write on that server, and track no table always here; or, to let this one "
                     "take over, drop the subscription and call journal.take_over().")));
}

}  // namespace journal
