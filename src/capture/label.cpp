// Names at event time, of tables that are not tracked but referenced: statuses, types and the like.
// Few rows, changed seldom, so this goes through SQL.
#include "base/query.hpp"
#include "capture/change.hpp"
#include "capture/encoder.hpp"

namespace journal {

namespace {

struct NamedRow {
    const char* key;
    const char* label;
};

NamedRow named_row(RelationPlan* plan, TupleTableSlot* slot)
{
    if (slot == nullptr)
        return {nullptr, nullptr};
    slot_getallattrs(slot);
    auto* values = static_cast<Datum*>(palloc(sizeof(Datum) * plan->column_count));
    auto* nulls = static_cast<bool*>(palloc(sizeof(bool) * plan->column_count));
    for (int i = 0; i < plan->column_count; i++) {
        values[i] = slot->tts_values[plan->columns[i].number - 1];
        nulls[i] = slot->tts_isnull[plan->columns[i].number - 1];
    }
    const RowImage image{values, nulls};
    return {row_key(plan, plan->key, plan->key_count, image),
            plan->label < 0 ? nullptr : column_text(plan, plan->label, image)};
}

bool equal(const char* a, const char* b)
{
    return a == nullptr || b == nullptr ? a == b : strcmp(a, b) == 0;
}

}  // namespace

void record_label(RelationPlan* plan, TupleTableSlot* old_row, TupleTableSlot* new_row)
{
    if (plan->key_count == 0 || plan->label < 0)
        return;
    encoder_for(plan);
    const NamedRow before = named_row(plan, old_row);
    const NamedRow after = named_row(plan, new_row);
    if (equal(before.key, after.key) && equal(before.label, after.label))
        return;
    const QueryArgument now{TIMESTAMPTZOID, TimestampTzGetDatum(GetCurrentTimestamp())};
    Query query = Query::begin(RunAs::kOwner);
    // Where a statement hands a key on to the next row (SET id = id + 1), both rows' names are open
    // under it for a moment: only the one of the old row closes.
    if (before.key != nullptr)
        query.run(
            "UPDATE journal.label SET valid_to = $4 WHERE ctid = (SELECT ctid FROM journal.label "
            "WHERE relation = $1 AND key = $2 AND valid_to = 'infinity' "
            "ORDER BY label IS DISTINCT FROM $3, valid_from LIMIT 1)",
            {int4_argument(plan->id), text_argument(before.key), text_argument(before.label), now});
    if (after.key != nullptr)
        query.run(
            "INSERT INTO journal.label (relation, key, label, valid_from) VALUES ($1, $2, $3, $4)",
            {int4_argument(plan->id), text_argument(after.key), text_argument(after.label), now});
    query.end();
}

void close_labels(const RelationPlan* plan)
{
    Query query = Query::begin(RunAs::kOwner);
    query.run(
        "UPDATE journal.label SET valid_to = clock_timestamp() WHERE relation = $1 AND valid_to = "
        "'infinity'",
        {int4_argument(plan->id)});
    query.end();
}

}  // namespace journal
