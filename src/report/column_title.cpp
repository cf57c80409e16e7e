// See column_title.hpp.
#include "report/column_title.hpp"

#include "catalog/present_layout.hpp"
#include "catalog/tracked_relation.hpp"

namespace journal {

namespace {

/// The first line of the comment on a column that its table still has; nullptr without.
const char* comment_on(const Layout* layout, const LayoutColumn& column)
{
    const TrackedRelation* tracked = tracked_relation_by_id(layout->relation);
    if (tracked == nullptr || !OidIsValid(tracked->relation) ||
        get_rel_name(tracked->relation) == nullptr)
        return nullptr;
    const AttrNumber number = attribute_of(tracked->id, tracked->relation, column.id);
    const char* comment = number == InvalidAttrNumber
                              ? nullptr
                              : GetComment(tracked->relation, RelationRelationId, number);
    if (comment == nullptr)
        return nullptr;
    const auto length = strcspn(comment, "\r\n");
    return length == 0 ? nullptr : pnstrdup(comment, length);
}

}  // namespace

ColumnTitles::ColumnTitles(const Words* words, MemoryContext context)
    : words_(words), context_(context), titles_(context)
{
}

const char* ColumnTitles::of(const EntryRow& entry, const LayoutColumn& column)
{
    for (const Title& title : titles_)
        if (title.column == &column && strcmp(title.object_type, entry.object_type) == 0)
            return title.text;
    return in_context(context_, [&] {
        const char* text = words_->find_name(entry.object_type, column.name);
        if (text == nullptr)
            text = comment_on(layout_by_id(entry.layout), column);
        if (text == nullptr)
            text = column.name;
        titles_.push_back({&column, entry.object_type, text});
        return text;
    });
}

}  // namespace journal
