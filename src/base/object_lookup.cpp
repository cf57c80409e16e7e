// See object_lookup.hpp; and the SQL functions object_hash, which the months' indexes are made of,
// and object_hashes.
#include "base/object_lookup.hpp"

#include "base/function.hpp"
#include "base/memory.hpp"

namespace journal {

namespace {

/// Texts as they are stored; nothing is copied unless it is compressed.
struct Texts {
    int count;
    Datum* values;
};

std::string_view bytes_of(Datum value)
{
    const auto* plain = DatumGetTextPP(value);
    return {VARDATA_ANY(plain), VARSIZE_ANY_EXHDR(plain)};
}

Texts texts_in(Datum array)
{
    Texts texts{};
    bool* nulls = nullptr;
    deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &texts.values,
                      &nulls, &texts.count);
    int kept = 0;
    for (int i = 0; i < texts.count; i++)
        if (!nulls[i])
            texts.values[kept++] = texts.values[i];
    texts.count = kept;
    return texts;
}

}  // namespace

const char* hash_is_of_types(const char* hash, Datum types)
{
    const Texts of = texts_in(types);
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

/// object_hashes(accounts, object_types, object_ids)
JOURNAL_FUNCTION(journal_object_hashes)
{
    const journal::Texts accounts = journal::texts_in(PG_GETARG_DATUM(0));
    const journal::Texts types = journal::texts_in(PG_GETARG_DATUM(1));
    const journal::Texts ids = journal::texts_in(PG_GETARG_DATUM(2));
    const auto count = static_cast<std::size_t>(accounts.count) * types.count * ids.count;
    if (count > MaxAllocSize / sizeof(Datum) / 2)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("too many objects")));
    auto* hashes = journal::make_array_in<Datum>(CurrentMemoryContext, count);
    std::size_t filled = 0;
    for (int account = 0; account < accounts.count; account++)
        for (int type = 0; type < types.count; type++)
            for (int id = 0; id < ids.count; id++) {
                CHECK_FOR_INTERRUPTS();
                hashes[filled++] = Int64GetDatum(journal::object_hash(
                    journal::bytes_of(accounts.values[account]),
                    journal::bytes_of(types.values[type]), journal::bytes_of(ids.values[id])));
            }
    PG_RETURN_ARRAYTYPE_P(construct_array(hashes, static_cast<int>(count), INT8OID, sizeof(int64),
                                          FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}
