// See deletion.hpp.
#include "restore/deletion.hpp"

#include "base/function.hpp"
#include "base/query.hpp"
#include "base/stored_jsonb.hpp"
#include "catalog/event_type.hpp"
#include "restore/result_reader.hpp"
#include "restore/row_set.hpp"

namespace journal {

namespace {

bool is_support(Oid role)
{
    return DatumGetBool(DirectFunctionCall3(has_function_privilege_id_name, ObjectIdGetDatum(role),
                                            CStringGetTextDatum("journal.support()"),
                                            CStringGetTextDatum("EXECUTE")));
}

[[noreturn]] void raise_unknown_entry(int64 entry)
{
    ereport(
        ERROR,
        (errcode(kUnknownEntry), errmsg("entry %lld does not exist", static_cast<long long>(entry)),
         errdetail("No entry of that id is visible to role \"%s\".",
                   GetUserNameFromId(GetUserId(), false)),
         errhint("journal.deleted_objects() lists what can be restored. If the role reads "
                 "several accounts, event_journal.account says which.")));
    pg_unreachable();
}

[[noreturn]] void raise_not_a_deletion(int64 entry, const char* event)
{
    ereport(ERROR, (errcode(kNotRestorable),
                    errmsg("entry %lld is not a deletion", static_cast<long long>(entry)),
                    errdetail("It is of the event type \"%s\".", event),
                    errhint("journal.deleted_objects() lists what can be restored.")));
    pg_unreachable();
}

/// Columns of a request's entry.
enum RequestColumn { kId = 1, kChange, kOperation, kEventType, kType, kKey, kLabel };

RestoredBy restored_by(const EventType* type)
{
    if (type->restore == nullptr)
        return RestoredBy::kNobody;
    return strcmp(type->restore, "support") == 0 ? RestoredBy::kSupport : RestoredBy::kJournal;
}

/// The event type that was asked about last, and that its objects may be restored: looking either
/// up costs more than reading a row.
struct Allowed {
    const EventType* type;
    bool checked;
};

void check_request(const Query& query, uint64 row, const char* reason, Allowed* allowed,
                   Vector<Request>* requests)
{
    bool is_null = false;
    const int64 asked = query.int8(row, kId);
    const char operation = DatumGetChar(query.value(row, kOperation, &is_null));
    const int32 event_type = query.int4(row, kEventType);
    if (allowed->type == nullptr || allowed->type->id != event_type)
        *allowed = {event_type_by_id(event_type), false};
    const EventType* type = allowed->type;
    const bool logged = operation == 'l' && strcmp(type->kind, "deleted") == 0;
    if (operation != 'd' && !logged)
        raise_not_a_deletion(asked, type->code);
    const RestoredBy by = restored_by(type);
    if (!allowed->checked) {
        Deletion deletion{};
        deletion.object_type = query.text(row, kType, CurrentMemoryContext);
        deletion.object_id = query.text(row, kKey, CurrentMemoryContext);
        deletion.label = query.text(row, kLabel, CurrentMemoryContext);
        check_allowed(by, reason, deletion);
        allowed->checked = true;
    }
    requests->push_back({asked, query.int8(row, kChange), by});
}

bool is_asked(const Vector<Request>& requests, int64 entry)
{
    const auto found =
        std::lower_bound(requests.begin(), requests.end(), entry,
                         [](const Request& request, int64 id) { return request.asked < id; });
    return found != requests.end() && found->asked == entry;
}

/// Reads requested entries of a condition into requests, which stay in the order of their ids.
void read_matching(const Ids& entries, const char* condition, const char* reason,
                   Vector<Request>* requests)
{
    if (entries.empty())
        return;
    Query query = Query::begin(RunAs::kCaller);
    const uint64 rows =
        query.run(psprintf("SELECT e.id, e.change, e.operation, e.event_type, e.object_type, "
                           "e.object_id, e.label FROM journal.entry e "
                           "WHERE %s %s ORDER BY e.id",
                           id_condition("e", entries), condition),
                  {{INT8ARRAYOID, ids_datum(entries)},
                   int8_argument(entries.front()),
                   int8_argument(entries.back())});
    Allowed allowed{};
    for (uint64 i = 0; i < rows; i++) {
        CHECK_FOR_INTERRUPTS();
        check_request(query, i, reason, &allowed, requests);
    }
    query.end();
    std::sort(requests->begin(), requests->end(),
              [](const Request& a, const Request& b) { return a.asked < b.asked; });
}

/// Columns of a deletion's row.
enum DeletionColumn {
    kEntry = 1,
    kRelation,
    kLayout,
    kObjectType,
    kObjectId,
    kDeletedLabel,
    kData
};

}  // namespace

RestoredBy restored_by(int32 event_type)
{
    return restored_by(event_type_by_id(event_type));
}

bool may_restore(RestoredBy restored_by)
{
    return restored_by == RestoredBy::kJournal ||
           (restored_by == RestoredBy::kSupport && is_support(GetUserId()));
}

void check_allowed(RestoredBy restored_by, const char* reason, const Deletion& deletion)
{
    switch (restored_by) {
        case RestoredBy::kJournal:
            return;
        case RestoredBy::kNobody:
            ereport(ERROR,
                    (errcode(kNotRestorable),
                     errmsg("an object of type \"%s\" cannot be restored from the journal",
                            deletion.object_type),
                     errhint("journal.deleted_objects() says in its column restorable what can.")));
            break;
        case RestoredBy::kSupport:
            if (!is_support(GetUserId()))
                ereport(ERROR,
                        (errcode(kContactSupport),
                         errmsg("%s can be restored by support only", describe(deletion)),
                         errdetail("Role \"%s\" has no EXECUTE on function journal.support().",
                                   GetUserNameFromId(GetUserId(), false)),
                         errhint("Contact support.")));
            if (reason == nullptr)
                ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                                errmsg("restoring %s needs a reason", describe(deletion)),
                                errhint("Give it: journal.restore(entry, reason => '...').")));
    }
}

