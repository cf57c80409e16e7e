// See table_rules.hpp.
#include "changes/table_rules.hpp"

#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"

namespace journal {

namespace {

CmdType command_of(const RowSet* set)
{
    return set->operation == RowOperation::kInsert   ? CMD_INSERT
           : set->operation == RowOperation::kUpdate ? CMD_UPDATE
                                                     : CMD_DELETE;
}

/// Whether a rule is in force, for that command.
bool is_for(const RewriteRule* rule, CmdType command)
{
    const bool is_replica = SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA;
    return rule->event == command && rule->enabled != TRIGGER_DISABLED &&
           rule->enabled != (is_replica ? TRIGGER_FIRES_ON_ORIGIN : TRIGGER_FIRES_ON_REPLICA);
}

template <typename Use>
void for_each_rule(const RowSet* set, CmdType command, const Use& use)
{
    const RuleLock* rules = set->table->rd_rules;
    for (int i = 0; rules != nullptr && i < rules->numLocks; i++)
        if (is_for(rules->rules[i], command))
            use(rules->rules[i]);
}

char* rule_name(Oid rule)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin_latest();
    query.run("SELECT rulename::text FROM pg_rewrite WHERE oid = $1",
              {{OIDOID, ObjectIdGetDatum(rule)}}, true);
    char* name = query.value(0).text(context);
    query.end();
    return name;
}

}  // namespace

bool has_rules(const RowSet* set)
{
    bool any = false;
    for_each_rule(set, command_of(set), [&any](const RewriteRule*) { any = true; });
    return any;
}

bool has_update_rules(const RowSet* set)
{
    bool any = false;
    for_each_rule(set, CMD_UPDATE, [&any](const RewriteRule*) { any = true; });
    return any;
}

bool have_rules(const List* sets)
{
    bool any = false;
    for (const auto* set : items<RowSet>(sets))
        any |= has_rules(set);
    return any;
}

const char* replacing_rule(const RowSet* set)
{
    Oid found = InvalidOid;
    for_each_rule(set, command_of(set), [&found](const RewriteRule* rule) {
        if (rule->isInstead && rule->qual == nullptr)
            found = rule->ruleId;
    });
    return OidIsValid(found) ? rule_name(found) : nullptr;
}

List* rule_conditions(const RowSet* set)
{
    List* conditions = NIL;
    for_each_rule(set, command_of(set), [&](const RewriteRule* rule) {
        // A subquery has to be planned with the statement.
        if (!rule->isInstead || rule->qual == nullptr || checkExprHasSubLink(rule->qual))
            return;
        Node* node = static_cast<Node*>(copyObjectImpl(rule->qual));
        for (const int varno : {PRS2_OLD_VARNO, PRS2_NEW_VARNO}) {
            node = expand_generated_columns_in_expr(node, set->table, varno);
            ChangeVarNodes(node, varno, varno == PRS2_OLD_VARNO ? OUTER_VAR : INNER_VAR, 0);
        }
        auto* condition = make_in<RuleCondition>(CurrentMemoryContext);
        condition->rule = rule_name(rule->ruleId);
        condition->node = node;
        conditions = lappend(conditions, condition);
    });
    return conditions;
}

ArrayBuildState* add_rule_names(ArrayBuildState* names, const RowSet* set)
{
    for_each_rule(set, command_of(set), [&names](const RewriteRule* rule) {
        names = accumArrayResult(names, CStringGetTextDatum(rule_name(rule->ruleId)), false,
                                 TEXTOID, CurrentMemoryContext);
    });
    return names;
}

}  // namespace journal
