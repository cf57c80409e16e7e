// See add_change.hpp.
#include "restore/add_change.hpp"

#include "base/rights.hpp"
#include "base/transaction.hpp"
#include "restore/translate.hpp"

namespace journal {

namespace {

/// Reads a row's values. The checks of a domain are its author's code: a plan, which only looks,
/// runs them with the rights of the table's owner. What is written is checked as the caller, like
/// all else that the table does with it.
void add_checked(const Application* application, RowSet* set, const RowChange& change)
{
    if (!application->dry_run) {
        add_row(set, change);
        return;
    }
    const Rights caller = Rights::lent_by(set->table);
    add_row(set, change);
    caller.end();
}

}  // namespace

void add_change(Application* application, RowSet* set, const RowChange& change)
{
    MemoryContext context = CurrentMemoryContext;
    const Rights caller = Rights::present();
    ErrorData* volatile error = nullptr;
    PG_TRY();
    {
        add_checked(application, set, change);
    }
    PG_CATCH();
    {
        caller.end();
        // Nothing is looked up between here and the error that follows.
        MemoryContextSwitchTo(context);
        error = CopyErrorData();
        FlushErrorState();
    }
    PG_END_TRY();
    if (error != nullptr)
        raise_misfit(application, set, change, error);
}

bool try_change(Application* application, RowSet* set, const RowChange& change, Conflict* conflict)
{
    ErrorData* error = run_in_subtransaction([&] { add_checked(application, set, change); });
    if (error == nullptr)
        return true;
    *conflict = misfit_of(application, set, change, error);
    set->decoding = nullptr;
    return false;
}

}  // namespace journal
