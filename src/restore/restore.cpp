// journal.restore and journal.restore_all: claim deletions and bring their rows back.
//
// Two concurrent restores of one deletion meet at the key of journal.restoration: the second waits
// for the first, and goes on only if that one was rolled back. Which entry recorded a row's return
// is filled in afterwards: an entry's id is taken when the row has arrived, no sooner.
#include "base/append_only.hpp"
#include "base/function.hpp"
#include "base/journal_tables.hpp"
#include "base/query.hpp"
#include "base/settings.hpp"
#include "restore/collect.hpp"
#include "restore/statement.hpp"

namespace journal {

namespace {

/// A foreign key is checked by triggers that this setting switches off, as it does most triggers.
void check_triggers_fire()
{
    if (SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("nothing can be restored while session_replication_role is replica"),
                        errdetail("Foreign keys would not be checked."),
                        errhint("SET session_replication_role = origin;")));
}

/// One restore: its collection, and where its result goes.
struct Restore {
    Collection collection;
    bool skip;
    ReturnSetInfo* result;
};

[[noreturn]] void raise_already_restored(const SetRow& row)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin_latest();
    const uint64 rows = query.run(
        "SELECT restored_by::text, restored_entry FROM journal.restoration WHERE entry = $1",
        {int8_argument(row.entry)}, true);
    const char* role = rows == 0 ? "?" : query.text(0, 1, context);
    const int64 entry = rows == 0 ? 0 : query.int8(0, 2);
    query.end();
    ereport(ERROR,
            (errcode(kAlreadyRestored), errmsg("%s has been restored already", describe_row(row)),
             errdetail("Role \"%s\" restored it: entry %lld.", role, static_cast<long long>(entry)),
             errhint("If it was deleted again, restore that deletion.")));
    pg_unreachable();
}

/// A row of the result, of which version 1.0 declares the first five columns. restored_entry 0: it
/// has not been restored.
void return_row(const Restore* restore, const RowSet* set, const SetRow& row, int64 restored_entry,
                const char* outcome, const char* detail)
{
    const auto text_datum = [](const char* text) {
        return text == nullptr ? Datum{0} : CStringGetTextDatum(text);
    };
    Datum values[] = {ObjectIdGetDatum(set->plan->root),
                      text_datum(row.object_type),
                      text_datum(row.key),
                      text_datum(row.label),
                      Int64GetDatum(restored_entry),
                      Int64GetDatum(row.entry),
                      text_datum(outcome),
                      text_datum(detail)};
    bool nulls[] = {false,
                    row.object_type == nullptr,
                    row.key == nullptr,
                    row.label == nullptr,
                    restored_entry == 0,
                    row.entry == 0,
                    false,
                    detail == nullptr};
    tuplestore_putvalues(restore->result->setResult, restore->result->setDesc, values, nulls);
}

bool is_requested(const Restore* restore, int64 entry)
{
    for (const Request& request : *restore->collection.requests)
        if (request.entry == entry)
            return true;
    return false;
}

/// What filtering a set needs: the ids of entries that somebody else has claimed.
struct Lost {
    Restore* restore;
    RowSet* set;
    const Ids* entries;
};

/// Keeps what is not lost; of the others a requested one is an error, unless it is to be skipped.
bool keep_claimed(const SetRow& row, void* state)
{
    const auto* lost = static_cast<Lost*>(state);
    if (!std::binary_search(lost->entries->begin(), lost->entries->end(), row.entry))
        return true;
    // A related row is there again: somebody has brought it back meanwhile.
    if (is_requested(lost->restore, row.entry)) {
        if (!lost->restore->skip)
            raise_already_restored(row);
        return_row(lost->restore, lost->set, row, 0, "skipped", "It has been restored already.");
    }
    return false;
}

/// Takes a set's deletions for this transaction, waiting for any other that is at them.
void claim(Restore* restore, RowSet* set)
{
    ContextResource memory(CurrentMemoryContext);
    Ids lost(&memory);
    const char* role = GetUserNameFromId(GetUserId(), false);
    Query query = Query::begin(RunAs::kOwner);
    register_rows(set, 0);
    const uint64 rows = query.run(
        psprintf("WITH claimed AS (INSERT INTO journal.restoration (entry, restored_by, reason) "
                 "                 SELECT r.entry, $1, $2 FROM %s r ORDER BY r.entry "
                 "                 ON CONFLICT (entry) DO NOTHING RETURNING entry) "
                 "SELECT r.entry FROM %s r WHERE r.entry NOT IN (SELECT c.entry FROM claimed c) "
                 "ORDER BY 1",
                 rows_name(0), rows_name(0)),
        {text_argument(role), text_argument(restore->collection.reason)});
    for (uint64 i = 0; i < rows; i++)
        lost.push_back(query.int8(i, 1));
    query.end();
    if (lost.empty())
        return;
    Lost state{restore, set, &lost};
    filter_rows(set, keep_claimed, &state);
}

