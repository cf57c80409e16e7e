// See restricted.hpp.
#include "catalog/restricted.hpp"

#include "base/memory.hpp"
#include "catalog/name_rights.hpp"
#include "catalog/present_layout.hpp"
#include "catalog/tracked_relation.hpp"

namespace journal {

namespace {

/// What is restricted of a relation. Kept until some relation changes: a row of
/// journal.tracked_relation invalidates the table that it names.
struct Restricted {
    int32 relation;  // key: tracked_relation.id
    Oid table;
    int count;
    int32* columns;
    AttrNumber* numbers;  // InvalidAttrNumber: the column is gone
};

MemoryContext context;
HTAB* known;
bool is_outdated = true;

void relation_changed(Datum, Oid)
{
    is_outdated = true;
}

void prepare()
{
    static bool is_registered;
    if (!is_registered) {
        CacheRegisterRelcacheCallback(relation_changed, Datum{0});
        context = AllocSetContextCreate(TopMemoryContext, "event_journal restricted columns",
                                        ALLOCSET_SMALL_SIZES);
        is_registered = true;
    }
    if (!is_outdated)
        return;
    known = nullptr;
    MemoryContextReset(context);
    HASHCTL control{};
    control.keysize = sizeof(int32);
    control.entrysize = sizeof(Restricted);
    control.hcxt = context;
    known = hash_create("event_journal restricted columns", 64, &control,
                        HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    is_outdated = false;
}

AttrNumber number_of(const Restricted& restricted, int32 column)
{
    const int32 id = newest_layout(restricted.relation, restricted.table);
    const Layout* layout = id == 0 ? nullptr : layout_by_id(id);
    const int position = layout == nullptr ? -1 : layout_position(layout, column);
    if (position < 0 ||
        get_attname(restricted.table, layout->columns[position].number, true) == nullptr)
        return InvalidAttrNumber;
    return layout->columns[position].number;
}

Restricted restricted_of(int32 relation)
{
    prepare();
    if (auto* found = static_cast<Restricted*>(hash_search(known, &relation, HASH_FIND, nullptr)))
        return *found;
    Restricted restricted{};
    restricted.relation = relation;
    if (const TrackedRelation* tracked = tracked_relation_by_id(relation)) {
        restricted.table = OidIsValid(owner_of(tracked->relation)) ? tracked->relation : InvalidOid;
        restricted.count = tracked->restricted.count;
        restricted.columns = make_array_in<int32>(context, restricted.count);
        restricted.numbers = make_array_in<AttrNumber>(context, restricted.count);
        for (int i = 0; i < restricted.count; i++) {
            restricted.columns[i] = tracked->restricted.ids[i];
            restricted.numbers[i] = OidIsValid(restricted.table)
                                        ? number_of(restricted, restricted.columns[i])
                                        : InvalidAttrNumber;
        }
    }
    // Something may have changed while it was read: then it serves this once, and has to survive
    // what the next call forgets no longer than that.
    if (!is_outdated)
        *static_cast<Restricted*>(hash_search(known, &relation, HASH_ENTER, nullptr)) = restricted;
    return restricted;
}

}  // namespace

bool is_withheld(int32 relation, int32 column)
{
    const Restricted restricted = restricted_of(relation);
    for (int i = 0; i < restricted.count; i++)
        if (restricted.columns[i] == column)
            return OidIsValid(restricted.table)
                       ? !may_read_column(GetUserId(), restricted.table, restricted.numbers[i])
                       : !superuser();
    return false;
}

bool is_withheld(const Layout* layout, const LayoutColumn& column)
{
    return is_withheld(layout->relation, column.id);
}

bool is_withheld(const Layout* layout, const LayoutForeignKey& key)
{
    for (int i = 0; i < key.count; i++)
        if (is_withheld(layout, layout->columns[key.positions[i]]))
            return true;
    return false;
}

}  // namespace journal
