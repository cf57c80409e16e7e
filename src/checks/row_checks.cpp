// What rows violate by themselves, in the tables that they would be in.
//
// NOT NULL, check and partition constraints are evaluated by the server's own executor. An
// expression may raise any error (a check that divides by a column), so rows of tables with
// expressions are evaluated in a subtransaction each; a state of the executor that an error went
// through is not used again.
#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "base/transaction.hpp"
#include "changes/table_rules.hpp"
#include "checks/arrivals.hpp"

namespace journal {

namespace {

/// The state goes without its clean-up: an error may have left anything of it half-done.
void forget_executor(Arrivals* arrivals)
{
    MemoryContextDelete(arrivals->estate->es_query_cxt);
}

ExprState* prepared(Arrivals* arrivals, Expression* expression)
{
    if (expression->generation != arrivals->generation) {
        expression->state = in_context(arrivals->estate->es_query_cxt, [&] {
            return ExecPrepareExpr(reinterpret_cast<Expr*>(expression->node), arrivals->estate);
        });
        expression->generation = arrivals->generation;
    }
    return expression->state;
}

ExprContext* context_of(Arrivals* arrivals, TupleTableSlot* slot)
{
    ExprContext* context = GetPerTupleExprContext(arrivals->estate);
    context->ecxt_scantuple = slot;
    return context;
}

/// Whether an expression over a table's row reads one of some columns.
bool reads(Node* node, int varno, const Bitmapset* columns)
{
    Bitmapset* read = nullptr;
    pull_varattnos(node, varno, &read);
    int number = -1;
    while ((number = bms_next_member(read, number)) >= 0)
        if (bms_is_member(number + FirstLowInvalidHeapAttributeNumber, columns))
            return true;
    return false;
}

void judge_values(Arrivals* arrivals, Place* place, const Bitmapset* unknown)
{
    const TupleDesc table = RelationGetDescr(place->relation);
    for (int i = 0; i < table->natts; i++) {
        Form_pg_attribute attribute = TupleDescAttr(table, i);
        if (attribute->attisdropped || !attribute->attnotnull || place->positions[i] < 0 ||
            !place->checks->slot->tts_isnull[i] || bms_is_member(attribute->attnum, unknown))
            continue;
        note_row_issue(
            arrivals,
            make_issue(
                no_value_in(arrivals->set, NameStr(attribute->attname)),
                psprintf(
                    "null value in column \"%s\" of relation \"%s\" violates not-null constraint",
                    NameStr(attribute->attname), RelationGetRelationName(place->relation))));
    }
}

void judge_checks(Arrivals* arrivals, Place* place, const Bitmapset* unknown)
{
    PlaceChecks* checks = place->checks;
    for (int i = 0; i < checks->check_count; i++)
        if (!reads(checks->checks[i].expression.node, 1, unknown) &&
            !holds(arrivals, &checks->checks[i].expression, checks->slot))
            note_row_issue(
                arrivals,
                make_issue(
                    IssueKind::kCheckViolated,
                    psprintf("new row for relation \"%s\" violates check constraint \"%s\"",
                             RelationGetRelationName(place->relation), checks->checks[i].name)));
    if (!holds(arrivals, &checks->partition, checks->slot))
        note_row_issue(
            arrivals,
            make_issue(IssueKind::kNoPartition,
                       psprintf("new row for relation \"%s\" violates partition constraint",
                                RelationGetRelationName(place->relation))));
}

/// Errors that say nothing of the row.
bool is_of_server(const ErrorData* error)
{
    const int category = ERRCODE_TO_CATEGORY(error->sqlerrcode);
    return category == ERRCODE_TO_CATEGORY(ERRCODE_OPERATOR_INTERVENTION) ||
           category == ERRCODE_TO_CATEGORY(ERRCODE_INSUFFICIENT_RESOURCES) ||
           category == ERRCODE_TO_CATEGORY(ERRCODE_SYSTEM_ERROR) ||
           category == ERRCODE_TO_CATEGORY(ERRCODE_INTERNAL_ERROR) ||
           category == ERRCODE_TO_CATEGORY(ERRCODE_TRANSACTION_ROLLBACK);
}

}  // namespace

void begin_executor(Arrivals* arrivals)
{
    arrivals->estate = CreateExecutorState();
    arrivals->generation = ++arrivals->state->executors;
}

bool holds(Arrivals* arrivals, Expression* expression, TupleTableSlot* slot)
{
    if (expression->node == nullptr)
        return true;
    ExprState* state = prepared(arrivals, expression);
    return ExecCheck(state, context_of(arrivals, slot));
}

void compute(Arrivals* arrivals, ComputedColumn* column, TupleTableSlot* slot)
{
    ExprState* state = prepared(arrivals, &column->expression);
    bool is_null = false;
    const Datum value = ExecEvalExprSwitchContext(state, context_of(arrivals, slot), &is_null);
    slot->tts_values[column->number - 1] = value;
    slot->tts_isnull[column->number - 1] = is_null;
}

namespace {

/// What a table's rows are held against, in the current memory context.
PlaceChecks* read_checks(Relation relation)
{
    const TupleDesc table = RelationGetDescr(relation);
    auto* checks = make_in<PlaceChecks>(CurrentMemoryContext);
    checks->slot = MakeSingleTupleTableSlot(table, &TTSOpsVirtual);
    checks->computed = make_array_in<ComputedColumn>(CurrentMemoryContext, table->natts);
    for (int i = 0; i < table->natts; i++) {
        Form_pg_attribute attribute = TupleDescAttr(table, i);
        if (attribute->attisdropped || attribute->attgenerated != ATTRIBUTE_GENERATED_STORED)
            continue;
        ComputedColumn& column = checks->computed[checks->computed_count++];
        column.number = attribute->attnum;
        column.expression.node = build_column_default(relation, attribute->attnum);
    }
    const TupleConstr* constraints = table->constr;
    const int count = constraints == nullptr ? 0 : constraints->num_check;
    checks->checks = make_array_in<CheckConstraint>(CurrentMemoryContext, count);
    for (int i = 0; i < count; i++) {
        if (!is_enforced(constraints->check[i]))
            continue;
        CheckConstraint& check = checks->checks[checks->check_count++];
        check.name = constraints->check[i].ccname;
        check.expression.node = expand_generated_columns_in_expr(
            static_cast<Node*>(stringToNode(constraints->check[i].ccbin)), relation, 1);
    }
    return checks;
}

}  // namespace

PlaceChecks* checks_of(FinalState* state, Place* place)
{
    if (place->checks == nullptr)
        place->checks = in_context(state->context, [&] { return read_checks(place->relation); });
    return place->checks;
}

void end_checks(const Place* place)
{
    if (place->checks == nullptr)
        return;
    ExecDropSingleTupleTableSlot(place->checks->slot);
    if (place->checks->live != nullptr)
        ExecDropSingleTupleTableSlot(place->checks->live);
}

void judge(Arrivals* arrivals, Place* place, const Bitmapset* unknown)
{
    PlaceChecks* checks = place->checks;
    Bitmapset* all_unknown = bms_copy(unknown);
    for (int i = 0; i < checks->computed_count; i++) {
        if (reads(checks->computed[i].expression.node, 1, unknown))
            all_unknown = bms_add_member(all_unknown, checks->computed[i].number);
        else
            compute(arrivals, &checks->computed[i], checks->slot);
    }
    arrivals->placed = place;
    judge_values(arrivals, place, all_unknown);
    judge_checks(arrivals, place, all_unknown);
    judge_rules(arrivals, place->checks->slot, all_unknown);
}

void find_rules(Arrivals* arrivals)
{
    // A rule is about the columns of the table that is named, as it numbers them.
    if (arrivals->routed)
        return;
    for (const auto* condition : items<RuleCondition>(rule_conditions(arrivals->set))) {
        auto* check = make_in<RuleCheck>(CurrentMemoryContext);
        check->rule = condition->rule;
        check->condition.node = condition->node;
        arrivals->rules = lappend(arrivals->rules, check);
        arrivals->guarded = true;
    }
}

void judge_rules(Arrivals* arrivals, TupleTableSlot* next, const Bitmapset* unknown)
{
    // An inheritance child has columns of its own, and rules.
    if (arrivals->live != nullptr && arrivals->live->tts_tupleDescriptor->tdtypeid !=
                                         RelationGetDescr(arrivals->set->table)->tdtypeid)
        return;
    for (auto* check : items<RuleCheck>(arrivals->rules)) {
        if (reads(check->condition.node, INNER_VAR, unknown))
            continue;
        ExprState* state = prepared(arrivals, &check->condition);
        ExprContext* context = context_of(arrivals, nullptr);
        context->ecxt_outertuple = arrivals->live;
        context->ecxt_innertuple = next;
        bool is_null = false;
        const Datum keeps = ExecEvalExprSwitchContext(state, context, &is_null);
        if (!is_null && DatumGetBool(keeps))
            note_row_issue(
                arrivals,
                make_issue(IssueKind::kRuled, psprintf("rule %s", quote_identifier(check->rule))));
    }
}

void run_guarded(Arrivals* arrivals, Callback<void()> step)
{
    if (!arrivals->guarded) {
        step();
        return;
    }
    ErrorData* error = run_in_subtransaction([&] {
        // Defaults and checks are code of the table's owner.
        const Rights rights = rights_on(arrivals->state->application, arrivals->set->table);
        step();
        rights.end();
    });
    if (error == nullptr)
        return;
    if (is_of_server(error))
        ReThrowError(error);
    // What was computed of the row is the executor's.
    arrivals->placed = nullptr;
    forget_executor(arrivals);
    in_context(arrivals->state->context, [&] { begin_executor(arrivals); });
    Issue issue = make_issue(IssueKind::kRaised, error->message);
    issue.sqlstate = error->sqlerrcode;
    note_row_issue(arrivals, issue);
}

void note_row_issue(const Arrivals* arrivals, const Issue& issue)
{
    note_issue(arrivals->state, arrivals->index, arrivals->number, issue);
}

}  // namespace journal
