// See add_change.hpp.
#include "changes/add_change.hpp"

#include "base/rights.hpp"
#include "base/transaction.hpp"
#include "changes/translate.hpp"

namespace journal {

namespace {

/// Reads a row's values. The checks of a domain are its author's code.
void add_checked(const Application* application, RowSet* set, const RowChange& change)
{
    const Rights rights = rights_on(application, set->table);
    add_row(set, change);
    rights.end();
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
        raise_issue(misfit_of(set, change, error), application->done);
}

void try_change(Application* application, RowSet* set, const RowChange& change)
{
    ErrorData* error = run_in_subtransaction([&] { add_checked(application, set, change); });
    if (error == nullptr)
        return;
    add_issue(application->issues, misfit_of(set, change, error));
    set->decoding = nullptr;
}

}  // namespace journal
