// See object_lookup.hpp; and the SQL functions that the months' indexes are made of (object_hash,
// entry_hash, account_hash, entry_facts), and those of many values.
#include "base/object_lookup.hpp"

#include "base/function.hpp"
#include "base/memory.hpp"

namespace journal {

namespace {

/// An array's elements but for NULLs, texts as they are stored; nothing is copied unless it is
/// compressed.
struct Values {
    int count;
    Datum* values;
};

std::string_view bytes_of(Datum value)
{
    const auto* plain = DatumGetTextPP(value);
    return {VARDATA_ANY(plain), VARSIZE_ANY_EXHDR(plain)};
}

Values values_in(Datum array, Oid type)
{
    Values values{};
    bool* nulls = nullptr;
    const TypeCacheEntry* element = lookup_type_cache(type, 0);
    deconstruct_array(DatumGetArrayTypeP(array), type, element->typlen, element->typbyval,
                      element->typalign, &values.values, &nulls, &values.count);
    int kept = 0;
    for (int i = 0; i < values.count; i++)
        if (!nulls[i])
            values.values[kept++] = values.values[i];
    values.count = kept;
    return values;
}

Datum hash_array(Datum* hashes, int count)
{
    return PointerGetDatum(
        construct_array(hashes, count, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/// The numbers of all objects in some accounts, with some types and ids, and of their deletions if
/// these are wanted.
Datum all_objects(Datum account_hashes, Datum object_types, Datum object_ids, bool deletions)
{
    const Values accounts = values_in(account_hashes, INT8OID);
    const Values types = values_in(object_types, TEXTOID);
    const Values ids = values_in(object_ids, TEXTOID);
    const auto count =
        static_cast<std::size_t>(accounts.count) * types.count * ids.count * (deletions ? 2 : 1);
    if (count > MaxAllocSize / sizeof(Datum) / 2)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("too many objects")));
    auto* hashes = make_array_in<Datum>(CurrentMemoryContext, count);
    std::size_t filled = 0;
    for (int account = 0; account < accounts.count; account++)
        for (int type = 0; type < types.count; type++)
            for (int id = 0; id < ids.count; id++) {
                CHECK_FOR_INTERRUPTS();
                const int64 object =
                    object_hash(DatumGetInt64(accounts.values[account]),
                                bytes_of(types.values[type]), bytes_of(ids.values[id]));
                hashes[filled++] = Int64GetDatum(object);
                if (deletions)
                    hashes[filled++] = Int64GetDatum(deletion_hash(object));
            }
    return hash_array(hashes, static_cast<int>(count));
}

}  // namespace

const char* hash_is_of_types(const char* hash, Datum types)
{
    const Values of = values_in(types, TEXTOID);
    StringInfoData condition;
    initStringInfo(&condition);
    appendStringInfoString(&condition, "(false");
    for (int i = 0; i < of.count; i++) {
        const ObjectHashRange range = object_hash_range(bytes_of(of.values[i]));
        appendStringInfo(&condition, " OR %s BETWEEN " INT64_FORMAT " AND " INT64_FORMAT, hash,
                         range.first, range.last);
    }
    appendStringInfoChar(&condition, ')');
    return condition.data;
}

}  // namespace journal

/// object_hash(account, object_type, object_id)
JOURNAL_FUNCTION(journal_object_hash)
{
    PG_RETURN_INT64(journal::object_hash(journal::bytes_of(PG_GETARG_DATUM(0)),
                                         journal::bytes_of(PG_GETARG_DATUM(1)),
                                         journal::bytes_of(PG_GETARG_DATUM(2))));
}

/// deletion_hash(account, object_type, object_id)
JOURNAL_FUNCTION(journal_deletion_hash)
{
    PG_RETURN_INT64(journal::deletion_hash(journal::object_hash(
        journal::bytes_of(PG_GETARG_DATUM(0)), journal::bytes_of(PG_GETARG_DATUM(1)),
        journal::bytes_of(PG_GETARG_DATUM(2)))));
}

/// entry_hash(account, object_type, object_id, operation)
JOURNAL_FUNCTION(journal_entry_hash)
{
    const int64 object = journal::object_hash(journal::bytes_of(PG_GETARG_DATUM(0)),
                                              journal::bytes_of(PG_GETARG_DATUM(1)),
                                              journal::bytes_of(PG_GETARG_DATUM(2)));
    PG_RETURN_INT64(journal::is_deletion(PG_GETARG_CHAR(3)) ? journal::deletion_hash(object)
                                                            : object);
}

/// object_hashes(account_hashes, object_types, object_ids)
JOURNAL_FUNCTION(journal_object_hashes)
{
    return journal::all_objects(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1), PG_GETARG_DATUM(2), false);
}

/// entry_hashes(account_hashes, object_types, object_ids)
JOURNAL_FUNCTION(journal_entry_hashes)
{
    return journal::all_objects(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1), PG_GETARG_DATUM(2), true);
}

/// account_hash(account)
JOURNAL_FUNCTION(journal_account_hash)
{
    PG_RETURN_INT64(journal::account_hash(journal::bytes_of(PG_GETARG_DATUM(0))));
}

/// account_hashes(accounts)
JOURNAL_FUNCTION(journal_account_hashes)
{
    const journal::Values accounts = journal::values_in(PG_GETARG_DATUM(0), TEXTOID);
    auto* hashes = journal::make_array_in<Datum>(CurrentMemoryContext, accounts.count);
    for (int i = 0; i < accounts.count; i++)
        hashes[i] = Int64GetDatum(journal::account_hash(journal::bytes_of(accounts.values[i])));
    PG_RETURN_DATUM(journal::hash_array(hashes, accounts.count));
}

/// event_key(event_type, reported, operation)
JOURNAL_FUNCTION(journal_event_key)
{
    PG_RETURN_INT32(journal::event_key(PG_GETARG_INT32(0), PG_GETARG_BOOL(1), PG_GETARG_CHAR(2)));
}

/// text_hash(value)
JOURNAL_FUNCTION(journal_text_hash)
{
    PG_RETURN_INT32(PG_ARGISNULL(0) ? 0
                                    : journal::text_hash(journal::bytes_of(PG_GETARG_DATUM(0))));
}

/// entry_facts(event_type, reported, operation, location, employee)
JOURNAL_FUNCTION(journal_entry_facts)
{
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
        PG_RETURN_NULL();
    PG_RETURN_INT64(journal::entry_facts(
        journal::event_key(PG_GETARG_INT32(0), PG_GETARG_BOOL(1), PG_GETARG_CHAR(2)),
        PG_ARGISNULL(3) ? 0 : journal::text_hash(journal::bytes_of(PG_GETARG_DATUM(3))),
        PG_ARGISNULL(4) ? 0 : journal::text_hash(journal::bytes_of(PG_GETARG_DATUM(4)))));
}
