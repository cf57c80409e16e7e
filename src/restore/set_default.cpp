// See set_default.hpp.
#include "restore/set_default.hpp"

#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "catalog/entry_data.hpp"
#include "catalog/relation.hpp"
#include "catalog/tracked_relation.hpp"
#include "values/text_form.hpp"

namespace journal {

struct KeyDefaults {
    int32 layout;
    char*** texts;  // by key and column; nullptr: none, or not known
};

namespace {

bool sets_default(Oid constraint)
{
    HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
    if (!HeapTupleIsValid(tuple))
        elog(ERROR, "cache lookup failed for constraint %u", constraint);
    const char action = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple))->confdeltype;
    ReleaseSysCache(tuple);
    return action == FKCONSTR_ACTION_SETDEFAULT;
}

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

/// Attribute number of a column of a layout in a table, or 0.
AttrNumber number_in(const RelationPlan* plan, const Layout* layout, int position)
{
    const int now = plan_position(plan, layout->columns[position].id);
    return now < 0 ? 0 : plan->columns[now].number;
}

/// Whether a table's foreign key is the one that a layout has.
bool is_key(const ForeignKeyCacheInfo* now, const RelationPlan* plan, const Layout* layout,
            const LayoutForeignKey& key)
{
    const TrackedRelation* referenced = tracked_relation_by_id(key.relation);
    if (referenced == nullptr || partition_root(now->confrelid) != referenced->relation ||
        now->nkeys != key.count)
        return false;
    for (int i = 0; i < key.count; i++) {
        const AttrNumber number = number_in(plan, layout, key.positions[i]);
        if (std::find(now->conkey, now->conkey + now->nkeys, number) == now->conkey + now->nkeys)
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
    const List* keys =
        plan == nullptr ? NIL : static_cast<List*>(copyObjectImpl(RelationGetFKeyList(relation)));
    for (const auto* now : items<ForeignKeyCacheInfo>(keys)) {
        if (!sets_default(now->conoid))
            continue;
        for (int i = 0; i < layout->foreign_key_count; i++) {
            const LayoutForeignKey& key = layout->foreign_keys[i];
            if (!is_key(now, plan, layout, key))
                continue;
            for (int k = 0; k < key.count; k++)
                defaults->texts[i][k] =
                    default_text(relation, number_in(plan, layout, key.positions[k]));
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