/// Says with each claim by which entry the row came back.
void name_entries(const Application* application)
{
    ListCell* cell = nullptr;
    enter_append_only_pass(journal_table("restoration"));
    foreach (cell, application->applied) {
        auto* set = static_cast<RowSet*>(lfirst(cell));
        if (set->operation != RowOperation::kInsert)
            continue;
        Query query = Query::begin(RunAs::kOwner);
        register_named("event_journal_places", set->places, set->place_descriptor);
        query.run(
            "UPDATE journal.restoration c SET restored_entry = p.entry "
            "FROM event_journal_places p WHERE c.entry = p.deletion");
        query.end();
    }
    leave_append_only_pass();
}

void return_rows(const Restore* restore)
{
    ListCell* cell = nullptr;
    foreach (cell, restore->collection.application->applied) {
        auto* set = static_cast<RowSet*>(lfirst(cell));
        SetRow row{};
        rewind_rows(set);
        while (read_row(set, &row)) {
            CHECK_FOR_INTERRUPTS();
            return_row(restore, set, row, row.written_entry, "restored", "");
        }
    }
}

void restore_entries(Restore* restore, const Ids& entries)
{
    ContextResource memory(CurrentMemoryContext);
    Vector<Request> requests(&memory);
    Collection* collection = &restore->collection;
    collection->requests = &requests;
    collection->application = begin_application("restored", collection->reason);
    collect(collection, entries);
    // Everywhere in the same order, so that two restores of the same rows wait for one another in
    // turn.
    List* sets = list_copy(collection->application->sets);
    list_sort(sets, [](const ListCell* a, const ListCell* b) {
        const Oid first = RelationGetRelid(static_cast<const RowSet*>(lfirst(a))->table);
        const Oid second = RelationGetRelid(static_cast<const RowSet*>(lfirst(b))->table);
        return (first > second) - (first < second);
    });
    ListCell* cell = nullptr;
    foreach (cell, sets)
        claim(restore, static_cast<RowSet*>(lfirst(cell)));
    apply(collection->application);
    name_entries(collection->application);
    return_rows(restore);
    end_application(collection->application);
}

bool conflict_argument(const char* name)
{
    if (strcmp(name, "error") != 0 && strcmp(name, "skip") != 0)
        ereport(ERROR,
                (errcode(kUnknownCode), errmsg("\"%s\" is nothing to do on a conflict", name),
                 errhint("It is 'error' or 'skip'.")));
    return strcmp(name, "skip") == 0;
}

/// Version 1.0 declares the function with the first two arguments alone.
bool is_given(FunctionCallInfo fcinfo, int number)
{
    return number < PG_NARGS() && !PG_ARGISNULL(number);
}

const char* text_argument_or(FunctionCallInfo fcinfo, int number, const char* otherwise)
{
    return !is_given(fcinfo, number) ? otherwise : text_to_cstring(PG_GETARG_TEXT_PP(number));
}

/// The arguments that follow the entries: reason, related, overrides, on_conflict.
Restore* read_arguments(FunctionCallInfo fcinfo)
{
    auto* restore = make_in<Restore>(CurrentMemoryContext);
    const char* reason = text_argument_or(fcinfo, 1, settings.reason);
    restore->collection.reason = *reason == '\0' ? nullptr : reason;
    restore->collection.related = related_argument(text_argument_or(fcinfo, 2, "none"));
    restore->collection.overrides =
        read_overrides(is_given(fcinfo, 3) ? PG_GETARG_JSONB_P(3) : nullptr);
    restore->skip = conflict_argument(text_argument_or(fcinfo, 4, "error"));
    InitMaterializedSRF(fcinfo, 0);
    restore->result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    return restore;
}

void read_entries(ArrayType* array, Ids* entries)
{
    Datum* elements = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    deconstruct_array(array, INT8OID, sizeof(int64), true, TYPALIGN_DOUBLE, &elements, &nulls,
                      &count);
    entries->reserve(count);
    for (int i = 0; i < count; i++) {
        if (nulls[i])
            ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                            errmsg("list \"entries\" contains NULL")));
        entries->push_back(DatumGetInt64(elements[i]));
    }
    std::sort(entries->begin(), entries->end());
    entries->erase(std::unique(entries->begin(), entries->end()), entries->end());
}

}  // namespace

}  // namespace journal

using namespace journal;

// restore(entry bigint, reason text, related text, overrides jsonb, on_conflict text): see
// src/sql/52_restore.sql.
JOURNAL_FUNCTION(journal_restore)
{
    require_writable("journal.restore()");
    check_triggers_fire();
    if (PG_ARGISNULL(0))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("entry must not be null")));
    ContextResource memory(CurrentMemoryContext);
    Ids entries(&memory);
    entries.push_back(PG_GETARG_INT64(0));
    restore_entries(read_arguments(fcinfo), entries);
    return Datum{0};
}

// restore_all(entries bigint[], reason text, related text, overrides jsonb, on_conflict text).
JOURNAL_FUNCTION(journal_restore_all)
{
    require_writable("journal.restore_all()");
    check_triggers_fire();
    ContextResource memory(CurrentMemoryContext);
    Ids entries(&memory);
    if (!PG_ARGISNULL(0))
        read_entries(PG_GETARG_ARRAYTYPE_P(0), &entries);
    if (entries.empty())
        ereport(ERROR, (errcode(kEmptyList), errmsg("list \"entries\" is empty"),
                        errhint("journal.deleted_objects() lists what can be restored.")));
    restore_entries(read_arguments(fcinfo), entries);
    return Datum{0};
}
