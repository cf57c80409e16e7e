// See reference.hpp.
#include "report/reference.hpp"

#include "catalog/entry_data.hpp"

#include <algorithm>

namespace journal {

namespace {

// Ids and times of entries agree but for clocks that are put right and transactions that overlap.
constexpr int64 kClockSlack = USECS_PER_DAY;

constexpr int kEntriesOfAChange = 16;

using Pending = Vector<Reference*>;

bool by_key_newest_first(const Reference* a, const Reference* b)
{
    const int order = strcmp(a->key, b->key);
    return order != 0 ? order < 0 : a->entry > b->entry;
}

void answer(Reference* reference, const char* label)
{
    reference->labelled = true;
    reference->label = label;
}

void drop_answered(Pending* pending)
{
    pending->erase(std::remove_if(pending->begin(), pending->end(),
                                  [](const Reference* one) { return one->labelled; }),
                   pending->end());
}

QueryArgument keys_argument(const Pending& asked)
{
    auto** keys = make_array_in<const char*>(CurrentMemoryContext, asked.size());
    for (std::size_t i = 0; i < asked.size(); i++)
        keys[i] = asked[i]->key;
    return text_array_argument(keys, static_cast<int>(asked.size()));
}

QueryArgument entries_argument(const Pending& asked)
{
    Datum* ids = make_array_in<Datum>(CurrentMemoryContext, asked.size());
    for (std::size_t i = 0; i < asked.size(); i++)
        ids[i] = Int64GetDatum(asked[i]->entry);
    return {INT8ARRAYOID,
            PointerGetDatum(construct_array(ids, static_cast<int>(asked.size()), INT8OID,
                                            sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE))};
}

/// Times of the asking entries, plus slack; infinity for back-filled ones, whose time says nothing.
QueryArgument times_argument(const Pending& asked, int64 slack)
{
    Datum* times = make_array_in<Datum>(CurrentMemoryContext, asked.size());
    for (std::size_t i = 0; i < asked.size(); i++)
        times[i] = TimestampTzGetDatum(
            slack != 0 && asked[i]->backfilled ? DT_NOEND : asked[i]->occurred_at + slack);
    return {TIMESTAMPTZARRAYOID, PointerGetDatum(construct_array(
                                     times, static_cast<int>(asked.size()), TIMESTAMPTZOID,
                                     sizeof(TimestampTz), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE))};
}

/// Names from journal.label: the one in force at the event's time, else the nearest before it, else
/// the first one.
void answer_from_labels(const Target& target, Pending* pending, MemoryContext context)
{
    if (pending->empty())
        return;
    Query query = Query::begin(RunAs::kOwner);
    const uint64 rows = query.run(
        "SELECT w.n, CASE WHEN before.label IS NULL AND before.valid_from IS NULL "
        "THEN after.label ELSE before.label END "
        "FROM unnest($2, $3) WITH ORDINALITY AS w (key, at, n) "
        "LEFT JOIN LATERAL (SELECT label, valid_from FROM journal.label "
        " WHERE relation = $1 AND key = w.key AND valid_from <= w.at "
        " ORDER BY valid_from DESC LIMIT 1) AS before ON true "
        "LEFT JOIN LATERAL (SELECT label, valid_from FROM journal.label "
        " WHERE before.valid_from IS NULL AND relation = $1 AND key = w.key "
        " AND valid_from > w.at ORDER BY valid_from LIMIT 1) AS after ON true "
        "WHERE before.valid_from IS NOT NULL OR after.valid_from IS NOT NULL",
        {int4_argument(target.id), keys_argument(*pending), times_argument(*pending, 0)}, true);
    for (uint64 i = 0; i < rows; i++)
        answer((*pending)[query.int8(i, 1) - 1], query.text(i, 2, context));
    query.end();
    drop_answered(pending);
}

/// Asks for the latest entry before each asked reference; answers it and every pending reference to
/// the same object that lies between the two. pending is sorted by key, newest first.
void ask_entries_before(const Target& target, const char* account, const Pending& asked,
                        Pending* pending, MemoryContext context)
{
    Query query = Query::begin(RunAs::kOwner);
    const uint64 rows = query.run(
        "SELECT w.n, before.label, before.id "
        "FROM unnest($3, $4, $5) WITH ORDINALITY AS w (key, entry, until, n) "
        "CROSS JOIN LATERAL (SELECT e.label, e.id FROM journal.entry e "
        " WHERE e.account = $1 AND e.object_type = $2 AND e.object_id = w.key "
        " AND e.id <= w.entry AND e.occurred_at <= w.until AND e.operation <> 'l' "
        " ORDER BY e.id DESC LIMIT 1) AS before",
        {text_argument(account), text_argument(target.object_type), keys_argument(asked),
         entries_argument(asked), times_argument(asked, kClockSlack)},
        true);
    for (uint64 i = 0; i < rows; i++) {
        Reference* one = asked[query.int8(i, 1) - 1];
        const char* label = query.text(i, 2, context);
        const int64 since = query.int8(i, 3);
        auto same = std::lower_bound(pending->begin(), pending->end(), one, by_key_newest_first);
        for (; same != pending->end() && strcmp((*same)->key, one->key) == 0; ++same)
            if ((*same)->entry >= since)
                answer(*same, label);
    }
    query.end();
}

/// Names from the objects' own entries before the event. Most objects are named the same on a whole
/// page: each is asked for once, as of the last row that refers to it; what lies before the entry
/// that was found is asked for row by row.
void answer_from_entries_before(const Target& target, const char* account, Pending* pending,
                                MemoryContext context)
{
    if (pending->empty() || target.object_type == nullptr)
        return;
    ContextResource resource(context);
    Pending asked(&resource);
    for (std::size_t i = 0; i < pending->size(); i++)
        if (i == 0 || strcmp((*pending)[i - 1]->key, (*pending)[i]->key) != 0)
            asked.push_back((*pending)[i]);
    ask_entries_before(target, account, asked, pending, context);

    // An object without an answer has no entry before any of the rows.
    Pending again(&resource);
    bool known = false;
    for (std::size_t i = 0; i < pending->size(); i++) {
        Reference* one = (*pending)[i];
        if (i == 0 || strcmp((*pending)[i - 1]->key, one->key) != 0)
            known = one->labelled;
        if (known && !one->labelled)
            again.push_back(one);
    }
    if (!again.empty())
        ask_entries_before(target, account, again, pending, context);
    drop_answered(pending);
}

/// The label before an update: the old value of the label column, if that was changed. Rows from
/// first on are entries of one object in the order of their ids; the update's own share its change.
const char* label_before(const Query& query, uint64 first, uint64 rows, const Target& target,
                         MemoryContext context)
{
    const int64 change = query.int8(first, 3);
    for (uint64 i = first; i < rows && query.int8(i, 3) == change; i++) {
        bool no_data = false;
        const Datum data = query.value(i, 5, &no_data);
        if (no_data)
            continue;
        const Layout* layout = layout_by_id(query.int4(i, 4));
        const EntryChanges changes = read_changes(layout, DatumGetJsonbP(data));
        for (int j = 0; j < changes.count; j++) {
            if (layout->columns[changes.changes[j].position].id != target.label_column ||
                changes.changes[j].old_value == nullptr)
                continue;
            const char* text = value_text(changes.changes[j].old_value);
            return text == nullptr ? nullptr : MemoryContextStrdup(context, text);
        }
    }
    return query.text(first, 2, context);
}

/// Names from the first entry after the event, for objects that were tracked later.
void answer_from_entries_after(const Target& target, const char* account, Pending* pending,
                               MemoryContext context)
{
    if (pending->empty() || target.object_type == nullptr)
        return;
    Query query = Query::begin(RunAs::kOwner);
    const uint64 rows = query.run(
        "SELECT w.n, after.label, after.change, after.layout, after.data "
        "FROM unnest($3, $4) WITH ORDINALITY AS w (key, entry, n) "
        "CROSS JOIN LATERAL (SELECT e.id, e.label, e.change, e.layout, "
        " CASE WHEN e.operation = 'u' THEN e.data END AS data FROM journal.entry e "
        " WHERE e.account = $1 AND e.object_type = $2 AND e.object_id = w.key "
        " AND e.id > w.entry AND e.operation <> 'l' ORDER BY e.id LIMIT $5) AS after "
        "ORDER BY w.n, after.id",
        {text_argument(account), text_argument(target.object_type), keys_argument(*pending),
         entries_argument(*pending), int8_argument(kEntriesOfAChange)},
        true);
    // layout_by_id runs queries of its own: what this one gave is read through its own table.
    for (uint64 i = 0; i < rows; i++) {
        Reference* one = (*pending)[query.int8(i, 1) - 1];
        if (!one->labelled)
            answer(one, label_before(query, i, rows, target, context));
    }
    query.end();
    drop_answered(pending);
}

/// Whether each referred row exists, and what those are called that have no name yet.
void answer_from_live(const Target& target, Reference** references, int count,
                      MemoryContext context)
{
    ContextResource resource(context);
    Pending asked(&resource);
    for (int i = 0; i < count; i++)
        if (references[i]->wants_presence ||
            (references[i]->wants_label && !references[i]->labelled))
            asked.push_back(references[i]);
    if (asked.empty())
        return;
    std::sort(asked.begin(), asked.end(), by_key_newest_first);
    auto** keys = make_array_in<const char*>(context, asked.size());
    int distinct = 0;
    for (std::size_t i = 0; i < asked.size(); i++)
        if (i == 0 || strcmp(asked[i - 1]->key, asked[i]->key) != 0)
            keys[distinct++] = asked[i]->key;
    auto* rows = make_array_in<LiveRow>(context, distinct);
    look_up_live(target, distinct, keys, context, rows);
    int at = 0;
    for (Reference* one : asked) {
        while (strcmp(keys[at], one->key) != 0)
            at++;
        one->presence = rows[at].presence;
        if (one->wants_label && !one->labelled && rows[at].has_label)
            answer(one, rows[at].label);
    }
}

}  // namespace

References::References(MemoryContext context)
    : context_(context), resource_(context), all_(&resource_)
{
}

Reference* References::add(const EntryRow& entry, int32 relation, const char* type, const char* key)
{
    auto* reference = make_in<Reference>(context_);
    reference->relation = relation;
    reference->type = type;
    reference->key = MemoryContextStrdup(context_, key);
    reference->entry = entry.id;
    reference->occurred_at = entry.occurred_at;
    reference->backfilled = entry.backfilled;
    all_.push_back(reference);
    return reference;
}

Reference* References::to_relation(const EntryRow& entry, int32 relation, const char* key)
{
    return add(entry, relation, nullptr, key);
}

Reference* References::to_object(const EntryRow& entry, const char* type, const char* key)
{
    return add(entry, 0, MemoryContextStrdup(context_, type), key);
}

void References::find_targets()
{
    Query query = Query::begin(RunAs::kOwner);
    auto* ids = make_array_in<int32>(CurrentMemoryContext, all_.size());
    auto** types = make_array_in<const char*>(CurrentMemoryContext, all_.size());
    for (std::size_t i = 0; i < all_.size(); i++) {
        ids[i] = all_[i]->relation;
        types[i] = all_[i]->type;
    }
    const int count = static_cast<int>(all_.size());
    const uint64 rows = query.run(
        "SELECT id, relation::oid, capture, object_type, label_column FROM "
        "journal.tracked_relation "
        "WHERE id = ANY ($1) OR object_type = ANY ($2)",
        {int4_array_argument(ids, count), text_array_argument(types, count)}, true);
    for (uint64 i = 0; i < rows; i++) {
        auto* target = make_in<Target>(context_);
        bool is_null = false;
        target->id = query.int4(i, 1);
        const Datum relation = query.value(i, 2, &is_null);
        target->relation = is_null ? InvalidOid : DatumGetObjectId(relation);
        target->capture = query.text(i, 3, context_);
        target->object_type = query.text(i, 4, context_);
        target->label_column = query.int4(i, 5);
        for (Reference* one : all_)
            if (one->type == nullptr
                    ? one->relation == target->id
                    : target->object_type != nullptr && strcmp(one->type, target->object_type) == 0)
                one->target = target;
    }
    query.end();
}

void References::resolve_target(const Target& target, Reference** references, int count,
                                const char* account)
{
    Pending pending(&resource_);
    for (int i = 0; i < count; i++)
        if (references[i]->wants_label)
            pending.push_back(references[i]);
    std::sort(pending.begin(), pending.end(), by_key_newest_first);
    const bool tracked = strcmp(target.capture, "labels") != 0;
    if (tracked) {
        answer_from_entries_before(target, account, &pending, context_);
        // An object of every account's, or one that was written without an account.
        if (*account != '\0')
            answer_from_entries_before(target, "", &pending, context_);
    }
    answer_from_labels(target, &pending, context_);
    if (tracked) {
        answer_from_entries_after(target, account, &pending, context_);
        if (*account != '\0')
            answer_from_entries_after(target, "", &pending, context_);
    }
    answer_from_live(target, references, count, context_);
}

void References::resolve(const char* account)
{
    if (all_.empty())
        return;
    find_targets();
    all_.erase(std::remove_if(all_.begin(), all_.end(),
                              [](const Reference* one) { return one->target == nullptr; }),
               all_.end());
    std::stable_sort(all_.begin(), all_.end(), [](const Reference* a, const Reference* b) {
        return a->target->id < b->target->id;
    });
    for (std::size_t first = 0; first < all_.size();) {
        CHECK_FOR_INTERRUPTS();
        std::size_t end = first;
        while (end < all_.size() && all_[end]->target == all_[first]->target)
            end++;
        resolve_target(*all_[first]->target, &all_[first], static_cast<int>(end - first), account);
        first = end;
    }
}

}  // namespace journal
