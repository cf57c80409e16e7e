// See restorable.hpp.
//
// A reference whose row is gone is found as links are (reference.hpp), for all foreign keys of the
// deleted row to the keys of their tables; the row's values are read for that by the entry's place
// in the index. What the caller may not know of a reference is not told.
#include "report/restorable.hpp"

#include "base/list.hpp"
#include "catalog/entry_data.hpp"
#include "catalog/present_layout.hpp"
#include "catalog/restricted.hpp"
#include "catalog/tracked_relation.hpp"

namespace journal {

namespace {

/// Whether the caller holds the support right.
bool is_support()
{
    const Oid schema = get_namespace_oid("journal", true);
    List* name = list_make2(makeString(pstrdup("journal")), makeString(pstrdup("support")));
    const Oid function = OidIsValid(schema) ? LookupFuncName(name, 0, nullptr, true) : InvalidOid;
    return OidIsValid(function) &&
           object_aclcheck(ProcedureRelationId, function, GetUserId(), ACL_EXECUTE) == ACLCHECK_OK;
}

bool has_key(Oid table)
{
    Relation relation = try_relation_open(table, AccessShareLock);
    if (relation == nullptr)
        return false;
    AttrNumber key[INDEX_MAX_KEYS];
    Oid index = InvalidOid;
    const int count = key_attributes(relation, key, &index);
    relation_close(relation, AccessShareLock);
    return count > 0;
}

/// Asks for the references of a deleted row.
void ask_row(const EntryRow& entry, const EntryValues& values, Restorable* restorable,
             References* references)
{
    const Layout* layout = layout_by_id(entry.layout);
    restorable->references =
        make_array_in<DeletedReference>(CurrentMemoryContext, layout->foreign_key_count);
    for (int i = 0; i < layout->foreign_key_count; i++) {
        const LayoutForeignKey& key = layout->foreign_keys[i];
        if (key.referenced != nullptr || is_withheld(layout, key))
            continue;
        const char* id = referenced_key(key, values);
        // A row that refers to itself comes with what it refers to.
        if (id == nullptr || (key.relation == entry.relation && entry.object_id != nullptr &&
                              strcmp(id, entry.object_id) == 0))
            continue;
        Reference* reference = references->to_relation(entry, key.relation, id);
        reference->wants_presence = true;
        restorable->references[restorable->reference_count++] = {&key, reference};
    }
}

/// Whether a relation has a foreign key of columns of these names; the relation cache knows.
bool has_foreign_key(Oid relation, int count, const char* const* names)
{
    Relation table = try_relation_open(relation, AccessShareLock);
    if (table == nullptr)
        return false;
    bool found = false;
    for (const auto* key : items<ForeignKeyCacheInfo>(RelationGetFKeyList(table))) {
        bool is_same = key->nkeys == count;
        for (int i = 0; is_same && i < count; i++)
            is_same = strcmp(get_attname(relation, key->conkey[i], false), names[i]) == 0;
        found = found || is_same;
    }
    relation_close(table, AccessShareLock);
    return found;
}

/// The present names of a foreign key's columns, with a comma between them; nullptr if the table
/// has no such foreign key any more.
const char* columns_of(const EntryRow& entry, const Restorable& restorable,
                       const LayoutForeignKey& key)
{
    const Layout* layout = layout_by_id(entry.layout);
    auto** names = make_array_in<const char*>(CurrentMemoryContext, key.count);
    StringInfoData columns;
    initStringInfo(&columns);
    for (int i = 0; i < key.count; i++) {
        const AttrNumber number =
            attribute_of(layout->relation, restorable.table, layout->columns[key.positions[i]].id);
        if (number == InvalidAttrNumber)
            return nullptr;
        names[i] = get_attname(restorable.table, number, false);
        appendStringInfo(&columns, "%s%s", i == 0 ? "" : ",", names[i]);
    }
    const bool exists = has_foreign_key(restorable.table, key.count, names) ||
                        (layout->current_incarnation && layout->relation_oid != restorable.table &&
                         has_foreign_key(layout->relation_oid, key.count, names));
    return exists ? columns.data : nullptr;
}

/// Whether a column takes no NULL, and gets no value by itself.
bool wants_value(Oid table, AttrNumber number)
{
    HeapTuple tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(table), Int16GetDatum(number));
    if (!HeapTupleIsValid(tuple))
        return false;
    const auto* attribute = reinterpret_cast<Form_pg_attribute>(GETSTRUCT(tuple));
    const bool wants =
        attribute->attnotnull && !attribute->atthasdef && attribute->attidentity == '\0';
    ReleaseSysCache(tuple);
    return wants;
}

}  // namespace

