// See final_state.hpp.
#include "checks/final_state.hpp"

#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "changes/statement.hpp"

namespace journal {

namespace {

Tuplestorestate* new_rows()
{
    return tuplestore_begin_heap(true, false, work_mem);
}

/// Columns that a row holds: neither dropped ones nor virtual ones (PostgreSQL 18).
bool is_held(Form_pg_attribute attribute)
{
    return !attribute->attisdropped && attribute->attgenerated != 'v';
}

void describe_place(Place* place)
{
    const TupleDesc table = RelationGetDescr(place->relation);
    place->positions = make_array_in<int>(CurrentMemoryContext, table->natts);
    int count = kPlaceColumns;
    for (int i = 0; i < table->natts; i++)
        place->positions[i] = is_held(TupleDescAttr(table, i)) ? count++ : -1;
    place->descriptor = CreateTemplateTupleDesc(count);
    const auto own = [place](PlaceColumn number, const char* name, Oid type) {
        TupleDescInitEntry(place->descriptor, static_cast<AttrNumber>(number), name, type, -1, 0);
    };
    own(kOfSet, kSetName, INT4OID);
    own(kOfNumber, kNumberName, INT8OID);
    own(kOfTable, kTableName, OIDOID);
    own(kOfPlace, kPlaceName, TIDOID);
    for (int i = 0; i < table->natts; i++) {
        if (place->positions[i] < 0)
            continue;
        const auto number = static_cast<AttrNumber>(place->positions[i] + 1);
        Form_pg_attribute attribute = TupleDescAttr(table, i);
        TupleDescInitEntry(place->descriptor, number, NameStr(attribute->attname),
                           attribute->atttypid, attribute->atttypmod, attribute->attndims);
        TupleDescInitEntryCollation(place->descriptor, number, attribute->attcollation);
    }
}

void put_row(Place* place, Tuplestorestate* rows, int set, int64 number, const TupleTableSlot* live,
             const Datum* values, const bool* nulls)
{
    const int count = place->descriptor->natts;
    Datum* row = make_array_in<Datum>(CurrentMemoryContext, count);
    bool* row_nulls = make_array_in<bool>(CurrentMemoryContext, count);
    row[kOfSet - 1] = Int32GetDatum(set);
    row[kOfNumber - 1] = Int64GetDatum(number);
    row_nulls[kOfTable - 1] = row_nulls[kOfPlace - 1] = live == nullptr;
    if (live != nullptr) {
        row[kOfTable - 1] = ObjectIdGetDatum(live->tts_tableOid);
        row[kOfPlace - 1] = PointerGetDatum(&live->tts_tid);
    }
    for (int i = 0; i < RelationGetDescr(place->relation)->natts; i++) {
        if (place->positions[i] < 0)
            continue;
        row[place->positions[i]] = values[i];
        row_nulls[place->positions[i]] = nulls[i];
    }
    tuplestore_putvalues(rows, place->descriptor, row, row_nulls);
    pfree(row);
    pfree(row_nulls);
}

}  // namespace

void begin_final_state(FinalState* state, Application* application)
{
    state->application = application;
    state->context = CurrentMemoryContext;
    state->found = make_issues();
}

void note_issue(FinalState* state, int set, int64 number, Issue issue)
{
    issue.set = set;
    issue.row.number = number;
    add_issue(state->found, issue);
}

Place* place_of(FinalState* state, Oid table)
{
    for (auto* place : items<Place>(state->places)) {
        if (RelationGetRelid(place->relation) == table)
            return place;
    }
    return in_context(state->context, [&] {
        ResourceOwner owner = CurrentResourceOwner;
        CurrentResourceOwner = state->application->owner;
        auto* place = make_in<Place>(state->context);
        place->number = list_length(state->places);
        place->relation = table_open(table, AccessShareLock);
        describe_place(place);
        place->arriving = new_rows();
        place->leaving = new_rows();
        state->places = lappend(state->places, place);
        CurrentResourceOwner = owner;
        return place;
    });
}

void add_arriving(Place* place, int set, int64 number, const Datum* values, const bool* nulls,
                  const TupleTableSlot* live)
{
    put_row(place, place->arriving, set, number, live, values, nulls);
    place->arriving_count++;
}

void add_leaving(Place* place, int set, int64 number, TupleTableSlot* row)
{
    slot_getallattrs(row);
    put_row(place, place->leaving, set, number, row, row->tts_values, row->tts_isnull);
    place->leaving_count++;
}

const char* arriving_name(const Place* place)
{
    return psprintf("event_journal_arriving_%d", place->number);
}

const char* leaving_name(const Place* place)
{
    return psprintf("event_journal_leaving_%d", place->number);
}

void register_places(const FinalState* state)
{
    for (auto* place : items<Place>(state->places)) {
        register_named(arriving_name(place), place->arriving, place->descriptor);
        register_named(leaving_name(place), place->leaving, place->descriptor);
    }
}

void end_final_state(FinalState* state)
{
    for (auto* place : items<Place>(state->places)) {
        tuplestore_end(place->arriving);
        tuplestore_end(place->leaving);
        table_close(place->relation, NoLock);
    }
    state->places = NIL;
}

}  // namespace journal
