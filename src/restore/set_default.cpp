// See set_default.hpp.
#include "restore/set_default.hpp"

#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "catalog/entry_data.hpp"
#include "catalog/relation.hpp"
#include "catalog/tracked_relation.hpp"
#include "changes/table_keys.hpp"
#include "values/text_form.hpp"

namespace journal {

struct KeyDefaults {
    int32 layout;
    char*** texts;  // by key and column; nullptr: none, or not known
};

namespace {

/// Text form of a column's default, or nullptr for NULL and for a volatile one.
char* default_text(Relation table, AttrNumber number)
{
    Node* node = build_column_default(table, number);
    if (node == nullptr || contain_volatile_functions(node))
        return nullptr;
    EState* executor = CreateExecutorState();
    const Rights scope = Rights::lent_by(table);
    bool is_null = false;
    const Datum value =
        ExecEvalExprSwitchContext(ExecPrepareExpr(reinterpret_cast<Expr*>(node), executor),
                                  GetPerTupleExprContext(executor), &is_null);
    scope.end();
    char* text = is_null ? nullptr
                         : text_form_once(
                               TupleDescAttr(RelationGetDescr(table), number - 1)->atttypid, value);
    FreeExecutorState(executor);
    return text;
}

/// The column of a layout in a table; nullptr if it is gone.
const PlanColumn* column_now(const RelationPlan* plan, const Layout* layout, int position)
{
    const int now = plan_position(plan, layout->columns[position].id);
    return now < 0 ? nullptr : &plan->columns[now];
}

/// Whether a table's foreign key is the one that a layout has.
bool is_key(const ForeignKey& now, const RelationPlan* plan, const Layout* layout,
            const LayoutForeignKey& key)
{
    const TrackedRelation* referenced = tracked_relation_by_id(key.relation);
    if (referenced == nullptr || now.root != referenced->relation || now.count != key.count)
        return false;
    for (int i = 0; i < key.count; i++) {
        const PlanColumn* column = column_now(plan, layout, key.positions[i]);
        if (column == nullptr || !has_column(now, column->name))
            return false;
    }
    return true;
}

void read_defaults(Oid table, const Layout* layout, KeyDefaults* defaults)
{
    if (get_rel_relkind(table) == '\0')
        return;
    Relation relation = table_open(table, AccessShareLock);
    const RelationPlan* plan = known_plan_for(relation);
    for (const auto* now : items<ForeignKey>(plan == nullptr ? NIL : read_foreign_keys(table))) {
        if (now->on_delete != FKCONSTR_ACTION_SETDEFAULT)
            continue;
        for (int i = 0; i < layout->foreign_key_count; i++) {
            const LayoutForeignKey& key = layout->foreign_keys[i];
            for (int k = 0; k < key.count && is_key(*now, plan, layout, key); k++)
                defaults->texts[i][k] =
                    default_text(relation, column_now(plan, layout, key.positions[k])->number);
        }
    }
    table_close(relation, AccessShareLock);
}

}  // namespace

KeyDefaults* find_key_defaults(const Layout* layout)
{
    auto* defaults = make_in<KeyDefaults>(CurrentMemoryContext);
    defaults->layout = layout->id;
    defaults->texts = make_array_in<char**>(CurrentMemoryContext, layout->foreign_key_count);
    for (int i = 0; i < layout->foreign_key_count; i++)
        defaults->texts[i] =
            make_array_in<char*>(CurrentMemoryContext, layout->foreign_keys[i].count);
    const TrackedRelation* tracked =
        layout->foreign_key_count == 0 ? nullptr : tracked_relation_by_id(layout->relation);
    if (tracked == nullptr)
        return defaults;
    // A partitioned table's key sets the defaults of that table; an inheritance child has its own.
    if (!layout->is_root && layout->current_incarnation)
        read_defaults(layout->relation_oid, layout, defaults);
    if (layout->is_root || get_rel_relkind(tracked->relation) == RELKIND_PARTITIONED_TABLE)
        read_defaults(tracked->relation, layout, defaults);
    return defaults;
}

bool is_key_default(const List* defaults, int32 layout, int key, int column,
                    const JsonbValue& value)
{
    for (const auto* known : items<KeyDefaults>(defaults)) {
        if (known->layout != layout)
            continue;
        const char* text = known->texts[key][column];
        return text != nullptr && strcmp(text, value_text(&value)) == 0;
    }
    return false;
}

}  // namespace journal
