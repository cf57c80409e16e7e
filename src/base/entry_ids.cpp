// See entry_ids.hpp.
#include "base/entry_ids.hpp"

namespace journal {

namespace {

// For ids that lie close together one passage over the stretch between them is far cheaper.
constexpr int64 kFew = 100;
constexpr int64 kManyFarApart = 10000;
constexpr uint64 kClose = 1000;  // entries of the stretch for each that is asked for

bool are_rows(const Ids& ids)
{
    const auto count = static_cast<int64>(ids.size());
    if (count <= kFew)
        return false;
    const uint64 stretch = static_cast<uint64>(ids.back()) - static_cast<uint64>(ids.front());
    return count > kManyFarApart || stretch / static_cast<uint64>(count) < kClose;
}

Datum array_of(const Ids& ids)
{
    Datum* values = make_array_in<Datum>(CurrentMemoryContext, ids.size());
    std::transform(ids.begin(), ids.end(), values, [](int64 id) { return Int64GetDatum(id); });
    ArrayType* array = construct_array(values, static_cast<int>(ids.size()), INT8OID, sizeof(int64),
                                       true, TYPALIGN_DOUBLE);
    return PointerGetDatum(array);
}

}  // namespace

void make_unique(Ids* ids)
{
    std::sort(ids->begin(), ids->end());
    ids->erase(std::unique(ids->begin(), ids->end()), ids->end());
}

void add_ids(ResultReader* from, Ids* ids)
{
    int64 id = 0;
    from->bind_only(&id);
    while (from->next())
        ids->push_back(id);
    from->close();
    make_unique(ids);
}

void leave_out(const Ids& others, Ids* ids)
{
    ids->erase(std::remove_if(ids->begin(), ids->end(),
                              [&others](int64 id) {
                                  return std::binary_search(others.begin(), others.end(), id);
                              }),
               ids->end());
}

const char* is_among(const char* column, const Ids& ids)
{
    return psprintf(are_rows(ids)
                        ? "%s IN (SELECT i.id FROM event_journal_ids i) AND %s BETWEEN $2 AND $3"
                        : "%s = ANY ($1) AND %s BETWEEN $2 AND $3",
                    column, column);
}

const char* is_among_or_between(const char* column, const Ids& ids)
{
    return are_rows(ids) ? psprintf("%s BETWEEN $2 AND $3", column) : is_among(column, ids);
}

Tuplestorestate* select_about(RunAs role, const char* sql, const Ids& ids, TupleDesc* columns)
{
    MemoryContext caller = CurrentMemoryContext;
    Query query = Query::begin(role);
    // Young months are not analyzed yet: what looks like few rows may be very many. A nested loop
    // that there is no way around costs so much then, on paper, that the query would be compiled.
    query.set("enable_nestloop", "off");
    const Ids none(CurrentMemoryContext);
    const QueryArgument among{INT8ARRAYOID, array_of(are_rows(ids) ? none : ids)};
    Tuplestorestate* registered = register_ids(are_rows(ids) ? ids : none);
    Tuplestorestate* rows = in_context(caller, [&] {
        return select_rows(sql,
                           {among, int8_argument(ids.empty() ? 0 : ids.front()),
                            int8_argument(ids.empty() ? 0 : ids.back())},
                           columns);
    });
    end_ids(registered);
    query.end();
    return rows;
}

ResultReader read_about(RunAs role, const char* sql, const Ids& ids)
{
    TupleDesc columns = nullptr;
    Tuplestorestate* rows = select_about(role, sql, ids, &columns);
    return ResultReader::of(rows, columns);
}

Tuplestorestate* register_ids(const Ids& ids)
{
    TupleDesc descriptor = describe_named({{"id", INT8OID}});
    Tuplestorestate* rows = tuplestore_begin_heap(true, false, work_mem);
    for (const int64 id : ids) {
        CHECK_FOR_INTERRUPTS();
        Datum value = Int64GetDatum(id);
        bool is_null = false;
        tuplestore_putvalues(rows, descriptor, &value, &is_null);
    }
    register_named("event_journal_ids", rows, descriptor);
    return rows;
}

void end_ids(Tuplestorestate* rows)
{
    SPI_unregister_relation("event_journal_ids");
    tuplestore_end(rows);
}

}  // namespace journal
