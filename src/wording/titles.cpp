// See titles.hpp.
#include "wording/titles.hpp"

#include "base/query.hpp"
#include "catalog/present_layout.hpp"
#include "catalog/tracked_relation.hpp"

namespace journal {

namespace {

/// The first line of the comment on a table, or on a column of it; nullptr without.
const char* comment_on(Oid relation, AttrNumber column)
{
    const char* comment = GetComment(relation, RelationRelationId, column);
    if (comment == nullptr)
        return nullptr;
    const auto length = strcspn(comment, "\r\n");
    return length == 0 ? nullptr : pnstrdup(comment, length);
}

/// The first line of the comment on a column that its table still has; nullptr without.
const char* comment_on(const Layout* layout, const LayoutColumn& column)
{
    // The comment of a column that was dropped is gone with it.
    if (layout->is_root && layout->current_incarnation)
        return comment_on(layout->relation_oid, column.number);
    const TrackedRelation* tracked = tracked_relation_by_id(layout->relation);
    if (tracked == nullptr || !OidIsValid(tracked->relation) ||
        get_rel_name(tracked->relation) == nullptr)
        return nullptr;
    const AttrNumber number = attribute_of(tracked->id, tracked->relation, column.id);
    return number == InvalidAttrNumber ? nullptr : comment_on(tracked->relation, number);
}

/// The same on the table of an object type.
const char* comment_on(const char* object_type)
{
    Query query = Query::begin(RunAs::kOwner);
    const Oid relation =
        query.run(
            "SELECT relation::oid FROM journal.tracked_relation WHERE object_type = $1 AND "
            "relation IS NOT NULL",
            {text_argument(object_type)}, true) > 0
            ? query.value(0).oid()
            : InvalidOid;
    query.end();
    return OidIsValid(relation) ? comment_on(relation, 0) : nullptr;
}

}  // namespace

Titles::Titles(const Words* words, MemoryContext context)
    : words_(words), context_(context), columns_(context), types_(context)
{
}

const char* Titles::of_column(const EntryRow& entry, const LayoutColumn& column)
{
    for (const ColumnTitle& title : columns_)
        if (title.column == &column && strcmp(title.object_type, entry.object_type) == 0)
            return title.text;
    return in_context(context_, [&] {
        const char* text = words_->find_name(entry.object_type, column.name);
        if (text == nullptr)
            text = comment_on(layout_by_id(entry.layout), column);
        if (text == nullptr)
            text = column.name;
        columns_.push_back({&column, entry.object_type, text});
        return text;
    });
}

const char* Titles::of_object_type(const char* object_type)
{
    for (const TypeTitle& title : types_)
        if (strcmp(title.object_type, object_type) == 0)
            return title.text;
    return in_context(context_, [&] {
        const char* text = words_->find(psprintf("object_type.%s", object_type));
        if (text == nullptr)
            text = comment_on(object_type);
        if (text == nullptr)
            text = object_type;
        types_.push_back({object_type, text});
        return text;
    });
}

}  // namespace journal
