// See present_layout.hpp.
#include "catalog/present_layout.hpp"

#include "base/journal_tables.hpp"
#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "base/row_scan.hpp"
#include "base/settings.hpp"
#include "catalog/entry_data.hpp"

namespace journal {

namespace {

// The newest layout of a tracked table, or of a partition or child of it, that matches, or 0.
template <typename Matches>
int32 newest(int32 tracked, Matches matches)
{
    RowScan scan = RowScan::begin("layout", "layout_relation_idx", {int4_key("relation", tracked)},
                                  BackwardScanDirection);
    int32 id = 0;
    while (id == 0 && scan.next())
        if (matches(scan))
            id = scan.value("id").int4();
    scan.end();
    return id;
}

// The newest layout of the tracked table itself, of whatever incarnation.
int32 newest_root_layout(int32 tracked)
{
    return newest(tracked, [](const RowScan& row) { return row.value("is_root").boolean(); });
}

// The newest layout of a partition or child by its name: from before a dump and restore.
int32 newest_layout_by_name(int32 tracked, const char* name)
{
    return newest(tracked, [name](const RowScan& row) {
        return strcmp(row.value("relation_name").text(CurrentMemoryContext), name) == 0;
    });
}

// The highest identity given so far: among the root's columns, or among columns that only children
// have.
int32 highest_identity(int32 tracked, bool local)
{
    Query query = Query::begin_latest();
    query.run(local ? "SELECT coalesce(max((c->>'id')::int), 32767) FROM journal.layout, "
                      "jsonb_array_elements(columns) c "
                      "WHERE relation = $1 AND (c->>'id')::int >= 32768"
                    : "SELECT coalesce(max((c->>'id')::int), 0) FROM journal.layout, "
                      "jsonb_array_elements(columns) c "
                      "WHERE relation = $1 AND (c->>'id')::int < 32768",
              {int4_argument(tracked)}, true);
    const int32 highest = query.value(0).int4();
    query.end();
    return highest;
}

const LayoutColumn* column_by_number(const Layout* layout, AttrNumber number)
{
    for (int i = 0; i < layout->column_count; i++)
        if (layout->columns[i].number == number)
            return &layout->columns[i];
    return nullptr;
}

const LayoutColumn* column_by_name(const Layout* layout, const char* name)
{
    for (int i = 0; i < layout->column_count; i++)
        if (strcmp(layout->columns[i].name, name) == 0)
            return &layout->columns[i];
    return nullptr;
}

bool identity_taken(const Layout* layout, int count, int32 id)
{
    for (int i = 0; i < count; i++)
        if (layout->columns[i].id == id)
            return true;
    return false;
}

// Gives every column of a layout its identity; see the header.
void identify_columns(Layout* layout, Relation relation, const TrackedRelation& tracked)
{
    const bool is_root = RelationGetRelid(relation) == tracked.relation;
    layout->id = newest_layout(tracked.id, RelationGetRelid(relation));
    const Layout* by_number = layout->id == 0 ? nullptr : layout_by_id(layout->id);
    const Layout* by_name = nullptr;
    const Layout* by_name_second = nullptr;
    if (is_root) {
        const int32 earlier = newest_root_layout(tracked.id);
        if (by_number == nullptr && earlier != 0)
            by_name = layout_by_id(earlier);
    } else {
        Relation root = table_open(tracked.relation, AccessShareLock);
        by_name = describe_layout(root, tracked);
        table_close(root, NoLock);
        const int32 earlier =
            by_number == nullptr ? newest_layout_by_name(tracked.id, layout->relation_name) : 0;
        if (earlier != 0)
            by_name_second = layout_by_id(earlier);
    }

    int32 next = 0;
    for (int i = 0; i < layout->column_count; i++) {
        LayoutColumn& column = layout->columns[i];
        const LayoutColumn* known =
            by_number == nullptr ? nullptr : column_by_number(by_number, column.number);
        if (known == nullptr && by_name != nullptr)
            known = column_by_name(by_name, column.name);
        if (known == nullptr && by_name_second != nullptr)
            known = column_by_name(by_name_second, column.name);
        if (known != nullptr && !identity_taken(layout, i, known->id)) {
            column.id = known->id;
            continue;
        }
        if (next == 0)
            next = highest_identity(tracked.id, !is_root);
        column.id = ++next;
    }
}

ColumnMode mode_of(const TrackedRelation& tracked, int32 id, char generated)
{
    if (tracked.excluded.contains(id))
        return ColumnMode::kExcluded;
    if (tracked.masked.contains(id))
        return ColumnMode::kMasked;
    if (generated == ATTRIBUTE_GENERATED_STORED)
        return ColumnMode::kGenerated;
    return generated == '\0' ? ColumnMode::kStored : ColumnMode::kVirtual;
}

int position_of(const Layout* layout, AttrNumber number)
{
    for (int i = 0; i < layout->column_count; i++)
        if (layout->columns[i].number == number)
            return i;
    return -1;
}

char* qualified_collation(Oid collation)
{
    HeapTuple tuple = SearchSysCache1(COLLOID, ObjectIdGetDatum(collation));
    if (!HeapTupleIsValid(tuple))
        return nullptr;
    auto form = reinterpret_cast<Form_pg_collation>(GETSTRUCT(tuple));
    char* name = quote_qualified_identifier(get_namespace_name(form->collnamespace),
                                            NameStr(form->collname));
    ReleaseSysCache(tuple);
    return name;
}

void describe_columns(Layout* layout, Relation relation)
{
    TupleDesc descriptor = RelationGetDescr(relation);
    layout->columns = make_array_in<LayoutColumn>(CurrentMemoryContext, descriptor->natts);
    for (int i = 0; i < descriptor->natts; i++) {
        Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
        if (attribute->attisdropped)
            continue;
        LayoutColumn& column = layout->columns[layout->column_count++];
        column.number = attribute->attnum;
        column.name = pstrdup(NameStr(attribute->attname));
        column.type = format_type_extended(attribute->atttypid, attribute->atttypmod,
                                           FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);
        if (OidIsValid(attribute->attcollation) &&
            attribute->attcollation != get_typcollation(attribute->atttypid))
            column.collation = qualified_collation(attribute->attcollation);
    }
}

// A stored generated column shows what it is computed from, and so is hidden with it.
void hide_computed(Layout* layout, Relation relation)
{
    for (int i = 0; i < layout->column_count; i++) {
        LayoutColumn& column = layout->columns[i];
        if (column.mode != ColumnMode::kGenerated)
            continue;
        Bitmapset* sources = nullptr;
        pull_varattnos(build_column_default(relation, column.number), 1, &sources);
        for (int j = 0; j < layout->column_count; j++)
            if (is_hidden(layout->columns[j].mode) &&
                (bms_is_member(layout->columns[j].number - FirstLowInvalidHeapAttributeNumber,
                               sources) ||
                 bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, sources)))
                column.mode = layout->columns[j].mode;
    }
}

// A child's key is the root's: by name, since inheritance copies no index.
void find_key(Layout* layout, Relation relation, const TrackedRelation& tracked)
{
    AttrNumber attributes[INDEX_MAX_KEYS];
    Oid index = InvalidOid;
    layout->key_positions = make_array_in<int>(CurrentMemoryContext, INDEX_MAX_KEYS);
    if (RelationGetRelid(relation) == tracked.relation) {
        layout->key_count = key_attributes(relation, attributes, &index);
        for (int i = 0; i < layout->key_count; i++)
            layout->key_positions[i] = position_of(layout, attributes[i]);
        return;
    }
    Relation root = table_open(tracked.relation, AccessShareLock);
    layout->key_count = key_attributes(root, attributes, &index);
    for (int i = 0; i < layout->key_count; i++) {
        const char* name =
            NameStr(TupleDescAttr(RelationGetDescr(root), attributes[i] - 1)->attname);
        layout->key_positions[i] =
            position_of(layout, get_attnum(RelationGetRelid(relation), name));
    }
    table_close(root, NoLock);
}

// A key over columns that are to stay hidden (added after track, which refuses them) is none: every
// entry would show it.
void describe_key(Layout* layout, Relation relation, const TrackedRelation& tracked)
{
    find_key(layout, relation, tracked);
    for (int i = 0; i < layout->key_count; i++)
        if (layout->key_positions[i] >= 0 &&
            is_hidden(layout->columns[layout->key_positions[i]].mode))
            layout->key_count = 0;
}

// A foreign key to a partitioned table has further ones for each of its partitions: what it was
// made for leads elsewhere.
bool is_made_for_partition(const ForeignKeyCacheInfo* key)
{
    Oid referenced = InvalidOid;
    for (Oid constraint = key->conoid; OidIsValid(constraint);) {
        HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
        if (!HeapTupleIsValid(tuple))
            elog(ERROR, "cache lookup failed for constraint %u", constraint);
        const auto* form = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple));
        referenced = form->confrelid;
        constraint = form->conparentid;
        ReleaseSysCache(tuple);
    }
    return referenced != key->confrelid;
}

