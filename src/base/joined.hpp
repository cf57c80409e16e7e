// Lists in the text of queries: columns, conditions, assignments.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// The texts that item gives for 0 up to count, with a separator between them, in the current
/// memory context. Where it gives nullptr nothing is listed.
template <typename Item>
const char* joined(int count, const char* separator, const Item& item)
{
    StringInfoData list;
    initStringInfo(&list);
    for (int i = 0; i < count; i++)
        if (const char* text = item(i))
            appendStringInfo(&list, "%s%s", list.len == 0 ? "" : separator, text);
    return list.data;
}

}  // namespace journal
