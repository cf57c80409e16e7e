// See past.hpp. This file prepares: which columns there are, which of them the journal knows, and
// how far back.
#include "past/past.hpp"

#include "base/function.hpp"
#include "base/query.hpp"
#include "base/settings.hpp"
#include "catalog/open_relation.hpp"
#include "catalog/own_trigger.hpp"
#include "catalog/tracked_relation.hpp"
#include "catalog/unrecorded.hpp"
#include "past/gap_words.hpp"
#include "past/lost_month.hpp"
#include "values/exact_form.hpp"

namespace journal {

namespace {

void prepare_columns(Past* past)
{
    const RelationPlan* plan = past->plan;
    const int level = enter_exact_settings();
    past->column_count = plan->column_count;
    past->columns = make_array_in<PastColumn>(past->context, plan->column_count);
    past->column_of = make_array_in<int>(past->context, past->descriptor->natts);
    for (int i = 0; i < past->descriptor->natts; i++)
        past->column_of[i] = -1;
    for (int i = 0; i < plan->column_count; i++) {
        const PlanColumn& from = plan->columns[i];
        PastColumn& column = past->columns[i];
        column.id = from.id;
        column.number = from.number;
        column.name = from.name;
        column.type = from.type;
        column.type_name = format_type_extended(
            from.type, from.typmod, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);
        column.is_known = true;
        column.is_chained = true;
        column.known_until[kFrom] = column.known_until[kTo] = PG_INT64_MAX;
        Oid input = InvalidOid;
        getTypeInputInfo(from.type, &input, &column.input_parameter);
        fmgr_info_cxt(input, &column.input, past->context);
        prepare_text_form(&column.output, from.type, past->context);
        column.has_telling_text = journal::has_telling_text(from.type);
        column.names_objects = journal::names_objects(from.type);
        get_typlenbyval(from.type, &column.length, &column.by_value);
        past->column_of[column.number - 1] = i;
    }
    past->key_count = plan->key_count;
    past->key = plan->key;
    for (int i = 0; i < past->key_count; i++)
        past->last_key_attribute =
            std::max<int>(past->last_key_attribute, past->columns[past->key[i]].number);
    leave_exact_settings(level);
}

void limit_column(PastColumn* column, ColumnMode mode, bool ignored)
{
    if (is_hidden(mode) || mode == ColumnMode::kVirtual)
        column->is_known = false;
    if (!column->is_known || mode == ColumnMode::kGenerated || ignored)
        column->is_chained = false;
}

/// The one of the moments that is the earlier by the clock.
const Moment* earliest_moment(const Past* past)
{
    const Moment* from = past->moments[kFrom];
    return past->side_count > 1 && past->moments[kTo]->time < from->time ? past->moments[kTo]
                                                                         : from;
}

bool is_integer_type(const char* type)
{
    return strcmp(type, "integer") == 0 || strcmp(type, "bigint") == 0 ||
           strcmp(type, "smallint") == 0;
}

bool is_text_type(const char* type)
{
    return strcmp(type, "pg_catalog.text") == 0 || strncmp(type, "character varying", 17) == 0;
}

/// Whether every value of a type, written as text, is the same value of the other type. For other
/// types than these it may be written otherwise: 1.00 and 1.
bool has_same_texts(const char* before, const char* now)
{
    return strcmp(before, now) == 0 ||
           (is_integer_type(before) && (is_integer_type(now) || is_text_type(now))) ||
           (is_text_type(before) && is_text_type(now));
}

/// Whether the table's key was over the same columns in a layout of it, and written the same.
bool has_same_key(const Past* past, const Layout* layout)
{
    if (!layout->is_root)
        return true;
    if (layout->key_count != past->key_count)
        return false;
    for (int i = 0; i < layout->key_count; i++) {
        const LayoutColumn& before = layout->columns[layout->key_positions[i]];
        const PastColumn& now = past->columns[past->key[i]];
        if (before.id != now.id || !has_same_texts(before.type, now.type_name))
            return false;
    }
    return true;
}

/// A column is known if it was stored all the time since: a layout that hid it in between makes
/// the values unknown.
void limit_columns(Past* past)
{
    for (int i = 0; i < past->column_count; i++)
        limit_column(&past->columns[i], past->plan->columns[i].mode,
                     past->plan->columns[i].ignored);
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin_latest();
    const uint64 count = query.run(
        "SELECT id, coalesce(until, now()) AS until FROM (SELECT id, lead(seen_at) OVER (PARTITION "
        "BY "
        "is_root, CASE WHEN NOT is_root THEN relation_name END ORDER BY id) AS until "
        "FROM journal.layout WHERE relation = $1) l WHERE until IS NULL OR until > $2 ORDER BY id "
        "DESC",
        {int4_argument(past->plan->id),
         {TIMESTAMPTZOID, TimestampTzGetDatum(earliest_moment(past)->time)}},
        true);
    int32* ids = make_array_in<int32>(context, count);
    auto* until = make_array_in<TimestampTz>(context, count);
    for (uint64 i = 0; i < count; i++) {
        ids[i] = query.value(i, "id").int4();
        until[i] = query.value(i, "until").time();
    }
    query.end();
    for (uint64 i = 0; i < count; i++) {
        const Layout* layout = layout_by_id(ids[i]);
        if (!has_same_key(past, layout) && past->sink.finding == nullptr)
            raise_unknown_past(past, earliest_moment(past), until[i],
                               "then its key became another");
        for (int j = 0; j < past->column_count; j++) {
            const int position = layout_position(layout, past->columns[j].id);
            if (position >= 0)
                limit_column(&past->columns[j], layout->columns[position].mode,
                             layout->columns[position].ignored);
        }
    }
}

void tell_unknown_columns(const Past* past)
{
    StringInfoData names;
    initStringInfo(&names);
    for (int i = 0; i < past->column_count; i++)
        if (!past->columns[i].is_known)
            appendStringInfo(&names, "%s%s", names.len == 0 ? "" : ", ",
                             quote_identifier(past->columns[i].name));
    if (names.len > 0)
        ereport(NOTICE, (errmsg("the past of %s is without the values of: %s",
                                qualified_name(RelationGetRelid(past->root)), names.data),
                         errdetail("The journal does not keep them, so they are NULL.")));
}

bool has_dropped_columns(TupleDesc descriptor)
{
    for (int i = 0; i < descriptor->natts; i++)
        if (TupleDescAttr(descriptor, i)->attisdropped)
            return true;
    return false;
}

/// Whether a row of journal.gap is later than the moment.
bool is_gap_later(const Moment* moment, const Query& query, uint64 row)
{
    const int64 last_entry = query.value(row, "last_entry").int8();
    const TimestampTz at = query.value(row, "at").time();
    // Entries before a mark may be the last ones before the gap too; a transaction's edge is
    // between two entries, and the gap may be there.
    if (moment->kind != MomentKind::kMark)
        return is_later(moment, {last_entry + 1, at, {0}, 0, PG_INT64_MAX});
    if (!query.value(row, "is_own").boolean())
        return at > moment->time;
    return is_later(moment, {last_entry, at, query.value(row, "transaction_id").transaction(),
                             query.value(row, "command").int4(), PG_INT64_MAX});
}

/// Notes which columns' values were computed anew later than the moments. The journal knows the
/// column by the name that it had.
void limit_computed(Past* past)
{
    Query query = Query::begin_latest();
    const uint64 gaps = query.run(
        "SELECT g.at, g.transaction_id, g.command, g.last_entry, g.incarnation = "
        "(SELECT id FROM journal.incarnation) AS is_own, coalesce((SELECT (c ->> 'id')::integer "
        "FROM journal.layout l, jsonb_array_elements(l.columns) c WHERE l.relation = g.relation "
        "AND l.is_root AND l.seen_at <= g.at AND c ->> 'name' = g.other ORDER BY l.id DESC "
        "LIMIT 1), 0) AS column_id FROM journal.gap g WHERE g.relation = $1 AND g.reason = "
        "'computed' "
        "ORDER BY g.at",
        {int4_argument(past->plan->id)}, true);
    for (uint64 i = 0; i < gaps; i++) {
        const int32 id = query.value(i, "column_id").int4();
        for (int side = 0; side < past->side_count; side++) {
            if (past->moments[side]->kind == MomentKind::kNow ||
                !is_gap_later(past->moments[side], query, i))
                continue;
            for (int j = 0; j < past->column_count; j++) {
                PastColumn& column = past->columns[j];
                if (id != 0 && column.id != id)
                    continue;
                past->has_computed = true;
                column.known_until[side] =
                    std::min(column.known_until[side], query.value(i, "last_entry").int8());
                column.computed_at = query.value(i, "at").time();
            }
        }
    }
    query.end();
}

/// Raises JE050 if the table, or a partition or child of it, records nothing now.
void require_trigger(const Past* past)
{
    const Oid member = find_unrecorded(RelationGetRelid(past->root));
    if (OidIsValid(member))
        ereport(ERROR,
                (errcode(kPastUnknown),
                 errmsg("the past of %s is unknown", qualified_name(RelationGetRelid(past->root))),
                 errdetail("A trigger of the journal's on %s is disabled or missing.",
                           qualified_name(member)),
                 errhint("Enable it, or call journal.track; the past is known from then "
                         "on.")));
}

void require_known(const Past* past, const Moment* moment)
{
    if (moment->kind == MomentKind::kNow)
        return;
    require_trigger(past);
    // The gap is noted when the transaction commits.
    if (has_unrecorded(past->plan->id))
        raise_unknown_past(past, moment, GetCurrentTimestamp(),
                           gap_in_words("unrecorded", nullptr));
    Query query = Query::begin_latest();
    MemoryContext context = past->context;
    query.run("SELECT tracked_since FROM journal.tracked_relation WHERE id = $1",
              {int4_argument(past->plan->id)}, true);
    const TimestampTz since = query.value(0).time();
    const uint64 gaps = query.run(
        "SELECT g.at, g.transaction_id, g.command, g.last_entry, g.incarnation = "
        "(SELECT id FROM journal.incarnation) AS is_own, g.reason, g.other, "
        "g.reason = 'computed' AS is_computed FROM journal.gap g WHERE g.relation = $1 ORDER BY "
        "g.at DESC",
        {int4_argument(past->plan->id)}, true);
    TimestampTz gap_at = DT_NOBEGIN;
    const char* why = nullptr;
    for (uint64 i = 0; i < gaps && why == nullptr; i++) {
        // Rows that entries tell of are known in spite of such a gap (limit_computed).
        if (!is_gap_later(moment, query, i) || query.value(i, "is_computed").boolean())
            continue;
        gap_at = query.value(i, "at").time();
        // The words outlive the query.
        why = in_context(context, [&] {
            return gap_in_words(query.value(i, "reason").text(context),
                                query.value(i, "other").text(context));
        });
    }
    query.end();
    if (why != nullptr)
        raise_unknown_past(past, moment, gap_at, why);
    const LostMonth lost = find_lost_month(moment);
    if (lost.name != nullptr)
        raise_unknown_past(past, moment, lost.until,
                           psprintf("older entries are gone with %s", lost.name));
    if (moment->time < since)
        raise_unknown_past(past, moment, since, "then the journal began to record it");
}

Past* make_past(Oid relation)
{
    MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "event_journal past", ALLOCSET_DEFAULT_SIZES);
    MemoryContext previous = MemoryContextSwitchTo(context);
    auto* past = make_in<Past>(context);
    past->context = context;
    past->row_context =
        AllocSetContextCreate(context, "event_journal past row", ALLOCSET_DEFAULT_SIZES);
    past->spare_context =
        AllocSetContextCreate(context, "event_journal past row", ALLOCSET_DEFAULT_SIZES);
    past->root = open_relation(relation, AccessShareLock, kNotTracked);
    Oid root = InvalidOid;
    if (tracked_root(relation, &root) == 0 || root != relation)
        ereport(ERROR,
                (errcode(kNotTracked), errmsg("%s is not tracked", qualified_name(relation)),
                 OidIsValid(root) ? errhint("Ask for the past of %s.", qualified_name(root))
                                  : errhint("journal.track records a table's changes from then "
                                            "on.")));
    require_own_members(past->root);
    past->plan = known_plan_for(past->root);
    if (past->plan->selection != nullptr)
        ereport(
            ERROR,
            (errcode(kPastUnknown), errmsg("the past of %s is unknown", qualified_name(relation)),
             errdetail("Only some of its changes are recorded: journal.track was given operations "
                       "or a condition."),
             errhint("Call journal.track without them; the past is known from then on.")));
    if (past->plan->key_count == 0)
        ereport(
            ERROR,
            (errcode(kPastUnknown), errmsg("the past of %s is unknown", qualified_name(relation)),
             errdetail("The table has no key, so that nobody could tell one row from another."),
             errhint("Add a primary key; the past is known from then on.")));
    past->descriptor = RelationGetDescr(past->root);
    past->has_children =
        past->root->rd_rel->relkind == RELKIND_RELATION && past->root->rd_rel->relhassubclass;
    past->has_row_shape = !past->has_children && !has_dropped_columns(past->descriptor);
    past->rows_are_hidden = has_policies(past->root);
    past->is_closed = is_closed(past->root);
    HASHCTL control{};
    control.keysize = sizeof(int32);
    control.entrysize = sizeof(PastMap);
    control.hcxt = context;
    past->maps = hash_create("event_journal layout maps", 32, &control,
                             HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    MemoryContextSwitchTo(previous);
    return past;
}

}  // namespace

Oid relation_of_argument(FunctionCallInfo fcinfo, int number)
{
    const Oid type = get_fn_expr_argtype(fcinfo->flinfo, number);
    const Oid relation = OidIsValid(type) ? typeOrDomainTypeRelid(type) : InvalidOid;
    if (!OidIsValid(relation) || get_rel_relkind(relation) == RELKIND_COMPOSITE_TYPE)
        ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                        errmsg("the first argument has to be of a table's row type"),
                        errhint("Write NULL::schema.table.")));
    return relation;
}