// Fills a reference's positions in the order of the referenced key; false if it references other
// columns than that key's. referenced: the columns of the referenced table, in those of the foreign
// key.
bool describe_key_reference(LayoutForeignKey& reference, const Layout* layout,
                            const ForeignKeyCacheInfo* key, Relation target,
                            const AttrNumber* referenced)
{
    AttrNumber attributes[INDEX_MAX_KEYS];
    Oid index = InvalidOid;
    if (key_attributes(target, attributes, &index) != key->nkeys)
        return false;
    for (int i = 0; i < key->nkeys; i++) {
        reference.positions[i] = -1;
        for (int j = 0; j < key->nkeys; j++)
            if (referenced[j] == attributes[i])
                reference.positions[i] = position_of(layout, key->conkey[j]);
        if (reference.positions[i] < 0)
            return false;
    }
    return true;
}

// Fills a reference to other unique columns, by their identities.
void describe_other_reference(LayoutForeignKey& reference, const Layout* layout,
                              const ForeignKeyCacheInfo* key, Relation target,
                              const TrackedRelation& tracked, const AttrNumber* referenced)
{
    Layout columns{};
    describe_columns(&columns, target);
    identify_columns(&columns, target, tracked);
    reference.referenced = make_array_in<int>(CurrentMemoryContext, key->nkeys);
    for (int i = 0; i < key->nkeys; i++) {
        reference.positions[i] = position_of(layout, key->conkey[i]);
        reference.referenced[i] = columns.columns[position_of(&columns, referenced[i])].id;
    }
}

