// See find_issues.hpp.
#include "checks/find_issues.hpp"

#include "base/list.hpp"
#include "changes/table_rules.hpp"
#include "checks/final_state.hpp"

namespace journal {

namespace {

/// Tells the issues of a set.
void tell_issues(IssueReader* reader, RowSet* set, TellIssue tell)
{
    const char* forbidden = missing_privilege(set);
    const char* rule = replacing_rule(set);
    MemoryContext work =
        AllocSetContextCreate(CurrentMemoryContext, "event_journal issue", ALLOCSET_DEFAULT_SIZES);
    SetRow row{};
    const auto tell_of_row = [&](Issue issue) {
        issue.root = set->plan->root;
        issue.action = set->operation;
        issue.set = set->index;
        issue.row = row;
        tell(set, issue);
    };
    const auto tell_all = [&] {
        bool is_all = forbidden != nullptr;
        if (forbidden != nullptr)
            tell_of_row(make_issue(IssueKind::kForbidden, forbidden));
        else if (rule != nullptr)
            tell_of_row(make_issue(IssueKind::kRuled, psprintf("rule %s", quote_identifier(rule))));
        for (; reader->is_of(set, row.number); reader->next()) {
            if (is_all)
                continue;
            tell_of_row(reader->issue);
            // It comes first.
            is_all = reader->issue.kind == IssueKind::kForbidden;
        }
    };
    rewind_rows(set);
    while ((forbidden != nullptr || rule != nullptr ||
            (reader->more && reader->issue.set == set->index)) &&
           read_row(set, &row)) {
        CHECK_FOR_INTERRUPTS();
        in_context(work, tell_all);
        MemoryContextReset(work);
    }
    MemoryContextDelete(work);
}

}  // namespace

void find_issues(Application* application, TellIssue tell)
{
    in_work_memory([&] {
        FinalState final{};
        begin_final_state(&final, application);
        make_final_state(&final);
        check_keys(&final);
        check_policies(&final);
        end_final_state(&final);
        sort_issues(final.found, "set, number, kind, detail, sqlstate, object");
        IssueReader reader(final.found);
        for (auto* set : items<RowSet>(application->sets)) {
            if (set->count > 0)
                tell_issues(&reader, set, tell);
        }
        end_issues(final.found);
    });
}

}  // namespace journal
