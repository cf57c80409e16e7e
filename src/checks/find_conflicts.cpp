// See find_conflicts.hpp.
#include "checks/find_conflicts.hpp"

#include "base/query.hpp"
#include "base/result_reader.hpp"
#include "changes/statement.hpp"
#include "changes/table_rules.hpp"
#include "checks/final_state.hpp"

namespace journal {

namespace {

/// The conflicts that were found, in the order of sets and rows.
struct Reader {
    Tuplestorestate* rows;
    TupleTableSlot* slot;
    bool more;

    void next() { more = tuplestore_gettupleslot(rows, true, true, slot); }
    Datum value(int column, bool* is_null) const { return slot_getattr(slot, column, is_null); }
    int set() const
    {
        bool is_null = false;
        return DatumGetInt32(value(1, &is_null));
    }
    int64 number() const
    {
        bool is_null = false;
        return DatumGetInt64(value(2, &is_null));
    }
};

Reader begin_reader(const FoundConflicts& found)
{
    Reader reader{};
    MemoryContext caller = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    register_named("event_journal_found", found.rows, found.descriptor);
    MemoryContext connected = MemoryContextSwitchTo(caller);
    reader.rows = select_rows(
        "SELECT DISTINCT set, number, kind, sqlstate, detail, object FROM event_journal_found "
        "ORDER BY set, number, kind, detail",
        0, nullptr, nullptr);
    MemoryContextSwitchTo(connected);
    query.end();
    reader.slot = MakeSingleTupleTableSlot(found.descriptor, &TTSOpsMinimalTuple);
    reader.next();
    return reader;
}

void end_reader(Reader* reader)
{
    ExecDropSingleTupleTableSlot(reader->slot);
    tuplestore_end(reader->rows);
}

Conflict conflict_in(const Reader& reader, const SetRow& row, const char* done)
{
    bool is_null = false;
    const auto kind = static_cast<ConflictKind>(DatumGetInt32(reader.value(3, &is_null)));
    const int sqlstate = DatumGetInt32(reader.value(4, &is_null));
    const Oid object = DatumGetObjectId(reader.value(6, &is_null));
    const Datum detail = reader.value(5, &is_null);
    return describe_conflict(kind, sqlstate, describe_row(row), done,
                             is_null ? nullptr : TextDatumGetCString(detail), object);
}

/// What is told of every row of a set, or of none: that the caller may not write it, which is all
/// that he is told, or that a rule takes its place.
struct OfAllRows {
    const char* forbidden;
    const char* rule;
};

/// Tells the conflicts of a set.
void tell_conflicts(Reader* reader, RowSet* set, int index, const OfAllRows& all, const char* done,
                    TellConflict tell, void* state)
{
    MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "event_journal conflict",
                                               ALLOCSET_DEFAULT_SIZES);
    SetRow row{};
    rewind_rows(set);
    while ((all.forbidden != nullptr || all.rule != nullptr ||
            (reader->more && reader->set() == index)) &&
           read_row(set, &row)) {
        CHECK_FOR_INTERRUPTS();
        MemoryContext caller = MemoryContextSwitchTo(work);
        if (all.forbidden != nullptr)
            tell(set, row,
                 describe_conflict(ConflictKind::kForbidden, 0, describe_row(row), done,
                                   all.forbidden),
                 state);
        else if (all.rule != nullptr)
            tell(set, row,
                 describe_conflict(ConflictKind::kRuled, 0, describe_row(row), done,
                                   psprintf("rule %s", quote_identifier(all.rule))),
                 state);
        MemoryContextSwitchTo(caller);
        bool told_all = all.forbidden != nullptr;
        while (reader->more && reader->set() == index && reader->number() == row.number) {
            MemoryContextSwitchTo(work);
            if (!told_all) {
                const Conflict conflict = conflict_in(*reader, row, done);
                tell(set, row, conflict, state);
                // It comes first.
                told_all = conflict.kind == ConflictKind::kForbidden;
            }
            MemoryContextSwitchTo(caller);
            reader->next();
        }
        MemoryContextReset(work);
    }
    MemoryContextDelete(work);
}

}  // namespace

void find_conflicts(Application* application, TellConflict tell, void* state)
{
    FinalState final{};
    MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "event_journal conflicts",
                                                  ALLOCSET_DEFAULT_SIZES);
    MemoryContext caller = MemoryContextSwitchTo(context);
    begin_final_state(&final, application);
    make_final_state(&final);
    check_keys(&final);
    check_policies(&final);
    end_final_state(&final);
    Reader reader = begin_reader(final.found);
    ListCell* cell = nullptr;
    foreach (cell, application->sets) {
        auto* set = static_cast<RowSet*>(lfirst(cell));
        if (set->count > 0)
            tell_conflicts(&reader, set, foreach_current_index(cell),
                           {missing_privilege(set), replacing_rule(set)}, application->done, tell,
                           state);
    }
    end_reader(&reader);
    tuplestore_end(final.found.rows);
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(context);
}

}  // namespace journal