// False for a reference to a partition by other columns than the whole key, which are unique there
// only.
bool describe_reference(LayoutForeignKey& reference, const Layout* layout,
                        const ForeignKeyCacheInfo* key, const TrackedRelation& tracked)
{
    const bool leads_to_partition = tracked.relation != key->confrelid;
    Relation target = table_open(tracked.relation, AccessShareLock);
    AttrNumber referenced[INDEX_MAX_KEYS];
    for (int i = 0; i < key->nkeys; i++)
        referenced[i] =
            leads_to_partition
                ? get_attnum(tracked.relation, get_attname(key->confrelid, key->confkey[i], false))
                : key->confkey[i];
    reference = LayoutForeignKey{};
    reference.count = key->nkeys;
    reference.positions = make_array_in<int>(CurrentMemoryContext, key->nkeys);
    const bool is_key = describe_key_reference(reference, layout, key, target, referenced);
    if (!is_key && !leads_to_partition)
        describe_other_reference(reference, layout, key, target, tracked, referenced);
    table_close(target, AccessShareLock);
    return is_key || !leads_to_partition;
}

void describe_foreign_keys(Layout* layout, Relation relation, const TrackedRelation& tracked)
{
    List* keys = static_cast<List*>(copyObjectImpl(RelationGetFKeyList(relation)));
    layout->foreign_keys = make_array_in<LayoutForeignKey>(CurrentMemoryContext, list_length(keys));
    for (auto* key : items<ForeignKeyCacheInfo>(keys)) {
        const Oid table = partition_root(key->confrelid);
        const TrackedRelation* target = find_tracked_relation(table);
        if (is_made_for_partition(key) || target == nullptr || target->relation != table ||
            strcmp(target->capture, "none") == 0)
            continue;
        LayoutForeignKey& reference = layout->foreign_keys[layout->foreign_key_count];
        if (!describe_reference(reference, layout, key, *target))
            continue;
        reference.relation = target->id;
        bool repeated = false;
        bool is_linked = reference.referenced == nullptr;
        for (int i = 0; i < layout->foreign_key_count; i++) {
            const LayoutForeignKey& other = layout->foreign_keys[i];
            if (!same_positions(other, reference))
                continue;
            repeated |= same_referenced(other, reference);
            is_linked &= !other.link;
        }
        if (repeated)
            continue;
        reference.name = qualified_name(table);
        reference.type = target->object_type != nullptr ? target->object_type : get_rel_name(table);
        const int32 first = layout->columns[position_of(layout, key->conkey[0])].id;
        const bool is_document = tracked.document != 0 && tracked.document == first;
        reference.link = tracked.links.present
                             ? tracked.links.contains(first)
                             : strcmp(target->capture, "events") == 0 && !is_document;
        reference.link &= is_linked;
        // A link would give away what the column is meant to hide.
        for (int i = 0; i < reference.count; i++)
            if (is_hidden(layout->columns[reference.positions[i]].mode) ||
                tracked.restricted.contains(layout->columns[reference.positions[i]].id))
                reference.link = false;
        layout->link_count += reference.link ? 1 : 0;
        layout->foreign_key_count++;
    }
}

