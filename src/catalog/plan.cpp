// See plan.hpp.
#include "catalog/plan.hpp"

namespace journal {

int plan_position(const RelationPlan* plan, int32 id)
{
    for (int i = 0; id != 0 && i < plan->column_count; i++)
        if (plan->columns[i].id == id)
            return i;
    return -1;
}

}  // namespace journal
