// See arrivals.hpp: rows as they would be in their tables.
//
// A row is completed as the server does it: defaults of the columns that it has no values for, the
// partition that it belongs to; row_checks.cpp gives it what its table computes. An updated row is
// the live one with other values.
#include "checks/arrivals.hpp"

#include "base/list.hpp"
#include "base/result_reader.hpp"
#include "catalog/tracked_relation.hpp"
#include "changes/statement.hpp"

namespace journal {

namespace {

void empty_slot(TupleTableSlot* slot)
{
    ExecClearTuple(slot);
    for (int i = 0; i < slot->tts_tupleDescriptor->natts; i++) {
        slot->tts_values[i] = Datum{0};
        slot->tts_isnull[i] = true;
    }
    ExecStoreVirtualTuple(slot);
}

int position_by_name(TupleDesc descriptor, const char* name)
{
    for (int i = 0; i < descriptor->natts; i++) {
        Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
        if (!attribute->attisdropped && strcmp(NameStr(attribute->attname), name) == 0)
            return i;
    }
    return -1;
}

/// For each attribute of a table that of another with the same name, from 0; -1: none.
int* positions_by_name(TupleDesc to, TupleDesc from)
{
    int* positions = make_array_in<int>(CurrentMemoryContext, to->natts);
    for (int i = 0; i < to->natts; i++) {
        Form_pg_attribute attribute = TupleDescAttr(to, i);
        positions[i] =
            attribute->attisdropped ? -1 : position_by_name(from, NameStr(attribute->attname));
    }
    return positions;
}

Expression partition_qual(Relation table, Relation partition)
{
    List* quals = RelationGetPartitionQual(partition);
    if (quals != NIL && table != partition)
        quals = map_partition_varattnos(quals, 1, table, partition);
    return {quals == NIL ? nullptr : reinterpret_cast<Node*>(make_ands_explicit(quals)), nullptr,
            0};
}

void add_route(Arrivals* arrivals, Oid table)
{
    Relation root = arrivals->set->table;
    auto* route = make_in<Route>(CurrentMemoryContext);
    route->place = place_of(arrivals->state, table);
    checks_of(arrivals->state, route->place);
    const TupleDesc descriptor = RelationGetDescr(route->place->relation);
    route->sources = positions_by_name(descriptor, RelationGetDescr(root));
    if (arrivals->routed)
        route->qual = partition_qual(root, route->place->relation);
    else if (root->rd_rel->relispartition)
        route->place->checks->partition = partition_qual(root, root);
    for (int i = 0; i < descriptor->natts; i++)
        if (route->sources[i] >= 0 && bms_is_member(route->sources[i] + 1, arrivals->unknown))
            route->unknown = bms_add_member(route->unknown, i + 1);
    arrivals->routes = lappend(arrivals->routes, route);
    const PlaceChecks* checks = route->place->checks;
    arrivals->guarded |= checks->computed_count > 0 || checks->check_count > 0 ||
                         route->qual.node != nullptr || checks->partition.node != nullptr;
}

/// The expression that gives a column its value where an insert has none; nullptr: NULL.
Node* default_expression(Relation table, Form_pg_attribute attribute)
{
    Node* node = build_column_default(table, attribute->attnum);
    if (node != nullptr || get_typtype(attribute->atttypid) != TYPTYPE_DOMAIN)
        return node;
    int32 typmod = attribute->atttypmod;
    const Oid base = getBaseTypeAndTypmod(attribute->atttypid, &typmod);
    return coerce_to_domain(
        reinterpret_cast<Node*>(makeNullConst(base, typmod, attribute->attcollation)), base, typmod,
        attribute->atttypid, COERCION_IMPLICIT, COERCE_IMPLICIT_CAST, -1, false);
}

void find_defaults(Arrivals* arrivals)
{
    const TupleDesc table = RelationGetDescr(arrivals->set->table);
    arrivals->defaults = make_array_in<ComputedColumn>(CurrentMemoryContext, table->natts);
    for (int i = 0; i < table->natts; i++) {
        Form_pg_attribute attribute = TupleDescAttr(table, i);
        bool given = attribute->attisdropped || attribute->attgenerated != '\0';
        for (int j = 0; j < arrivals->set->column_count && !given; j++)
            given = arrivals->numbers[j] == attribute->attnum;
        if (given)
            continue;
        Node* node = default_expression(arrivals->set->table, attribute);
        if (node == nullptr)
            continue;
        if (contain_volatile_functions(node)) {
            arrivals->unknown = bms_add_member(arrivals->unknown, attribute->attnum);
            continue;
        }
        ComputedColumn& column = arrivals->defaults[arrivals->default_count++];
        column.number = attribute->attnum;
        column.expression.node = node;
    }
    arrivals->guarded |= arrivals->default_count > 0;
}

Arrivals* begin_arrivals(FinalState* state, RowSet* set, int index)
{
    // The server evaluates what is constant in the expressions of a partition key.
    const Rights rights = rights_on(state->application, set->table);
    auto* arrivals = make_in<Arrivals>(state->context);
    arrivals->state = state;
    arrivals->set = set;
    arrivals->index = index;
    arrivals->row = MakeSingleTupleTableSlot(set->descriptor, &TTSOpsMinimalTuple);
    arrivals->slot = MakeSingleTupleTableSlot(RelationGetDescr(set->table), &TTSOpsVirtual);
    arrivals->numbers = make_array_in<AttrNumber>(state->context, set->column_count);
    for (int i = 0; i < set->column_count; i++)
        arrivals->numbers[i] = set->columns[i].column->number;
    if (set->operation == RowOperation::kInsert)
        find_defaults(arrivals);
    arrivals->routed = set->table->rd_rel->relkind == RELKIND_PARTITIONED_TABLE;
    if (arrivals->routed) {
        for (const Oid oid :
             oids(find_all_inheritors(RelationGetRelid(set->table), AccessShareLock, nullptr)))
            if (get_rel_relkind(oid) == RELKIND_RELATION)
                add_route(arrivals, oid);
    } else {
        add_route(arrivals, RelationGetRelid(set->table));
    }
    begin_executor(arrivals);
    find_rules(arrivals);
    rights.end();
    return arrivals;
}

void end_arrivals(Arrivals* arrivals)
{
    ExecDropSingleTupleTableSlot(arrivals->row);
    ExecDropSingleTupleTableSlot(arrivals->slot);
    FreeExecutorState(arrivals->estate);
}

Route* route_of(Arrivals* arrivals)
{
    if (arrivals->last != nullptr && holds(arrivals, &arrivals->last->qual, arrivals->slot))
        return arrivals->last;
    for (auto* route : items<Route>(arrivals->routes)) {
        if (holds(arrivals, &route->qual, arrivals->slot)) {
            arrivals->last = route;
            return route;
        }
    }
    return nullptr;
}

void copy_row(TupleTableSlot* to, const TupleTableSlot* from, const int* sources)
{
    empty_slot(to);
    for (int i = 0; i < to->tts_tupleDescriptor->natts; i++) {
        if (sources[i] < 0)
            continue;
        to->tts_values[i] = from->tts_values[sources[i]];
        to->tts_isnull[i] = from->tts_isnull[sources[i]];
    }
}

/// The set's values into a row of a table whose attributes have those numbers.
void put_values(Arrivals* arrivals, TupleTableSlot* slot, const AttrNumber* numbers)
{
    for (int i = 0; i < arrivals->set->column_count; i++)
        slot->tts_values[numbers[i] - 1] =
            slot_getattr(arrivals->row, value_attribute(i), &slot->tts_isnull[numbers[i] - 1]);
}

/// Routes the row in the arrivals' slot, and judges it there.
void arrive(Arrivals* arrivals)
{
    for (int i = 0; i < arrivals->default_count; i++)
        compute(arrivals, &arrivals->defaults[i], arrivals->slot);
    Route* route = route_of(arrivals);
    if (route == nullptr) {
        note_row_issue(arrivals,
                       make_issue(IssueKind::kNoPartition,
                                  psprintf("no partition of relation \"%s\" found for row",
                                           RelationGetRelationName(arrivals->set->table))));
        return;
    }
    copy_row(route->place->checks->slot, arrivals->slot, route->sources);
    judge(arrivals, route->place, route->unknown);
}

/// Puts the row that step makes where it would be.
void place_row(Arrivals* arrivals, Callback<void()> step)
{
    arrivals->placed = nullptr;
    run_guarded(arrivals, step);
    if (arrivals->placed != nullptr)
        add_arriving(arrivals->placed, arrivals->index, arrivals->number,
                     arrivals->placed->checks->slot->tts_values,
                     arrivals->placed->checks->slot->tts_isnull, arrivals->live);
    ResetPerTupleExprContext(arrivals->estate);
}

bool next_row(Arrivals* arrivals)
{
    const RowSet* set = arrivals->set;
    tuplestore_select_read_pointer(set->rows, 0);
    if (!read_slot(set->rows, arrivals->row, arrivals->state->context))
        return false;
    bool is_null = false;
    arrivals->number = DatumGetInt64(slot_getattr(arrivals->row, kRowNumber, &is_null));
    return true;
}

void place_inserts(Arrivals* arrivals, MemoryContext work)
{
    rewind_rows(arrivals->set);
    while (next_row(arrivals)) {
        CHECK_FOR_INTERRUPTS();
        in_context(work, [&] {
            empty_slot(arrivals->slot);
            put_values(arrivals, arrivals->slot, arrivals->numbers);
            place_row(arrivals, [&] { arrive(arrivals); });
        });
        MemoryContextReset(work);
        ExecClearTuple(arrivals->slot);
    }
}

/// The live rows that a set's rows are about, in the order of their numbers, as LiveRow.
ResultReader select_live_rows(const Application* application, RowSet* set)
{
    const char* sql = psprintf(
        "SELECT e.number, t.tableoid, t.ctid, %s AS expected FROM %s AS t, %s AS e WHERE %s "
        "ORDER BY e.number",
        set->checked && set->column_count > 0 ? holds_expected(set) : "true",
        is_unjudged(application, set->table) ? only_rows_of(set) : changeable_rows_of(set),
        rows_name(0), has_key(set));
    return read_table(application, set, sql);
}

/// Notes what has become of the live row, unless the caller must not learn of it.
void note_live_row(const Arrivals* arrivals, IssueKind kind)
{
    if (!is_unjudged(arrivals->state->application, arrivals->set->table))
        note_row_issue(arrivals, make_issue(kind));
}

/// The row of a partition as its set's table sees it, with the new values.
void change_in_table(Arrivals* arrivals, Place* place)
{
    copy_row(arrivals->slot, place->checks->live,
             positions_by_name(RelationGetDescr(arrivals->set->table),
                               RelationGetDescr(place->relation)));
    put_values(arrivals, arrivals->slot, arrivals->numbers);
    place_row(arrivals, [&] { arrive(arrivals); });
}

/// The row of an inheritance child, which has columns of its own.
void change_in_child(Arrivals* arrivals, Place* place)
{
    const TupleDesc descriptor = RelationGetDescr(place->relation);
    AttrNumber* numbers =
        make_array_in<AttrNumber>(CurrentMemoryContext, arrivals->set->column_count);
    for (int i = 0; i < arrivals->set->column_count; i++)
        numbers[i] = static_cast<AttrNumber>(
            position_by_name(descriptor, arrivals->set->columns[i].column->name) + 1);
    copy_row(place->checks->slot, place->checks->live, positions_by_name(descriptor, descriptor));
    put_values(arrivals, place->checks->slot, numbers);
    arrivals->guarded = true;
    place_row(arrivals, [&] { judge(arrivals, place, nullptr); });
}

/// Reads a live row into its place; false if it is gone since it was found.
bool fetch_live_row(Arrivals* arrivals, Place* place, Datum tid, Snapshot snapshot)
{
    PlaceChecks* checks = checks_of(arrivals->state, place);
    if (checks->live == nullptr)
        checks->live = in_context(arrivals->state->context,
                                  [&] { return table_slot_create(place->relation, nullptr); });
    if (!table_tuple_fetch_row_version(place->relation,
                                       reinterpret_cast<ItemPointer>(DatumGetPointer(tid)),
                                       snapshot, checks->live))
        return false;
    slot_getallattrs(checks->live);
    return true;
}

struct LiveRow {
    int64 number;  // of the set's row
    Oid table;
    Value place;
    bool expected;  // it holds what is expected

