// See layout.hpp.
#include "catalog/layout.hpp"

#include "base/journal_tables.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "base/transaction.hpp"

namespace journal {

namespace {

MemoryContext layout_context;  // of all layouts, and of the table that finds them
HTAB* layouts;
bool outdated;
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
    ListCell* cell = nullptr;
    foreach (cell, retired)
        MemoryContextDelete(static_cast<MemoryContext>(lfirst(cell)));
    list_free(retired);
    retired = NIL;
}

constexpr TransactionHooks kHooks = {nullptr, nullptr, transaction_ended};

void retire_outdated()
{
    if (!outdated || layouts == nullptr)
        return;
    MemoryContext previous = MemoryContextSwitchTo(TopMemoryContext);
    retired = lappend(retired, layout_context);
    MemoryContextSwitchTo(previous);
    layouts = nullptr;
}

void prepare_cache()
{
    static bool registered;
    if (!registered) {
        CacheRegisterSyscacheCallback(NAMESPACEOID, schema_changed, Datum{0});
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

int* read_integers(Datum datum, int* count)
{
    Datum* elements = nullptr;
    deconstruct_array(DatumGetArrayTypeP(datum), INT4OID, sizeof(int32), true, TYPALIGN_INT,
                      &elements, nullptr, count);
    int* result = make_array_in<int>(layout_context, *count);
    for (int i = 0; i < *count; i++)
        result[i] = DatumGetInt32(elements[i]);
    return result;
}

void read_columns(Query& query, Layout* layout)
{
    layout->column_count =
        static_cast<int>(query.run("SELECT (c->>'id')::int, (c->>'number')::int, c->>'name', "
                                   "c->>'type', c->>'collation', c->>'mode', "
                                   "(c->>'ignored')::boolean "
                                   "FROM (SELECT columns FROM journal.layout WHERE id = $1 LIMIT "
                                   "1) l, jsonb_array_elements(l.columns) "
                                   "WITH ORDINALITY AS e (c, position) ORDER BY position",
                                   {int4_argument(layout->id)}, true));
    layout->columns = make_array_in<LayoutColumn>(layout_context, layout->column_count);
    for (int i = 0; i < layout->column_count; i++) {
        LayoutColumn& column = layout->columns[i];
        column.id = query.int4(i, 1);
        column.number = static_cast<AttrNumber>(query.int4(i, 2));
        column.name = query.text(i, 3, layout_context);
        column.type = query.text(i, 4, layout_context);
        column.collation = query.text(i, 5, layout_context);
        column.mode = mode_of(query.text(i, 6, CurrentMemoryContext));
        column.ignored = query.boolean(i, 7);
    }
}

void read_foreign_keys(Query& query, Layout* layout)
{
    layout->foreign_key_count = static_cast<int>(query.run(
        "SELECT ARRAY(SELECT p::int FROM jsonb_array_elements_text(f->'columns') WITH ORDINALITY "
        "AS a (p, n) "
        "ORDER BY n), (f->>'relation')::int, f->>'name', f->>'type', (f->>'link')::boolean "
        "FROM (SELECT foreign_keys FROM journal.layout WHERE id = $1 LIMIT 1) l, "
        "jsonb_array_elements(l.foreign_keys) WITH ORDINALITY AS e (f, position) ORDER BY position",
        {int4_argument(layout->id)}, true));
    layout->foreign_keys =
        make_array_in<LayoutForeignKey>(layout_context, layout->foreign_key_count);
    for (int i = 0; i < layout->foreign_key_count; i++) {
        LayoutForeignKey& key = layout->foreign_keys[i];
        bool is_null = false;
        key.positions = read_integers(query.value(i, 1, &is_null), &key.count);
        key.relation = query.int4(i, 2);
        key.name = query.text(i, 3, layout_context);
        key.type = query.text(i, 4, layout_context);
        key.link = query.boolean(i, 5);
        layout->link_count += key.link ? 1 : 0;
    }
}

Layout* read_layout(int32 id)
{
    Query query = Query::begin_latest();
    if (query.run("SELECT relation, relation_oid, incarnation, relation_name, key_columns, is_root "
                  "FROM journal.layout WHERE id = $1 LIMIT 1",
                  {int4_argument(id)}, true) != 1)
        ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
                        errmsg("layout %d is missing from journal.layout", id)));
    bool is_null = false;
    auto* layout = make_in<Layout>(layout_context);
    layout->id = id;
    layout->relation = query.int4(0, 1);
    layout->relation_oid = DatumGetObjectId(query.value(0, 2, &is_null));
    layout->current_incarnation =
        memcmp(DatumGetUUIDP(query.value(0, 3, &is_null)), current_incarnation(), UUID_LEN) == 0;
    layout->is_root = query.boolean(0, 6);
    layout->relation_name = query.text(0, 4, layout_context);
    layout->key_positions = read_integers(query.value(0, 5, &is_null), &layout->key_count);
    read_columns(query, layout);
    read_foreign_keys(query, layout);
    query.end();
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

int layout_position(const Layout* layout, int32 column)
{
    for (int i = 0; i < layout->column_count; i++)
        if (layout->columns[i].id == column)
            return i;
    return -1;
}

}  // namespace journal
