// See rule.hpp.
#include "catalog/rule.hpp"

#include "base/function.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "base/row_scan.hpp"
#include "catalog/condition.hpp"
#include "values/packed_values.hpp"

namespace journal {

namespace {

// Positions of a rule's columns; a column that is gone (its DROP was not refused, event triggers
// being off) is left out.
int* read_positions(const Value& columns, const RelationPlan* plan, int* count)
{
    int id_count = 0;
    const int32* ids = columns.int4_array(plan->context, &id_count);
    *count = 0;
    if (ids == nullptr)
        return nullptr;
    int* positions = make_array_in<int>(plan->context, id_count);
    for (int i = 0; i < id_count; i++) {
        const int position = plan_position(plan, ids[i]);
        if (position >= 0)
            positions[(*count)++] = position;
    }
    return positions;
}

// Present names of the columns that a condition names, in order. One that is gone makes the
// condition unreadable, by a name that no column has.
const char** read_names(const Value& columns, const RelationPlan* plan, int* count)
{
    const int32* ids = columns.int4_array(plan->context, count);
    const char** names = make_array_in<const char*>(plan->context, *count);
    for (int i = 0; i < *count; i++) {
        const int position = plan_position(plan, ids[i]);
        names[i] = position >= 0 ? plan->columns[position].name : "(dropped column)";
    }
    return names;
}

int32 parsed_rule;  // the rule whose condition is, or was last, parsed

// A rule as it is stored: its condition is not parsed yet.
struct StoredRule {
    Rule rule;
    const char* condition;  // or nullptr
    const char* search_path;
    int column_count;
    const char** columns;  // present names
};

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

// What an entry that holds the row keeps of the rule's details: their positions, as a string.
bytea* row_details(const Rule& rule, const RelationPlan* plan)
{
    if (rule.operation == 'u' || rule.detail_count == 0)
        return nullptr;
    StringInfoData positions;
    initStringInfo(&positions);
    for (int i = 0; i < rule.detail_count; i++)
        appendStringInfo(&positions, "%s%d", i == 0 ? "" : " ", rule.details[i]);
    MemoryContext previous = MemoryContextSwitchTo(plan->context);
    bytea* result = packed_string({positions.data, static_cast<std::size_t>(positions.len)});
    MemoryContextSwitchTo(previous);
    return result;
}

StoredRule read_rule(const RowScan& scan, const RelationPlan* plan, MemoryContext work)
{
    StoredRule stored{};
    Rule& rule = stored.rule;
    rule.number = scan.value("number").int4();
    rule.event_type = scan.value("event_type").int4();
    rule.operation = scan.value("operation").text(work)[0];
    rule.columns = read_positions(scan.value("columns"), plan, &rule.column_count);
    rule.details = read_positions(scan.value("details"), plan, &rule.detail_count);
    rule.row_details = row_details(rule, plan);
    const Value changed_at = scan.value("changed_at");
    rule.changed_at = changed_at.is_null ? -1 : plan_position(plan, changed_at.int4());
    stored.condition = scan.value("condition").text(work);
    rule.single_column =
        rule.operation == 'u' && rule.column_count == 1 && stored.condition == nullptr;
    if (stored.condition == nullptr)
        return stored;
    stored.search_path = scan.value("search_path").text(work);
    stored.columns = read_names(scan.value("condition_columns"), plan, &stored.column_count);
    return stored;
}

// Parses a rule's condition and makes it ready for evaluation if it is to be executable.
void prepare_condition(Rule& rule, const StoredRule& stored, const RelationPlan* plan,
                       Relation relation, bool executable)
{
    parsed_rule = rule.number;
    Expr* expression = parse_condition({kRuleCondition, stored.condition, stored.search_path,
                                        rule.operation, stored.column_count, stored.columns},
                                       relation, nullptr);
    if (!executable)
        return;
    in_context(plan->context, [&] {
        // The expression's constants are pointed at, not copied: they have to live with the plan.
        auto* kept = static_cast<Expr*>(copyObjectImpl(expression));
        rule.condition = ExecInitQual(make_ands_implicit(expression_planner(kept)), nullptr);
        rule.evaluation = make_evaluation(plan->context);
    });
}

}  // namespace

void load_rules(RelationPlan* plan, Relation relation, bool executable)
{
    MemoryContext work = CurrentMemoryContext;
    Vector<StoredRule> stored(work);
    RowScan scan =
        RowScan::begin("event_rule", "event_rule_relation_idx", {int4_key("relation", plan->id)});
    while (scan.next())
        stored.push_back(read_rule(scan, plan, work));
    scan.end();
    std::sort(stored.begin(), stored.end(), [](const StoredRule& a, const StoredRule& b) {
        return a.rule.number < b.rule.number;
    });

    const auto count = static_cast<int>(stored.size());
    plan->rules = make_array_in<Rule>(plan->context, count);
    for (int i = 0; i < count; i++)
        plan->rules[i] = stored[i].rule;
    plan->rule_count = count;
    plan->has_rules = count > 0;
    for (int i = 0; i < count; i++)
        if (stored[i].condition != nullptr)
            prepare_condition(plan->rules[i], stored[i], plan, relation, executable);
}

bool condition_holds(Rule& rule, TupleTableSlot* old_row, TupleTableSlot* new_row)
{
    if (rule.condition == nullptr)
        return true;
    // Both hold one evaluation at a time. Functions that write in spite of being declared stable
    // could come here again.
    if (rule.is_evaluating)
        ereport(ERROR, (errcode(kRuleRefused),
                        errmsg("the condition of event rule %d changes the table that it is about",
                               rule.number),
                        errdetail("A function that it calls is declared stable or immutable, but "
                                  "calls one that writes."),
                        errhint("Drop the rule: SELECT journal.drop_rule(%d).", rule.number)));
    volatile bool holds = false;
    rule.evaluation->ecxt_per_tuple_memory = CurrentMemoryContext;
    rule.evaluation->ecxt_innertuple = old_row;
    rule.evaluation->ecxt_outertuple = new_row;
    rule.is_evaluating = true;
    PG_TRY();
    {
        holds = ExecQual(rule.condition, rule.evaluation);
    }
    PG_FINALLY();
    {
        rule.is_evaluating = false;
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