void read_requests(const Ids& entries, const char* reason, Vector<Request>* requests)
{
    ContextResource memory(CurrentMemoryContext);
    // Deletions have an index of their own, which is much smaller than the others.
    read_matching(entries, "AND e.operation = 'd'", reason, requests);
    Ids others(&memory);
    for (const int64 entry : entries)
        if (!is_asked(*requests, entry))
            others.push_back(entry);
    read_matching(others, "", reason, requests);
    for (const int64 entry : entries)
        if (!is_asked(*requests, entry))
            raise_unknown_entry(entry);
}

// A BRIN index is gone through anew for each element of an array. For ids that lie close together
// one passage over the stretch between them, with the array as a hash table, is far cheaper.
const char* id_condition(const char* alias, const Ids& ids)
{
    constexpr int64 kFew = 100;
    constexpr int64 kClose = 1000;  // entries of the stretch for each that is asked for
    const auto count = static_cast<int64>(ids.size());
    const bool is_close = count > kFew && (ids.back() - ids.front()) / count < kClose;
    return psprintf("(%s.id%s) = ANY ($1) AND %s.id BETWEEN $2 AND $3", alias,
                    is_close ? " OPERATOR(pg_catalog.+) 0" : "", alias);
}

Datum ids_datum(const Ids& ids)
{
    Datum* values = make_array_in<Datum>(CurrentMemoryContext, ids.size());
    std::transform(ids.begin(), ids.end(), values, [](int64 id) { return Int64GetDatum(id); });
    ArrayType* array = construct_array(values, static_cast<int>(ids.size()), INT8OID, sizeof(int64),
                                       true, TYPALIGN_DOUBLE);
    pfree(values);
    return PointerGetDatum(array);
}