void raise_unknown_past(const Past* past, const Moment* moment, TimestampTz since, const char* why)
{
    const char* name = qualified_name(RelationGetRelid(past->root));
    ereport(ERROR, (errcode(kPastUnknown),
                    errmsg("the past of %s is not known at %s", name, describe_moment(moment)),
                    errdetail("It is known since %s: %s.", timestamptz_to_str(since), why),
                    errhint("Ask for a later moment.")));
    pg_unreachable();
}

Past* open_past(Oid relation, int side_count, const Moment* from, const Moment* to,
                const char* only_key, const PastSink& sink)
{
    Past* past = make_past(relation);
    in_context(past->context, [&] {
        past->side_count = side_count;
        past->moments[kFrom] = from;
        past->moments[kTo] = to;
        past->only_key = only_key;
        past->sink = sink;
        if (sink.finding == nullptr)
            for (int side = 0; side < side_count; side++)
                require_known(past, past->moments[side]);
        prepare_columns(past);
        limit_columns(past);
        if (sink.finding == nullptr) {
            limit_computed(past);
            tell_unknown_columns(past);
        }
    });
    return past;
}

void require_known_value(const Past* past, Side side, int column, int64 entry)
{
    const PastColumn& of = past->columns[column];
    const int64 until = of.known_until[side];
    if (of.is_known && until != PG_INT64_MAX && (entry == 0 || entry > until))
        raise_unknown_past(past, past->moments[side], of.computed_at,
                           gap_in_words("computed", of.name));
}

void require_known_row(const Past* past)
{
    for (int side = 0; past->has_computed && side < past->side_count; side++)
        for (int i = 0; i < past->column_count; i++)
            require_known_value(past, static_cast<Side>(side), i, 0);
}

void read_past(Past* past)
{
    const bool stepped_out = step_out_of_statement(past);
    require_shown_storage(past);
    read_streams(past);
    leave_statement(stepped_out);
    in_context(past->context, [&] {
        merge_streams(past);
        pass_visible_rows(past);
    });
}

void close_past(Past* past)
{
    tuplesort_end(past->entries);
    tuplesort_end(past->rows);
    ExecDropSingleTupleTableSlot(past->entry_slot);
    ExecDropSingleTupleTableSlot(past->row_slot);
    ExecDropSingleTupleTableSlot(past->out_slot);
    relation_close(past->root, NoLock);
    MemoryContextDelete(past->context);
}

}  // namespace journal
