// See prepared_condition.hpp.
#include "catalog/prepared_condition.hpp"

#include "base/function.hpp"
#include "base/memory.hpp"

namespace journal {

namespace {

int32 parsed_rule;  // the rule whose condition is, or was last, parsed

// What a condition is evaluated in. It gets no memory of its own, which would be 8 kB for each:
// what an evaluation allocates is the caller's, and goes with the row.
ExprContext* make_evaluation(MemoryContext context)
{
    MemoryContext previous = MemoryContextSwitchTo(context);
    ExprContext* evaluation = makeNode(ExprContext);
    MemoryContextSwitchTo(previous);
    evaluation->ecxt_per_query_memory = context;
    evaluation->caseValue_isNull = true;
    evaluation->domainValue_isNull = true;
    return evaluation;
}

[[noreturn]] void raise_writing(const PreparedCondition& condition)
{
    const bool is_rules = condition.rule != 0;
    ereport(ERROR,
            (errcode(kRuleRefused),
             is_rules ? errmsg("the condition of event rule %d changes the table that it is about",
                               condition.rule)
                      : errmsg("a condition of track changes the table that it is about"),
             errdetail("A function that it calls is declared stable or immutable, but calls one "
                       "that writes."),
             is_rules ? errhint("Drop the rule: SELECT journal.drop_rule(%d).", condition.rule)
                      : errhint("Call journal.track again without it.")));
    pg_unreachable();
}

}  // namespace

PreparedCondition prepare_condition(const ConditionText& text, int32 rule, Relation relation,
                                    MemoryContext context, bool executable)
{
    PreparedCondition prepared{};
    prepared.rule = rule;
    parsed_rule = rule;
    Expr* expression = parse_condition(text, relation, nullptr);
    if (!executable)
        return prepared;
    in_context(context, [&] {
        // The expression's constants are pointed at, not copied: they have to live with the plan.
        auto* kept = static_cast<Expr*>(copyObjectImpl(expression));
        prepared.state = ExecInitQual(make_ands_implicit(expression_planner(kept)), nullptr);
        prepared.evaluation = make_evaluation(context);
    });
    return prepared;
}

bool condition_holds(PreparedCondition& condition, TupleTableSlot* old_row, TupleTableSlot* new_row)
{
    if (condition.state == nullptr)
        return true;
    // Both hold one evaluation at a time. Functions that write in spite of being declared stable
    // could come here again.
    if (condition.is_evaluating)
        raise_writing(condition);
    volatile bool holds = false;
    condition.evaluation->ecxt_per_tuple_memory = CurrentMemoryContext;
    condition.evaluation->ecxt_innertuple = old_row;
    condition.evaluation->ecxt_outertuple = new_row;
    condition.is_evaluating = true;
    PG_TRY();
    {
        holds = ExecQual(condition.state, condition.evaluation);
    }
    PG_FINALLY();
    {
        condition.is_evaluating = false;
    }
    PG_END_TRY();
    return holds;
}

int32 last_parsed_rule()
{
    return parsed_rule;
}

void forget_parsed_rule()
{
    parsed_rule = 0;
}

}  // namespace journal