Tuplestorestate* select_rows(const char* sql, int count, const Oid* types, const Datum* values)
{
    ParamListInfo parameters = makeParamList(count);
    for (int i = 0; i < count; i++) {
        parameters->params[i].value = values[i];
        parameters->params[i].isnull = false;
        parameters->params[i].ptype = types[i];
        parameters->params[i].pflags = PARAM_FLAG_CONST;
    }
    Tuplestorestate* rows = tuplestore_begin_heap(true, false, work_mem);
    SPIExecuteOptions options{};
    options.params = parameters;
    options.dest = CreateDestReceiver(DestTuplestore);
    SetTuplestoreDestReceiverParams(options.dest, rows, CurrentMemoryContext, true, nullptr,
                                    nullptr);
    const int code = SPI_execute_extended(sql, &options);
    if (code < 0)
        elog(ERROR, "SPI_execute_extended failed: %s: %s", SPI_result_code_string(code), sql);
    return rows;
}

Tuplestorestate* select_about(const char* sql, const Ids& ids)
{
    const Oid types[] = {INT8ARRAYOID, INT8OID, INT8OID};
    const Datum values[] = {ids_datum(ids), Int64GetDatum(ids.empty() ? 0 : ids.front()),
                            Int64GetDatum(ids.empty() ? 0 : ids.back())};
    MemoryContext caller = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    // Young months are not analyzed yet: what looks like few rows may be very many. A nested loop
    // that there is no way around costs so much then, on paper, that the query would be compiled.
    query.set("enable_nestloop", "off");
    query.set("jit", "off");
    MemoryContext connected = MemoryContextSwitchTo(caller);
    Tuplestorestate* rows = select_rows(sql, lengthof(types), types, values);
    MemoryContextSwitchTo(connected);
    query.end();
    return rows;
}

DeletionReader begin_deletions(const Ids& entries)
{
    return begin_deletions_in(psprintf("journal.entry e WHERE %s", id_condition("e", entries)),
                              entries);
}

DeletionReader begin_deletions_in(const char* source, const Ids& entries)
{
    DeletionReader reader{};
    TupleDesc descriptor =
        describe_columns({INT8OID, INT4OID, INT4OID, TEXTOID, TEXTOID, TEXTOID, JSONBOID});
    reader.slot = MakeSingleTupleTableSlot(descriptor, &TTSOpsMinimalTuple);
    reader.context = AllocSetContextCreate(CurrentMemoryContext, "event_journal deletion",
                                           ALLOCSET_DEFAULT_SIZES);
    reader.rows = select_about(
        psprintf("SELECT e.id, e.relation, e.layout, e.object_type, e.object_id, e.label, e.data "
                 "FROM %s ORDER BY e.id",
                 source),
        entries);
    return reader;
}

bool next_deletion(DeletionReader* reader, Deletion* deletion)
{
    if (!tuplestore_gettupleslot(reader->rows, true, false, reader->slot))
        return false;
    MemoryContextReset(reader->context);
    MemoryContext caller = MemoryContextSwitchTo(reader->context);
    slot_getallattrs(reader->slot);
    const auto value = [reader](DeletionColumn column) {
        return reader->slot->tts_values[column - 1];
    };
    const auto is_null = [reader](DeletionColumn column) {
        return reader->slot->tts_isnull[column - 1];
    };
    const auto text_of = [&](DeletionColumn column) {
        return is_null(column) ? nullptr : TextDatumGetCString(value(column));
    };
    *deletion = Deletion{};
    deletion->entry = DatumGetInt64(value(kEntry));
    deletion->relation = is_null(kRelation) ? 0 : DatumGetInt32(value(kRelation));
    deletion->object_type = text_of(kObjectType);
    deletion->object_id = text_of(kObjectId);
    deletion->label = text_of(kDeletedLabel);
    if (!is_null(kLayout)) {
        deletion->layout = layout_by_id(DatumGetInt32(value(kLayout)));
        if (!is_null(kData))
            deletion->row = read_snapshot(deletion->layout, stored_jsonb(value(kData), true));
    }
    MemoryContextSwitchTo(caller);
    return true;
}

void end_deletions(DeletionReader* reader)
{
    ExecDropSingleTupleTableSlot(reader->slot);
    tuplestore_end(reader->rows);
    MemoryContextDelete(reader->context);
}

const char* describe(const Deletion& deletion)
{
    SetRow row{};
    row.object_type = deletion.object_type;
    row.object_id = deletion.object_id;
    row.label = deletion.label;
    return describe_row(row);
}

}  // namespace journal
