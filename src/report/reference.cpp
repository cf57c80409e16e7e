// See reference.hpp.
#include "report/reference.hpp"

#include "base/object_lookup.hpp"
#include "catalog/entry_data.hpp"
#include "catalog/name_rights.hpp"
#include "values/stored_jsonb.hpp"

#include <algorithm>

namespace journal {

namespace {

// Ids and times of entries agree but for clocks that are put right and transactions that overlap.
constexpr int64 kClockSlack = USECS_PER_DAY;

constexpr int kEntriesOfAChange = 16;

using Pending = Vector<Reference*>;

int compare_objects(const Reference* a, const Reference* b)
{
    if (a->target != b->target)
        return a->target->id < b->target->id ? -1 : 1;
    return strcmp(a->key, b->key);
}

bool by_object_newest_first(const Reference* a, const Reference* b)
{
    const int order = compare_objects(a, b);
    return order != 0 ? order < 0 : a->entry > b->entry;
}

/// Whether a row begins another object's in a list sorted by object.
bool begins_object(const Pending& sorted, std::size_t i)
{
    return i == 0 || compare_objects(sorted[i - 1], sorted[i]) != 0;
}

void answer(Reference* reference, const char* label)
{
    reference->labelled = true;
    reference->label = label;
}

/// Those of the references that still want a label and satisfy a condition.
template <typename Condition>
void select_pending(const Vector<Reference*>& all, Condition condition, Pending* pending)
{
    pending->clear();
    for (Reference* one : all)
        if (one->wants_label && !one->labelled && condition(*one->target))
            pending->push_back(one);
}

/// What is asked of each pending reference, as parallel arrays.
struct Asked {
    QueryArgument relations;
    QueryArgument types;
    QueryArgument keys;
    QueryArgument entries;
    QueryArgument times;
};

/// slack is added to the times; those of back-filled entries say nothing then.
Asked ask(const Pending& pending, int64 slack)
{
    const int count = static_cast<int>(pending.size());
    auto* relations = make_array_in<int32>(CurrentMemoryContext, count);
    auto** types = make_array_in<const char*>(CurrentMemoryContext, count);
    auto** keys = make_array_in<const char*>(CurrentMemoryContext, count);
    auto* entries = make_array_in<int64>(CurrentMemoryContext, count);
    Datum* times = make_array_in<Datum>(CurrentMemoryContext, count);
    for (int i = 0; i < count; i++) {
        const Reference& one = *pending[i];
        relations[i] = one.target->id;
        types[i] = one.target->object_type;
        keys[i] = one.key;
        entries[i] = one.entry;
        times[i] =
            TimestampTzGetDatum(slack != 0 && one.backfilled ? DT_NOEND : one.occurred_at + slack);
    }
    return {int4_array_argument(relations, count),
            text_array_argument(types, count),
            text_array_argument(keys, count),
            int8_array_argument(entries, count),
            {TIMESTAMPTZARRAYOID,
             PointerGetDatum(construct_array(times, count, TIMESTAMPTZOID, sizeof(TimestampTz),
                                             FLOAT8PASSBYVAL, TYPALIGN_DOUBLE))}};
}

bool is_tracked(const Target& target)
{
    return target.object_type != nullptr && strcmp(target.capture, "labels") != 0;
}

/// Whether a role may read a target's names now; those of a table or column that is gone, only if
/// it may read all.
bool may_read_names(Oid role, const Target& target)
{
    if (!OidIsValid(role))
        return false;
    return OidIsValid(owner_of(target.relation))
               ? may_read_column(role, target.relation, label_attribute(target))
               : superuser_arg(role);
}

/// Whether names that were kept of a table may be shown: of a tracked one by its tracker's word,
/// else by the right on the column that the caller has, or the owner of the table that refers to
/// it.
bool may_show_kept(const Reference& one)
{
    return is_tracked(*one.target) || may_read_names(GetUserId(), *one.target) ||
           may_read_names(one.source_owner, *one.target);
}

/// Whether rows of a target may be hidden from the caller, and their names with them: the journal
/// does not know whose they are, policies do.
bool may_hide_rows(const Target& target)
{
    return target.account_column == 0 && OidIsValid(owner_of(target.relation)) &&
           check_enable_rls(target.relation, GetUserId(), true) == RLS_ENABLED;
}

/// Names from journal.label: the one in force at the event's time, else the nearest before it, else
/// the first one. Where rows may be hidden, they are held until the row is seen.
void answer_from_labels(const char* account, Pending* asked_for, MemoryContext context)
{
    Pending& pending = *asked_for;
    pending.erase(std::remove_if(pending.begin(), pending.end(),
                                 [](const Reference* one) { return !may_show_kept(*one); }),
                  pending.end());
    if (pending.empty())
        return;
    const char* const accounts[] = {account, ""};
    for (Reference* one : pending)
        one->held = may_hide_rows(*one->target);
    static SavedStatement statement;
    Query query = Query::begin(RunAs::kOwner);
    const Asked asked = ask(pending, 0);
    const uint64 rows = query.run_saved(
        &statement,
        "SELECT w.n, CASE WHEN before.valid_from IS NULL THEN after.label ELSE before.label END "
        "FROM unnest($1, $2, $3) WITH ORDINALITY AS w (relation, key, at, n) "
        "LEFT JOIN LATERAL (SELECT label, valid_from FROM journal.label l "
        " WHERE l.relation = w.relation AND l.key = w.key AND l.valid_from <= w.at "
        " AND l.account = ANY ($4) "
        " ORDER BY l.valid_from DESC LIMIT 1) AS before ON true "
        "LEFT JOIN LATERAL (SELECT label, valid_from FROM journal.label l "
        " WHERE before.valid_from IS NULL AND l.relation = w.relation AND l.key = w.key "
        " AND l.valid_from > w.at AND l.account = ANY ($4) ORDER BY l.valid_from LIMIT 1) AS after "
        "ON true "
        "WHERE before.valid_from IS NOT NULL OR after.valid_from IS NOT NULL",
        {asked.relations, asked.keys, asked.times,
         text_array_argument(accounts, lengthof(accounts))});
    for (uint64 i = 0; i < rows; i++) {
        Reference* one = pending[query.int8(i, 1) - 1];
        answer(one, query.text(i, 2, context));
        one->labelled = !one->held;
    }
    query.end();
}

/// Asks for the latest entry before each asked reference; answers it and every pending reference to
/// the same object that lies between the two. pending is sorted by object, newest first.
void ask_entries_before(const char* account, const Pending& asked, const Pending& pending,
                        MemoryContext context)
{
    static SavedStatement statement;
    Query query = Query::begin(RunAs::kOwner);
    const Asked arguments = ask(asked, kClockSlack);
    const uint64 rows = query.run_saved(
        &statement,
        "SELECT w.n, before.label, before.id "
        "FROM unnest($2, $3, $4, $5) WITH ORDINALITY AS w (type, key, entry, until, n) "
        "CROSS JOIN LATERAL (SELECT e.label, e.id FROM journal.entry e "
        " WHERE " IS_OBJECT("e", "$1", "w.type", "w.key")
        " AND e.id <= w.entry AND e.occurred_at <= w.until AND e.operation <> 'l' "
        " ORDER BY e.id DESC LIMIT 1) AS before",
        {text_argument(account), arguments.types, arguments.keys, arguments.entries,
         arguments.times});
    for (uint64 i = 0; i < rows; i++) {
        Reference* one = asked[query.int8(i, 1) - 1];
        const char* label = query.text(i, 2, context);
        const int64 since = query.int8(i, 3);
        auto same = std::lower_bound(pending.begin(), pending.end(), one, by_object_newest_first);
        for (; same != pending.end() && compare_objects(*same, one) == 0; ++same)
            if ((*same)->entry >= since)
                answer(*same, label);
    }
    query.end();
}

/// Names from the objects' own entries before the event. Most objects are named the same on a whole
/// page: each is asked for once, as of the last row that refers to it; what lies before the entry
/// that was found is asked for row by row.
void answer_from_entries_before(const char* account, Pending* pending, MemoryContext context)
{
    if (pending->empty())
        return;
    std::sort(pending->begin(), pending->end(), by_object_newest_first);
    ContextResource resource(context);
    Pending asked(&resource);
    for (std::size_t i = 0; i < pending->size(); i++)
        if (begins_object(*pending, i))
            asked.push_back((*pending)[i]);
    ask_entries_before(account, asked, *pending, context);

    // An object without an answer has no entry before any of the rows.
    asked.clear();
    bool known = false;
    for (std::size_t i = 0; i < pending->size(); i++) {
        Reference* one = (*pending)[i];
        if (begins_object(*pending, i))
            known = one->labelled;
        if (known && !one->labelled)
            asked.push_back(one);
    }
    if (!asked.empty())
        ask_entries_before(account, asked, *pending, context);
}

/// The label before an update: the old value of the label column, if that was changed. Rows from
/// first on are entries of one object in the order of their ids; the update's own share its change.
const char* label_before(const Query& query, uint64 first, uint64 rows, const Target& target,
                         MemoryContext context)
{
    const int64 number = query.int8(first, 1);
    const int64 change = query.int8(first, 3);
    for (uint64 i = first; i < rows && query.int8(i, 1) == number && query.int8(i, 3) == change;
         i++) {
        bool no_data = false;
        const Datum data = query.value(i, 5, &no_data);
        if (no_data)
            continue;
        const Layout* layout = layout_by_id(query.int4(i, 4));
        const EntryChanges changes = read_changes(layout, stored_jsonb(data));
        for (int j = 0; j < changes.count; j++) {
            const EntryChange& one = changes.changes[j];
            if (layout->columns[one.position].id != target.label_column || one.old_value == nullptr)
                continue;
            const char* text = value_text(one.old_value);
            return text == nullptr ? nullptr : MemoryContextStrdup(context, text);
        }
    }
    return query.text(first, 2, context);
}

/// Names from the first entry after the event, for objects that were tracked later.
void answer_from_entries_after(const char* account, const Pending& pending, MemoryContext context)
{
    if (pending.empty())
        return;
    static SavedStatement statement;
    Query query = Query::begin(RunAs::kOwner);
    const Asked asked = ask(pending, 0);
    const uint64 rows = query.run_saved(
        &statement,
        "SELECT w.n, after.label, after.change, after.layout, after.data "
        "FROM unnest($2, $3, $4) WITH ORDINALITY AS w (type, key, entry, n) "
        "CROSS JOIN LATERAL (SELECT e.id, e.label, e.change, e.layout, "
        " CASE WHEN e.operation = 'u' THEN e.data END AS data FROM journal.entry e "
        " WHERE " IS_OBJECT("e", "$1", "w.type", "w.key")
        " AND e.id > w.entry AND e.operation <> 'l' ORDER BY e.id LIMIT $5) AS after "
        "ORDER BY w.n, after.id",
        {text_argument(account), asked.types, asked.keys, asked.entries,
         int8_argument(kEntriesOfAChange)});
    for (uint64 i = 0; i < rows; i++) {
        Reference* one = pending[query.int8(i, 1) - 1];
        if (!one->labelled)
            answer(one, label_before(query, i, rows, *one->target, context));
    }
    query.end();
}

/// Whether each referred row of one target exists, and what those are called that have no name yet.
/// asked is sorted by object.
void answer_from_live(const char* account, const Pending& asked, std::size_t first, std::size_t end,
                      MemoryContext context)
{
    auto** keys = make_array_in<const char*>(context, end - first);
    int distinct = 0;
    for (std::size_t i = first; i < end; i++)
        if (i == first || begins_object(asked, i))
            keys[distinct++] = asked[i]->key;
    auto* rows = make_array_in<LiveRow>(context, distinct);
    look_up_live(*asked[first]->target, account, distinct, keys, context, rows);
    int at = 0;
    for (std::size_t i = first; i < end; i++) {
        Reference* one = asked[i];
        while (strcmp(keys[at], one->key) != 0)
            at++;
        one->presence = rows[at].presence;
        if (one->held && one->label != nullptr && one->presence == Presence::kPresent)
            answer(one, one->label);
        if (one->wants_label && !one->labelled)
            answer(one, rows[at].has_label ? rows[at].label : nullptr);
    }
}

bool is_any(const Target&)
{
    return true;
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
    reference->source = entry.relation;
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
    auto* sources = make_array_in<int32>(CurrentMemoryContext, all_.size());
    for (std::size_t i = 0; i < all_.size(); i++) {
        ids[i] = all_[i]->relation;
        types[i] = all_[i]->type;
        sources[i] = all_[i]->source;
    }
    const int count = static_cast<int>(all_.size());
    const uint64 rows = query.run(
        "SELECT id, relation::oid, capture, object_type, label_column, account_column FROM "
        "journal.tracked_relation "
        "WHERE id = ANY ($1) OR object_type = ANY ($2) OR id = ANY ($3)",
        {int4_array_argument(ids, count), text_array_argument(types, count),
         int4_array_argument(sources, count)},
        true);
    for (uint64 i = 0; i < rows; i++) {
        auto* target = make_in<Target>(context_);
        bool is_null = false;
        target->id = query.int4(i, 1);
        const Datum relation = query.value(i, 2, &is_null);
        target->relation = is_null ? InvalidOid : DatumGetObjectId(relation);
        target->capture = query.text(i, 3, context_);
        target->object_type = query.text(i, 4, context_);
        target->label_column = query.int4(i, 5);
        target->account_column = query.int4(i, 6);
        const Oid owner = owner_of(target->relation);
        for (Reference* one : all_) {
            if (one->source == target->id)
                one->source_owner = owner;
            if (one->type == nullptr
                    ? one->relation == target->id
                    : target->object_type != nullptr && strcmp(one->type, target->object_type) == 0)
                one->target = target;
        }
    }
    query.end();
}

void References::find_labels(const char* account)
{
    Pending pending(&resource_);
    // An object may be of every account, or have been written without one.
    const char* const accounts[] = {account, ""};
    const int account_count = *account == '\0' ? 1 : 2;
    for (int i = 0; i < account_count; i++) {
        select_pending(all_, is_tracked, &pending);
        answer_from_entries_before(accounts[i], &pending, context_);
    }
    select_pending(all_, is_any, &pending);
    answer_from_labels(account, &pending, context_);
    for (int i = 0; i < account_count; i++) {
        select_pending(all_, is_tracked, &pending);
        answer_from_entries_after(accounts[i], pending, context_);
    }
}

void References::find_live(const char* account)
{
    Pending asked(&resource_);
    for (Reference* one : all_)
        if (one->wants_presence || (one->wants_label && !one->labelled))
            asked.push_back(one);
    std::sort(asked.begin(), asked.end(), by_object_newest_first);
    for (std::size_t first = 0; first < asked.size();) {
        CHECK_FOR_INTERRUPTS();
        std::size_t end = first;
        while (end < asked.size() && asked[end]->target == asked[first]->target)
            end++;
        answer_from_live(account, asked, first, end, context_);
        first = end;
    }
}

void References::resolve(const char* account)
{
    if (all_.empty())
        return;
    find_targets();
    all_.erase(std::remove_if(all_.begin(), all_.end(),
                              [](const Reference* one) { return one->target == nullptr; }),
               all_.end());
    find_labels(account);
    find_live(account);
}

}  // namespace journal