    void bind(ResultReader* reader)
    {
        reader->bind("number", &number);
        reader->bind("tableoid", &table);
        reader->bind("ctid", &place);
        reader->bind("expected", &expected);
    }
};

/// What a live row becomes by the arrivals' row.
void change_live_row(Arrivals* arrivals, const LiveRow& found, Snapshot snapshot)
{
    Place* place = place_of(arrivals->state, found.table);
    if (!fetch_live_row(arrivals, place, found.place.datum, snapshot)) {
        note_live_row(arrivals, IssueKind::kRowGone);
        return;
    }
    if (!found.expected) {
        note_live_row(arrivals, IssueKind::kRowChanged);
    } else {
        add_leaving(place, arrivals->index, arrivals->number, place->checks->live);
        arrivals->live = place->checks->live;
        if (arrivals->set->operation == RowOperation::kDelete) {
            if (arrivals->rules != NIL)
                run_guarded(arrivals, [&] { judge_rules(arrivals, nullptr, nullptr); });
            ResetPerTupleExprContext(arrivals->estate);
        } else {
            const bool is_child = !arrivals->routed && RelationGetRelid(place->relation) !=
                                                           RelationGetRelid(arrivals->set->table);
            (is_child ? change_in_child : change_in_table)(arrivals, place);
        }
    }
    ExecClearTuple(place->checks->live);
}

void place_changes(Arrivals* arrivals, MemoryContext work)
{
    ResultReader reader = select_live_rows(arrivals->state->application, arrivals->set);
    LiveRow live{};
    live.bind(&reader);
    Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    bool more = reader.next();
    rewind_rows(arrivals->set);
    while (next_row(arrivals)) {
        CHECK_FOR_INTERRUPTS();
        bool is_there = false;
        for (; more && live.number == arrivals->number; more = reader.next()) {
            in_context(work, [&] { change_live_row(arrivals, live, snapshot); });
            MemoryContextReset(work);
            is_there = true;
        }
        if (!is_there)
            note_live_row(arrivals, IssueKind::kRowGone);
    }
    UnregisterSnapshot(snapshot);
    reader.close();
}

}  // namespace

void make_final_state(FinalState* state)
{
    MemoryContext work =
        AllocSetContextCreate(state->context, "event_journal row checks", ALLOCSET_DEFAULT_SIZES);
    int index = -1;
    for (auto* set : items<RowSet>(state->application->sets)) {
        index++;
        // Rows that the caller may not insert would be there for others all the same; live rows
        // that he may not change cannot be looked for.
        if (set->count == 0 ||
            (set->operation != RowOperation::kInsert && missing_privilege(set) != nullptr))
            continue;
        Arrivals* arrivals = begin_arrivals(state, set, index);
        (set->operation == RowOperation::kInsert ? place_inserts : place_changes)(arrivals, work);
        end_arrivals(arrivals);
    }
    for (auto* place : items<Place>(state->places))
        end_checks(place);
    MemoryContextDelete(work);
}

}  // namespace journal
