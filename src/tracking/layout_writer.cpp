// See layout_writer.hpp.
#include "tracking/layout_writer.hpp"

#include "base/copied_journal.hpp"
#include "base/insert.hpp"
#include "base/journal_tables.hpp"
#include "base/memory.hpp"
#include "catalog/entry_data.hpp"
#include "catalog/present_layout.hpp"
#include "catalog/relation.hpp"
#include "catalog/rename.hpp"

namespace journal {

namespace {

const char* mode_name(ColumnMode mode)
{
    switch (mode) {
        case ColumnMode::kStored:
            return "stored";
        case ColumnMode::kGenerated:
            return "generated";
        case ColumnMode::kExcluded:
            return "excluded";
        case ColumnMode::kMasked:
            return "masked";
        case ColumnMode::kVirtual:
            return "virtual";
    }
    return "stored";
}

bool equal_text(const char* a, const char* b)
{
    return a == nullptr || b == nullptr ? a == b : strcmp(a, b) == 0;
}

bool equal_columns(const Layout* a, const Layout* b)
{
    if (a->column_count != b->column_count)
        return false;
    for (int i = 0; i < a->column_count; i++) {
        const LayoutColumn& x = a->columns[i];
        const LayoutColumn& y = b->columns[i];
        if (x.id != y.id || x.number != y.number || x.mode != y.mode || x.ignored != y.ignored ||
            !equal_text(x.name, y.name) || !equal_text(x.type, y.type) ||
            !equal_text(x.collation, y.collation))
            return false;
    }
    return true;
}

bool equal_layouts(const Layout* a, const Layout* b)
{
    if (!equal_columns(a, b) || a->key_count != b->key_count ||
        a->foreign_key_count != b->foreign_key_count ||
        strcmp(a->relation_name, b->relation_name) != 0 ||
        memcmp(a->key_positions, b->key_positions, sizeof(int) * a->key_count) != 0)
        return false;
    for (int i = 0; i < a->foreign_key_count; i++) {
        const LayoutForeignKey& x = a->foreign_keys[i];
        const LayoutForeignKey& y = b->foreign_keys[i];
        if (!same_positions(x, y) || !same_referenced(x, y) || x.link != y.link ||
            !equal_text(x.name, y.name) || !equal_text(x.type, y.type))
            return false;
    }
    return true;
}

/// Whether rows have the same columns for their key.
bool equal_keys(const Layout* a, const Layout* b)
{
    if (a->key_count != b->key_count)
        return false;
    for (int i = 0; i < a->key_count; i++)
        if (a->columns[a->key_positions[i]].id != b->columns[b->key_positions[i]].id)
            return false;
    return true;
}

void append_integers(StringInfo json, const int* values, int count)
{
    appendStringInfoChar(json, '[');
    for (int i = 0; i < count; i++)
        appendStringInfo(json, "%s%d", i == 0 ? "" : ",", values[i]);
    appendStringInfoChar(json, ']');
}

void append_member(StringInfo json, const char* name, const char* value)
{
    appendStringInfo(json, ",\"%s\":", name);
    if (value == nullptr)
        appendStringInfoString(json, "null");
    else
        escape_json(json, value);
}

Datum columns_json(const Layout* layout)
{
    StringInfoData json;
    initStringInfo(&json);
    appendStringInfoChar(&json, '[');
    for (int i = 0; i < layout->column_count; i++) {
        const LayoutColumn& column = layout->columns[i];
        appendStringInfo(&json, "%s{\"id\":%d,\"number\":%d", i == 0 ? "" : ",", column.id,
                         column.number);
        append_member(&json, "name", column.name);
        append_member(&json, "type", column.type);
        append_member(&json, "collation", column.collation);
        append_member(&json, "mode", mode_name(column.mode));
        if (column.ignored)
            appendStringInfoString(&json, ",\"ignored\":true");
        appendStringInfoChar(&json, '}');
    }
    appendStringInfoChar(&json, ']');
    return DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data));
}

Datum foreign_keys_json(const Layout* layout)
{
    StringInfoData json;
    initStringInfo(&json);
    appendStringInfoChar(&json, '[');
    for (int i = 0; i < layout->foreign_key_count; i++) {
        const LayoutForeignKey& key = layout->foreign_keys[i];
        appendStringInfo(&json, "%s{\"relation\":%d,\"link\":%s,\"columns\":", i == 0 ? "" : ",",
                         key.relation, key.link ? "true" : "false");
        append_integers(&json, key.positions, key.count);
        if (key.referenced != nullptr) {
            appendStringInfoString(&json, ",\"referenced\":");
            append_integers(&json, key.referenced, key.count);
        }
        append_member(&json, "name", key.name);
        append_member(&json, "type", key.type);
        appendStringInfoChar(&json, '}');
    }
    appendStringInfoChar(&json, ']');
    return DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data));
}

Datum integer_array(const int* values, int count)
{
    Datum* elements = make_array_in<Datum>(CurrentMemoryContext, count);
    for (int i = 0; i < count; i++)
        elements[i] = Int32GetDatum(values[i]);
    return PointerGetDatum(
        construct_array(elements, count, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

}  // namespace

int32 record_layout(const Layout* layout)
{
    const Layout* before = layout->id == 0 ? nullptr : layout_by_id(layout->id);
    if (before != nullptr && equal_layouts(layout, before))
        return layout->id;
    if (before != nullptr && !equal_keys(layout, before))
        end_names(layout->relation);

    enum {
        kId,
        kRelation,
        kRelationOid,
        kIsRoot,
        kIncarnation,
        kSeenAt,
        kName,
        kKey,
        kColumns,
        kForeignKeys,
        kCount
    };
    Datum values[kCount];
    bool nulls[kCount] = {};
    const auto id = static_cast<int32>(next_id("layout_id_seq"));
    values[kId] = Int32GetDatum(id);
    values[kRelation] = Int32GetDatum(layout->relation);
    values[kRelationOid] = ObjectIdGetDatum(layout->relation_oid);
    values[kIsRoot] = BoolGetDatum(layout->is_root);
    values[kIncarnation] = UUIDPGetDatum(current_incarnation());
    values[kSeenAt] = TimestampTzGetDatum(GetCurrentTimestamp());
    values[kName] = CStringGetTextDatum(layout->relation_name);
    values[kKey] = integer_array(layout->key_positions, layout->key_count);
    values[kColumns] = columns_json(layout);
    values[kForeignKeys] = foreign_keys_json(layout);

    insert_row(journal_table("layout"), values, nulls, kCount);
    // The row has to be found when the plan is built again within this command.
    CommandCounterIncrement();
    return id;
}

void note_layout(Oid oid)
{
    const TrackedRelation* tracked = find_tracked_relation(oid);
    if (tracked == nullptr || strcmp(tracked->capture, "events") != 0 || is_copied_journal())
        return;
    Relation relation = table_open(oid, AccessShareLock);
    const Layout* present = describe_layout(relation, *tracked);
    // In a new incarnation (during a dump's restore above all) the first write records the layout.
    if (present->id != 0 && record_layout(present) != present->id)
        note_rows_of_plans();
    table_close(relation, NoLock);
}

}  // namespace journal
