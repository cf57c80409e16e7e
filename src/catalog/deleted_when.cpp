// See deleted_when.hpp.
#include "catalog/deleted_when.hpp"

#include "base/rights.hpp"
#include "catalog/name_rights.hpp"
#include "catalog/plan_selection.hpp"
#include "catalog/relation.hpp"

namespace journal {

char* deleted_when_sql(Relation relation, const char* alias)
{
    const TrackedRelation* tracked = find_tracked_relation(RelationGetRelid(relation));
    if (tracked == nullptr || tracked->deleted_when == nullptr)
        return nullptr;
    const RelationPlan* plan = known_plan_for(relation);
    const ColumnSet& columns = tracked->deleted_when_columns;
    const Rights rights = Rights::lent_by(relation);
    char* sql = condition_sql({kDeletedWhen, tracked->deleted_when, tracked->search_path, 'i',
                               columns.count, present_names(plan, columns.ids, columns.count)},
                              relation, alias);
    rights.end();
    return sql;
}

bool may_read_deleted_when(Oid role, Relation relation)
{
    const TrackedRelation* tracked = find_tracked_relation(RelationGetRelid(relation));
    if (tracked == nullptr || tracked->deleted_when == nullptr)
        return true;
    const RelationPlan* plan = known_plan_for(relation);
    const ColumnSet& columns = tracked->deleted_when_columns;
    for (int i = 0; i < columns.count; i++) {
        const int position = plan_position(plan, columns.ids[i]);
        if (position < 0 ||
            !may_read_column(role, RelationGetRelid(relation), plan->columns[position].number))
            return false;
    }
    return true;
}

}  // namespace journal
