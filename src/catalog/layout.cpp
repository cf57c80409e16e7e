// See layout.hpp.
#include "catalog/layout.hpp"

#include "base/journal_tables.hpp"
#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/row_scan.hpp"
#include "base/transaction.hpp"
#include "values/stored_jsonb.hpp"

namespace journal {

namespace {

MemoryContext layout_context;  // of all layouts, and of the table that finds them
HTAB* layouts;
bool outdated;
constexpr long kMostLayouts = 4000;  // kept from one transaction to the next
List* retired;  // contexts of outdated layouts, which may be in use until the transaction ends

struct CachedLayout {
    int32 id;  // key
    Layout* layout;
};

// When the extension is dropped and created again, ids begin again.
void schema_changed(Datum, int, uint32)
{
    outdated = true;
}

void transaction_ended(bool)
{
    for (auto* context : items<MemoryContextData>(retired))
        MemoryContextDelete(context);
    list_free(retired);
    retired = NIL;
    if (layouts != nullptr && hash_get_num_entries(layouts) > kMostLayouts) {
        MemoryContextDelete(layout_context);
        layouts = nullptr;
    }
}

constexpr TransactionHooks kHooks = {nullptr, nullptr, transaction_ended};

void retire_outdated()
{
    if (!outdated || layouts == nullptr)
        return;
    retired = in_context(TopMemoryContext, [&] { return lappend(retired, layout_context); });
    layouts = nullptr;
}

void prepare_cache()
{
    static bool registered;
    if (!registered) {
        CacheRegisterSyscacheCallback(NAMESPACEOID, schema_changed, Datum{0});
        // A dropped extension may leave its schema behind, but none of its functions.
        CacheRegisterSyscacheCallback(PROCOID, schema_changed, Datum{0});
        register_hooks(&kHooks);
        registered = true;
    }
    retire_outdated();
    if (layouts != nullptr)
        return;
    layout_context =
        AllocSetContextCreate(CacheMemoryContext, "event_journal layouts", ALLOCSET_SMALL_SIZES);
    HASHCTL control{};
    control.keysize = sizeof(int32);
    control.entrysize = sizeof(CachedLayout);
    control.hcxt = layout_context;
    layouts =
        hash_create("event_journal layouts", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    outdated = false;
}

ColumnMode mode_of(const char* mode)
{
    if (strcmp(mode, "virtual") == 0)
        return ColumnMode::kVirtual;
    return static_cast<ColumnMode>(mode[0]);
}

[[noreturn]] void raise_damaged(int32 id)
{
    ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
                    errmsg("layout %d in journal.layout cannot be read", id)));
    pg_unreachable();
}

// The JSON array in a column, or in a member of an object.
JsonbContainer* as_array(int32 id, const JsonbValue* value)
{
    if (value == nullptr || value->type != jbvBinary ||
        !JsonContainerIsArray(value->val.binary.data))
        raise_damaged(id);
    return value->val.binary.data;
}

// A member of an object: of that type, or, where JSON has null or nothing, nullptr.
const JsonbValue* member(int32 id, JsonbContainer* object, const char* name, jbvType type)
{
    if (!JsonContainerIsObject(object))
        raise_damaged(id);
    const JsonbValue* value =
        getKeyJsonValueFromContainer(object, name, static_cast<int>(strlen(name)), nullptr);
    if (value == nullptr || value->type == jbvNull)
        return nullptr;
    if (value->type != type)
        raise_damaged(id);
    return value;
}

int32 integer_of(int32 id, const JsonbValue* value)
{
    if (value == nullptr || value->type != jbvNumeric)
        raise_damaged(id);
    return DatumGetInt32(DirectFunctionCall1(numeric_int4, NumericGetDatum(value->val.numeric)));
}

const char* text_of(const JsonbValue* value)
{
    if (value == nullptr)
        return nullptr;
    auto* text = make_array_in<char>(layout_context, value->val.string.len + 1);
    memcpy(text, value->val.string.val, value->val.string.len);
    return text;
}

bool is_true(const JsonbValue* value)
{
    return value != nullptr && value->val.boolean;
}

// An element of an array of objects.
JsonbContainer* object_at(int32 id, JsonbContainer* array, int position)
{
    const JsonbValue* value = getIthJsonbValueFromContainer(array, position);
    if (value == nullptr || value->type != jbvBinary)
        raise_damaged(id);
    return value->val.binary.data;
}

void read_columns(Layout* layout, JsonbContainer* array)
{
    const int32 id = layout->id;
    layout->column_count = static_cast<int>(JsonContainerSize(array));
    layout->columns = make_array_in<LayoutColumn>(layout_context, layout->column_count);
    for (int i = 0; i < layout->column_count; i++) {
        LayoutColumn& column = layout->columns[i];
        JsonbContainer* object = object_at(id, array, i);
        column.id = integer_of(id, member(id, object, "id", jbvNumeric));
        column.number =
            static_cast<AttrNumber>(integer_of(id, member(id, object, "number", jbvNumeric)));
        column.name = text_of(member(id, object, "name", jbvString));
        column.type = text_of(member(id, object, "type", jbvString));
        column.collation = text_of(member(id, object, "collation", jbvString));
        const char* mode = text_of(member(id, object, "mode", jbvString));
        if (column.name == nullptr || column.type == nullptr || mode == nullptr)
            raise_damaged(id);
        column.mode = mode_of(mode);
        column.ignored = is_true(member(id, object, "ignored", jbvBool));
    }
}

int* integers_in(int32 id, JsonbContainer* array, int* count)
{
    *count = static_cast<int>(JsonContainerSize(array));
    int* integers = make_array_in<int>(layout_context, *count);
    for (int i = 0; i < *count; i++)
        integers[i] = integer_of(id, getIthJsonbValueFromContainer(array, i));
    return integers;
}

void read_foreign_keys(Layout* layout, JsonbContainer* array)
{
    const int32 id = layout->id;
    layout->foreign_key_count = static_cast<int>(JsonContainerSize(array));
    layout->foreign_keys =
        make_array_in<LayoutForeignKey>(layout_context, layout->foreign_key_count);
    for (int i = 0; i < layout->foreign_key_count; i++) {
        LayoutForeignKey& key = layout->foreign_keys[i];
        JsonbContainer* object = object_at(id, array, i);
        key.positions =
            integers_in(id, as_array(id, member(id, object, "columns", jbvBinary)), &key.count);
        if (const JsonbValue* referenced = member(id, object, "referenced", jbvBinary))
            key.referenced = integers_in(id, as_array(id, referenced), &key.count);
        key.relation = integer_of(id, member(id, object, "relation", jbvNumeric));
        key.name = text_of(member(id, object, "name", jbvString));
        key.type = text_of(member(id, object, "type", jbvString));
        key.link = is_true(member(id, object, "link", jbvBool));
        layout->link_count += key.link ? 1 : 0;
    }
}

// The JSON array in a column of the present row.
JsonbContainer* array_in(int32 id, const RowScan& scan, const char* column)
{
    Jsonb* json = stored_jsonb(scan.value(column).datum);
    if (!JB_ROOT_IS_ARRAY(json) || JB_ROOT_IS_SCALAR(json))
        raise_damaged(id);
    return &json->root;
}

Layout* read_layout(int32 id)
{
    MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "event_journal layout reading",
                                               ALLOCSET_SMALL_SIZES);
    MemoryContext caller = MemoryContextSwitchTo(work);
    RowScan scan = RowScan::begin("layout", "layout_id_idx", {int4_key("id", id)});
    if (!scan.next())
        ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
                        errmsg("layout %d is missing from journal.layout", id)));
    auto* layout = make_in<Layout>(layout_context);
    layout->id = id;
    layout->relation = scan.value("relation").int4();
    layout->relation_oid = scan.value("relation_oid").oid();
    layout->current_incarnation = memcmp(DatumGetUUIDP(scan.value("incarnation").datum),
                                         current_incarnation(), UUID_LEN) == 0;
    layout->is_root = scan.value("is_root").boolean();
    layout->relation_name = scan.value("relation_name").text(layout_context);
    layout->key_positions =
        scan.value("key_columns").int4_array(layout_context, &layout->key_count);
    read_columns(layout, array_in(id, scan, "columns"));
    read_foreign_keys(layout, array_in(id, scan, "foreign_keys"));
    scan.end();
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(work);
    return layout;
}

}  // namespace

const Layout* layout_by_id(int32 id)
{
    prepare_cache();
    auto* cached = static_cast<CachedLayout*>(hash_search(layouts, &id, HASH_FIND, nullptr));
    if (cached != nullptr)
        return cached->layout;
    // Read first: an error must not leave a half-made entry behind.
    Layout* layout = read_layout(id);
    cached = static_cast<CachedLayout*>(hash_search(layouts, &id, HASH_ENTER, nullptr));
    cached->layout = layout;
    return layout;
}

bool same_positions(const LayoutForeignKey& a, const LayoutForeignKey& b)
{
    return a.count == b.count && memcmp(a.positions, b.positions, sizeof(int) * a.count) == 0;
}

int layout_position(const Layout* layout, int32 column)
{
    for (int i = 0; i < layout->column_count; i++)
        if (layout->columns[i].id == column)
            return i;
    return -1;
}

}  // namespace journal