/// The present column of a table with that identity, by a layout of its own or of its root's.
AttrNumber attribute_in(const Layout* layout, bool is_own, Oid relation, int32 identity)
{
    const int position = layout_position(layout, identity);
    if (position < 0)
        return InvalidAttrNumber;
    const LayoutColumn& column = layout->columns[position];
    if (!is_own)
        return get_attnum(relation, column.name);
    const bool is_there = get_attname(relation, column.number, true) != nullptr;
    return is_there ? column.number : InvalidAttrNumber;
}

}  // namespace

int32 newest_layout(int32 tracked, Oid relation)
{
    const pg_uuid_t incarnation = *current_incarnation();
    RowScan scan = RowScan::begin("layout", "layout_relation_idx", {int4_key("relation", tracked)},
                                  BackwardScanDirection);
    int32 id = 0;
    while (id == 0 && scan.next()) {
        // What another server recorded since, this one does not know by number.
        if (memcmp(DatumGetUUIDP(scan.value("incarnation").datum), &incarnation, UUID_LEN) != 0)
            break;
        if (scan.value("relation_oid").oid() == relation)
            id = scan.value("id").int4();
    }
    scan.end();
    return id;
}

AttrNumber attribute_of(int32 tracked, Oid relation, int32 identity)
{
    return attributes_of(tracked, relation, identity, 0).first;
}

AttributePair attributes_of(int32 tracked, Oid relation, int32 first, int32 second)
{
    if (first == 0 && second == 0)
        return {};
    const int32 own = newest_layout(tracked, relation);
    const int32 known = own != 0 ? own : newest_root_layout(tracked);
    if (known == 0)
        return {};
    const Layout* layout = layout_by_id(known);
    return {attribute_in(layout, own != 0, relation, first),
            attribute_in(layout, own != 0, relation, second)};
}

Layout* describe_layout(Relation relation, const TrackedRelation& tracked)
{
    // Names of types must not depend on the session, or each would record a layout of its own.
    const int level = enter_exact_settings();
    auto* layout = make_in<Layout>(CurrentMemoryContext);
    layout->relation = tracked.id;
    layout->relation_oid = RelationGetRelid(relation);
    layout->is_root = layout->relation_oid == tracked.relation;
    layout->current_incarnation = true;
    layout->relation_name = qualified_name(RelationGetRelid(relation));
    describe_columns(layout, relation);
    identify_columns(layout, relation, tracked);
    for (int i = 0; i < layout->column_count; i++) {
        LayoutColumn& column = layout->columns[i];
        column.mode =
            mode_of(tracked, column.id,
                    TupleDescAttr(RelationGetDescr(relation), column.number - 1)->attgenerated);
        column.ignored = tracked.ignored.contains(column.id);
    }
    hide_computed(layout, relation);
    describe_key(layout, relation, tracked);
    describe_foreign_keys(layout, relation, tracked);
    leave_exact_settings(level);
    return layout;
}

}  // namespace journal
