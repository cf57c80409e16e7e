// See condition.hpp. The table's columns are made visible as CreateTriggerFiringOn (trigger.c) does
// it.
#include "catalog/condition.hpp"

#include "base/function.hpp"
#include "base/settings.hpp"

namespace journal {

namespace {

[[noreturn]] void refuse(const ConditionText& condition, const char* detail)
{
    ereport(ERROR,
            (errcode(kRuleRefused), errmsg("%s is refused: %s", condition.use, condition.text),
             errdetail("%s", detail),
             errhint("A condition is a boolean expression over old.column and new.column.")));
    pg_unreachable();
}

// While the columns of a condition are visited.
struct Visit {
    const ConditionText* condition;
    Oid relation;
    int seen;
    NamedColumns* named;
};

// Visits every column of the raw expression: checks its form, notes it, and gives it its present
// name.
bool visit_columns(Node* node, void* context)
{
    auto* visit = static_cast<Visit*>(context);
    if (node == nullptr)
        return false;
    if (IsA(node, SubLink))
        refuse(*visit->condition, "It contains a subquery.");
    if (IsA(node, ParamRef))
        refuse(*visit->condition, "It contains a parameter.");
    if (!IsA(node, ColumnRef))
        return walk_raw_expression(node, visit_columns, context);

    auto* reference = reinterpret_cast<ColumnRef*>(node);
    Node* qualifier = static_cast<Node*>(linitial(reference->fields));
    if (list_length(reference->fields) != 2 || !IsA(qualifier, String) ||
        !IsA(lsecond(reference->fields), String) ||
        (strcmp(strVal(qualifier), "old") != 0 && strcmp(strVal(qualifier), "new") != 0))
        refuse(*visit->condition, "It names a column otherwise than as old.column or new.column.");
    auto* column = static_cast<Node*>(lsecond(reference->fields));
    if (visit->seen < visit->condition->count)
        lsecond(reference->fields) = makeString(pstrdup(visit->condition->columns[visit->seen]));
    else if (visit->named != nullptr) {
        const AttrNumber number = get_attnum(visit->relation, strVal(column));
        if (number <= 0)
            ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                            errmsg("column \"%s\" of relation \"%s\" does not exist",
                                   strVal(column), get_rel_name(visit->relation)),
                            errdetail("The %s names it: %s", visit->condition->use,
                                      visit->condition->text),
                            errhint("Name columns of the tracked table.")));
        visit->named->numbers = lappend_int(visit->named->numbers, number);
        const bool is_old = strcmp(strVal(qualifier), "old") == 0;
        visit->named->of_old |= is_old;
        visit->named->of_new |= !is_old;
    }
    visit->seen++;
    return false;
}

constexpr const char* kBefore = "SELECT (";

// Lets an error's position count within the condition, not within the command that needs it.
void locate_error(void* condition)
{
    const int position = geterrposition();
    if (position <= 0)
        return;
    errposition(0);
    internalerrposition(std::max(1, position - static_cast<int>(strlen(kBefore))));
    internalerrquery(static_cast<const char*>(condition));
}

// The expression of "SELECT (text)", provided that the text is nothing but an expression.
Node* raw_expression(const ConditionText& condition, const char* statement_text)
{
    List* statements = raw_parser(statement_text, RAW_PARSE_DEFAULT);
    if (list_length(statements) != 1)
        refuse(condition, "It is more than one expression.");
    Node* statement = linitial_node(RawStmt, statements)->stmt;
    if (!IsA(statement, SelectStmt))
        refuse(condition, "It is not an expression.");
    auto* select = reinterpret_cast<SelectStmt*>(statement);
    if (list_length(select->targetList) != 1 || select->fromClause != NIL ||
        select->whereClause != nullptr || select->groupClause != NIL ||
        select->havingClause != nullptr || select->windowClause != NIL ||
        select->distinctClause != NIL || select->intoClause != nullptr ||
        select->sortClause != NIL || select->limitCount != nullptr ||
        select->limitOffset != nullptr || select->lockingClause != NIL ||
        select->withClause != nullptr || select->op != SETOP_NONE)
        refuse(condition, "It is more than one expression.");
    return linitial_node(ResTarget, select->targetList)->val;
}

void add_row(ParseState* state, Relation relation, const char* name, bool visible)
{
    ParseNamespaceItem* item = addRangeTableEntryForRelation(state, relation, AccessShareLock,
                                                             makeAlias(name, NIL), false, false);
    if (visible)
        addNSItemToQuery(state, item, false, true, true);
}

// What a text means depends on settings: what "a\b" is and whether = NULL is IS NULL, and a
// constant is read while parsing, by DateStyle or TimeZone. Those of whoever writes first must not
// matter.
int enter_parser_settings(const char* search_path)
{
    static constexpr struct {
        const char* name;
        const char* value;
    } kParser[] = {{"standard_conforming_strings", "on"},
                   {"backslash_quote", "safe_encoding"},
                   {"transform_null_equals", "off"}};
    const int level = enter_exact_settings();
    for (const auto& setting : kParser)
        set_config_option(setting.name, setting.value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
                          true, 0, false);
    set_config_option("search_path", search_path, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true,
                      0, false);
    return level;
}

}  // namespace

Expr* parse_condition(const ConditionText& condition, Relation relation, NamedColumns* named)
{
    ErrorContextCallback location{error_context_stack, locate_error,
                                  const_cast<char*>(condition.text)};
    error_context_stack = &location;
    const int guc_level = enter_parser_settings(condition.search_path);
    const char* statement = psprintf("%s%s\n)", kBefore, condition.text);
    Node* raw = raw_expression(condition, statement);
    Visit visit{&condition, RelationGetRelid(relation), 0, named};
    visit_columns(raw, &visit);

    ParseState* state = make_parsestate(nullptr);
    state->p_sourcetext = statement;
    add_row(state, relation, "old", condition.operation != 'i');
    add_row(state, relation, "new", condition.operation != 'd');
    Node* expression = transformWhereClause(state, raw, EXPR_KIND_OTHER, condition.use);
    assign_expr_collations(state, expression);
    if (state->p_hasAggs || state->p_hasWindowFuncs)
        refuse(condition, "It contains an aggregate or a window function.");
    if (state->p_hasTargetSRFs)
        refuse(condition, "It contains a set-returning function.");
    if (contain_volatile_functions(expression))
        refuse(condition, "It contains a volatile function.");
    free_parsestate(state);
    leave_exact_settings(guc_level);
    error_context_stack = location.previous;

    // No slot has a virtual column's value.
    expression = expand_generated_columns_in_expr(expression, relation, 1);
    expression = expand_generated_columns_in_expr(expression, relation, 2);
    ChangeVarNodes(expression, 1, INNER_VAR, 0);
    ChangeVarNodes(expression, 2, OUTER_VAR, 0);
    return reinterpret_cast<Expr*>(expression);
}

char* condition_sql(const ConditionText& condition, Relation relation, const char* alias)
{
    auto* expression = reinterpret_cast<Node*>(parse_condition(condition, relation, nullptr));
    ChangeVarNodes(expression, OUTER_VAR, 1, 0);
    const int level = enter_exact_settings();
    char* sql = deparse_expression(
        expression, deparse_context_for(alias, RelationGetRelid(relation)), true, false);
    leave_exact_settings(level);
    return sql;
}

}  // namespace journal
