// See rule_check.hpp. A condition is parsed when its table's plan is built, so a plan of each table
// with conditions is built, for its errors alone.
#include "tracking/rule_check.hpp"

#include "base/function.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "catalog/relation.hpp"
#include "catalog/rule.hpp"

namespace journal {

bool is_error_of_server(int code)
{
    const int category = ERRCODE_TO_CATEGORY(code);
    return category == ERRCODE_OPERATOR_INTERVENTION ||
           category == ERRCODE_INSUFFICIENT_RESOURCES || category == ERRCODE_TRANSACTION_ROLLBACK;
}

namespace {

[[noreturn]] void raise_broken_track(Oid relation, const ErrorData* error)
{
    const char* name = qualified_name(relation);
    ereport(ERROR, (errcode(kRuleDependsOnIt),
                    errmsg("the tracking of %s depends on what this command changes", name),
                    errdetail("Its condition or deleted_when no longer holds together: %s%s%s",
                              error->message, error->detail == nullptr ? "" : ". ",
                              error->detail == nullptr ? "" : error->detail),
                    errhint("Call journal.track('%s', ...) again without it first.", name)));
    pg_unreachable();
}

}  // namespace

void check_rule_conditions()
{
    MemoryContext work = CurrentMemoryContext;
    Query query = Query::begin_latest();
    const uint64 count = query.run(
        "SELECT r.number, t.code, k.relation::oid FROM journal.event_rule r "
        "JOIN journal.tracked_relation k ON k.id = r.relation JOIN journal.event_type t ON t.id = "
        "r.event_type "
        "WHERE r.condition IS NOT NULL AND k.relation IS NOT NULL AND k.capture = 'events' "
        "UNION ALL SELECT 0, NULL, k.relation::oid FROM journal.tracked_relation k "
        "WHERE coalesce(k.condition, k.deleted_when) IS NOT NULL AND k.relation IS NOT NULL "
        "AND k.capture = 'events' ORDER BY 1",
        {}, true);
    Oid* relations = make_array_in<Oid>(work, count);
    int32* numbers = make_array_in<int32>(work, count);
    const char** codes = make_array_in<const char*>(work, count);
    for (uint64 i = 0; i < count; i++) {
        numbers[i] = query.value(i, "number").int4();
        codes[i] = query.value(i, "code").text(work);
        relations[i] = query.value(i, "relation").oid();
    }
    query.end();

    for (uint64 i = 0; i < count; i++) {
        CHECK_FOR_INTERRUPTS();
        // A relation that is not there belongs to a restore or to a DROP in progress.
        Relation relation = try_relation_open(relations[i], AccessShareLock);
        if (relation == nullptr)
            continue;
        ErrorData* volatile error = nullptr;
        forget_parsed_rule();
        const Rights rights = Rights::present();
        PG_TRY();
        {
            known_plan_for(relation);
        }
        PG_CATCH();
        {
            rights.end();
            MemoryContextSwitchTo(work);
            error = CopyErrorData();
            FlushErrorState();
        }
        PG_END_TRY();
        // What is no rule's fault: a cancelled statement, a full memory.
        if (error != nullptr && is_error_of_server(error->sqlerrcode))
            ReThrowError(error);
        // No rule was being parsed: this table's own conditions, which are in no other row.
        if (error != nullptr && last_parsed_rule() == 0)
            raise_broken_track(relations[i], error);
        // Building the plan parses the conditions of all rules of the relation: another one may be
        // at fault.
        for (uint64 j = i; error != nullptr && j < count; j++)
            if (numbers[j] == last_parsed_rule())
                i = j;
        if (error != nullptr)
            ereport(ERROR,
                    (errcode(kRuleDependsOnIt),
                     errmsg("event rule %d (%s) on %s depends on what this command changes",
                            numbers[i], codes[i], qualified_name(relations[i])),
                     errdetail("Its condition no longer holds together: %s%s%s", error->message,
                               error->detail == nullptr ? "" : ". ",
                               error->detail == nullptr ? "" : error->detail),
                     errhint("Drop the rule first: SELECT journal.drop_rule(%d).", numbers[i])));
        relation_close(relation, AccessShareLock);
    }
}

}  // namespace journal
