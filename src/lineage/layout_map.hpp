// How the values of one layout's entries belong to the present columns of their table.
#pragma once

#include "base/memory.hpp"
#include "catalog/layout.hpp"
#include "catalog/plan.hpp"

namespace journal {

struct LayoutMap {
    int32 id;  // of the layout; key
    const Layout* layout;
    const RelationPlan* plan;
    int* column;    // of a position: index into the plan's columns, or -1
    bool* is_kept;  // of a position: the journal keeps its values
};

/// Fills the map of a layout; memory comes from context. The id is there already.
inline void map_layout(LayoutMap* map, const RelationPlan* plan, MemoryContext context)
{
    map->layout = layout_by_id(map->id);
    map->plan = plan;
    map->column = make_array_in<int>(context, map->layout->column_count);
    map->is_kept = make_array_in<bool>(context, map->layout->column_count);
    for (int i = 0; i < map->layout->column_count; i++) {
        const LayoutColumn& column = map->layout->columns[i];
        map->column[i] = plan_position(plan, column.id);
        map->is_kept[i] =
            column.mode == ColumnMode::kStored || column.mode == ColumnMode::kGenerated;
    }
}

}  // namespace journal
