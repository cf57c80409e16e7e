// See key_rows.hpp.
#include "base/key_rows.hpp"

#include "base/query.hpp"
#include "base/settings.hpp"

namespace journal {

namespace {

/// How a key column's values are read.
struct KeyColumn {
    FmgrInfo input;
    Oid parameter;
};

KeyColumn* describe_columns(const KeyRows& rows, Relation table, int count,
                            const AttrNumber* columns)
{
    auto* readers = make_array_in<KeyColumn>(CurrentMemoryContext, count);
    for (int i = 0; i < count; i++) {
        Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(table), columns[i] - 1);
        const Oid type = getBaseType(attribute->atttypid);
        const auto number = static_cast<AttrNumber>(i + 1);
        TupleDescInitEntry(rows.descriptor, number, psprintf("k%d", i + 1), type, -1, 0);
        TupleDescInitEntryCollation(rows.descriptor, number, attribute->attcollation);
        Oid input = InvalidOid;
        getTypeInputInfo(type, &input, &readers[i].parameter);
        fmgr_info(input, &readers[i].input);
    }
    TupleDescInitEntry(rows.descriptor, static_cast<AttrNumber>(count + 1), "n", INT8OID, -1, 0);
    return readers;
}

/// The text form of a part of a key of several columns; nullptr if there is none.
char* part_of(const Jsonb* key, int number)
{
    if (!JB_ROOT_IS_ARRAY(key))
        return nullptr;
    const JsonbValue* part = getIthJsonbValueFromContainer(const_cast<JsonbContainer*>(&key->root),
                                                           static_cast<uint32>(number));
    return part == nullptr || part->type != jbvString
               ? nullptr
               : pnstrdup(part->val.string.val, part->val.string.len);
}

void put_key(const KeyRows& rows, KeyColumn* columns, int count, const char* key, int64 number)
{
    Datum* values = make_array_in<Datum>(CurrentMemoryContext, count + 1);
    bool* nulls = make_array_in<bool>(CurrentMemoryContext, count + 1);
    const Jsonb* parts =
        count == 1 ? nullptr : DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(key)));
    for (int i = 0; i < count; i++) {
        char* text = count == 1 ? const_cast<char*>(key) : part_of(parts, i);
        nulls[i] = text == nullptr;
        values[i] = InputFunctionCall(&columns[i].input, text, columns[i].parameter, -1);
    }
    values[count] = Int64GetDatum(number);
    tuplestore_putvalues(rows.rows, rows.descriptor, values, nulls);
}

}  // namespace

KeyRows make_key_rows(Relation table, int column_count, const AttrNumber* columns, int key_count,
                      const char* const* keys)
{
    KeyRows rows{tuplestore_begin_heap(true, false, work_mem),
                 CreateTemplateTupleDesc(column_count + 1)};
    KeyColumn* readers = describe_columns(rows, table, column_count, columns);
    // A composite type may hold a domain, whose checks are its author's code.
    const Rights caller = Rights::lent_by(table);
    const int level = enter_exact_settings();
    for (int i = 0; i < key_count; i++) {
        CHECK_FOR_INTERRUPTS();
        put_key(rows, readers, column_count, keys[i], i + 1);
    }
    leave_exact_settings(level);
    caller.end();
    return rows;
}

void end_key_rows(KeyRows* rows)
{
    tuplestore_end(rows->rows);
    rows->rows = nullptr;
}

}  // namespace journal
