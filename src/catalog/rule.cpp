// See rule.hpp.
#include "catalog/rule.hpp"

#include "base/function.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "base/row_scan.hpp"
#include "catalog/plan_selection.hpp"
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

// A rule as it is stored: its condition is not parsed yet.
struct StoredRule {
    Rule rule;
    const char* condition;  // or nullptr
    const char* search_path;
    int column_count;
    const char** columns;  // present names
};

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
    const Value employee = scan.value("employee");
    rule.employee = employee.is_null ? -1 : plan_position(plan, employee.int4());
    if (rule.employee >= 0 && is_hidden(plan->columns[rule.employee].mode))
        rule.employee = -1;
    stored.condition = scan.value("condition").text(work);
    rule.single_column =
        rule.operation == 'u' && rule.column_count == 1 && stored.condition == nullptr;
    if (stored.condition == nullptr)
        return stored;
    stored.search_path = scan.value("search_path").text(work);
    const int32* ids =
        scan.value("condition_columns").int4_array(plan->context, &stored.column_count);
    stored.columns = present_names(plan, ids, stored.column_count);
    return stored;
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
        plan->has_conditions |= stored[i].condition != nullptr;
    for (int i = 0; i < count; i++)
        if (stored[i].condition != nullptr)
            plan->rules[i].condition = prepare_condition(
                {kRuleCondition, stored[i].condition, stored[i].search_path,
                 stored[i].rule.operation, stored[i].column_count, stored[i].columns},
                stored[i].rule.number, relation, plan->context, executable);
}

}  // namespace journal