Restorable* find_restorable(const EntryRows& rows, const char* const* restore)
{
    MemoryContext context = CurrentMemoryContext;
    const int count = static_cast<int>(rows.size());
    auto* result = make_array_in<Restorable>(context, count);
    auto* numbers = make_array_in<int32>(context, count);
    auto* changes = make_array_in<int64>(context, count);
    auto* relations = make_array_in<int32>(context, count);
    int asked = 0;
    for (int i = 0; i < count; i++) {
        const EntryRow& entry = rows[i];
        const bool is_kept =
            entry.operation == 'd' ? entry.deleted != nullptr : entry.operation == 's';
        if (!is_kept || restore[i] == nullptr || entry.object_id == nullptr)
            continue;
        result[i].support = strcmp(restore[i], "support") == 0;
        numbers[asked] = i;
        changes[asked] = entry.change;
        relations[asked++] = entry.relation;
    }
    if (asked == 0)
        return result;
    Query query = Query::begin(RunAs::kOwner);
    const uint64 possible = query.run(
        "SELECT w.number, c.oid FROM unnest($1, $2, $3) AS w (number, change, relation) "
        "JOIN journal.tracked_relation t ON t.id = w.relation AND t.capture = 'events' "
        "JOIN pg_catalog.pg_class c ON c.oid = t.relation "
        "WHERE NOT EXISTS (SELECT FROM journal.restoration r WHERE r.entry = w.change) "
        "ORDER BY c.oid",
        {int4_array_argument(numbers, asked), int8_array_argument(changes, asked),
         int4_array_argument(relations, asked)},
        true);
    for (uint64 i = 0; i < possible; i++)
        result[query.value(i, "number").int4()].table = query.value(i, "oid").oid();
    query.end();
    Oid table = InvalidOid;
    bool keyed = false;
    for (int i = 0; i < count; i++) {
        if (OidIsValid(result[i].table) && result[i].table != table)
            keyed = has_key(table = result[i].table);
        result[i].possible = OidIsValid(result[i].table) && keyed;
    }
    return result;
}

void ask_references(const EntryRows& rows, Restorable* restorable, References* references)
{
    for (std::size_t i = 0; i < rows.size(); i++) {
        CHECK_FOR_INTERRUPTS();
        const Layout* layout = restorable[i].possible && rows[i].deleted != nullptr
                                   ? layout_by_id(rows[i].layout)
                                   : nullptr;
        if (layout != nullptr && layout->foreign_key_count > 0)
            ask_row(rows[i], read_snapshot(layout, rows[i].deleted), &restorable[i], references);
    }
}

ArrayType* needs_of(const EntryRow& entry, const Restorable& restorable)
{
    Vector<Datum> needs(CurrentMemoryContext);
    const auto add = [&needs](const char* need) { needs.push_back(CStringGetTextDatum(need)); };
    if (restorable.support) {
        if (!is_support())
            add("support");
        add("reason");
    }
    for (int i = 0; i < restorable.reference_count; i++) {
        if (restorable.references[i].reference->presence != Presence::kAbsent)
            continue;
        const char* columns = columns_of(entry, restorable, *restorable.references[i].key);
        if (columns != nullptr)
            add(psprintf("override:%s", columns));
    }
    const Layout* layout = layout_by_id(entry.layout);
    for (int i = 0; entry.deleted != nullptr && i < layout->column_count; i++) {
        const LayoutColumn& column = layout->columns[i];
        if (!is_hidden(column.mode))
            continue;
        const AttrNumber number = attribute_of(layout->relation, restorable.table, column.id);
        if (number != InvalidAttrNumber && wants_value(restorable.table, number))
            add(psprintf("override:%s", get_attname(restorable.table, number, false)));
    }
    return construct_array(needs.data(), static_cast<int>(needs.size()), TEXTOID, -1, false,
                           TYPALIGN_INT);
}

}  // namespace journal
