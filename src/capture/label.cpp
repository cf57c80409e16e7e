// Names at event time, of tables that are not tracked but referenced: statuses, types and the like.
// A name that ends is found through SQL, by a kept plan.
#include "base/insert.hpp"
#include "base/journal_tables.hpp"
#include "base/query.hpp"
#include "capture/change.hpp"
#include "capture/encoder.hpp"

namespace journal {

namespace {

struct NamedRow {
    const char* key;
    const char* label;
    const char* account;  // '' where the table has none
};

NamedRow named_row(RelationPlan* plan, TupleTableSlot* slot)
{
    if (slot == nullptr)
        return {nullptr, nullptr, nullptr};
    const RowImage image{slot};
    const char* account = account_of(plan, image);
    return {row_key(plan, plan->key, plan->key_count, image),
            plan->label < 0 ? nullptr : column_text(plan, plan->label, image),
            account == nullptr ? "" : account};
}

bool equal(const char* a, const char* b)
{
    return a == nullptr || b == nullptr ? a == b : strcmp(a, b) == 0;
}

// Where a statement hands a key on to the next row (SET id = id + 1), both rows' names are open
// under it for a moment: only the one of the old row closes.
void close_label(const RelationPlan* plan, const NamedRow& row, TimestampTz now)
{
    static SavedStatement statement;
    Query query = Query::begin(RunAs::kOwner);
    query.run_saved(
        &statement,
        "UPDATE journal.label SET valid_to = $4 WHERE ctid = (SELECT ctid FROM journal.label "
        "WHERE relation = $1 AND key = $2 AND valid_to = 'infinity' "
        "ORDER BY label IS DISTINCT FROM $3, valid_from LIMIT 1)",
        {int4_argument(plan->id),
         text_argument(row.key),
         text_argument(row.label),
         {TIMESTAMPTZOID, TimestampTzGetDatum(now)}},
        false);
    query.end();
}

void open_label(const RelationPlan* plan, const NamedRow& row, TimestampTz now)
{
    enum { kRelation, kKey, kLabel, kValidFrom, kValidTo, kAccount, kCount };
    Datum values[kCount];
    bool nulls[kCount] = {};
    values[kRelation] = Int32GetDatum(plan->id);
    values[kKey] = CStringGetTextDatum(row.key);
    nulls[kLabel] = row.label == nullptr;
    values[kLabel] = nulls[kLabel] ? Datum{0} : CStringGetTextDatum(row.label);
    values[kValidFrom] = TimestampTzGetDatum(now);
    values[kValidTo] = TimestampTzGetDatum(DT_NOEND);
    values[kAccount] = CStringGetTextDatum(row.account);
    insert_row(journal_table("label"), values, nulls, kCount);
}

}  // namespace

void record_label(RelationPlan* plan, TupleTableSlot* old_row, TupleTableSlot* new_row)
{
    if (plan->key_count == 0 || plan->label < 0)
        return;
    encoder_for(plan);
    const NamedRow before = named_row(plan, old_row);
    const NamedRow after = named_row(plan, new_row);
    if (equal(before.key, after.key) && equal(before.label, after.label) &&
        equal(before.account, after.account))
        return;
    const TimestampTz now = GetCurrentTimestamp();
    if (before.key != nullptr)
        close_label(plan, before, now);
    if (after.key != nullptr)
        open_label(plan, after, now);
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
