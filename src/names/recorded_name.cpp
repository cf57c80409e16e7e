// See recorded_name.hpp. Entries are read month by month, from the event on, and no further than to
// the first that answers.
#include "names/recorded_name.hpp"

#include "catalog/entry_data.hpp"
#include "catalog/name_rights.hpp"
#include "months/object_entries.hpp"
#include "months/partition.hpp"
#include "names/label_query.hpp"
#include "request/entry_row.hpp"
#include "values/packed_values.hpp"

#include <algorithm>

namespace journal {

namespace {

using Pending = Vector<Reference*>;

/// Those of the references that still want a label and satisfy a condition, sorted by object as
/// all are.
template <typename Condition>
void select_pending(const Vector<Reference*>& all, Condition condition, Pending* pending)
{
    pending->clear();
    for (Reference* one : all)
        if (one->wants_label && !one->labelled && condition(*one))
            pending->push_back(one);
}

bool is_tracked(const Reference& one)
{
    return one.target->object_type != nullptr && strcmp(one.target->capture, "labels") != 0;
}

/// The entry that tells an object's name.
struct NamingEntry {
    int64 id;  // 0: none
    TimestampTz occurred_at;
    uint64 transaction;
    int32 command;
    const char* label;
};

NamingEntry read_naming_entry(const ObjectEntries& entries, MemoryContext context)
{
    return {entries.value(kEntryId).int8(), entries.value(kEntryOccurredAt).time(),
            U64FromFullTransactionId(entries.value(kEntryTransaction).transaction()),
            entries.value(kEntryCommand).int4(), entries.value(kEntryLabel).text(context)};
}

/// Goes on from an object's latest entry before an event, and takes the label of a later command of
/// the same transaction: a trigger that writes to the row once more makes the entries' ids run
/// against their commands.
void follow_commands(ObjectEntries* entries, const Reference& event, NamingEntry* latest,
                     MemoryContext context)
{
    const bool is_of_event = latest->transaction == event.transaction && !event.outside_order;
    int32 command = latest->command;
    while (entries->next()) {
        const NamingEntry other = read_naming_entry(*entries, context);
        if (other.transaction != latest->transaction)
            break;
        if (entries->value(kEntryOperation).character() == 'l' || other.command <= command ||
            (is_of_event && other.command > event.command))
            continue;
        command = other.command;
        latest->label = other.label;
    }
}

/// Has use(entries, i) called for the references of which a month may tell, with the month open.
template <typename Concerns, typename Use>
void read_month(const EntryPartition& month, std::size_t count, Concerns concerns, Use use)
{
    ObjectEntries entries;
    bool is_open = false;
    for (std::size_t i = 0; i < count; i++) {
        CHECK_FOR_INTERRUPTS();
        if (!concerns(i))
            continue;
        if (!is_open && !entries.open(month.relation, false))
            return;
        is_open = true;
        use(&entries, i);
    }
    if (is_open)
        entries.close();
}

EntryObject object_of(const char* account, const Reference& one)
{
    return {account, one.target->object_type, one.key};
}

/// Up to when the entries may have occurred that come before a reference's; nothing is known of
/// back-filled and imported ones.
TimestampTz until(const Reference& one)
{
    return one.outside_order ? DT_NOEND : one.occurred_at + kClockSlack;
}

/// Finds the latest entry before each reference's.
void find_entries_before(const char* account, const Pending& asked, MemoryContext context,
                         NamingEntry* found)
{
    EntryPartition* months = nullptr;
    for (int i = entry_partitions(&months) - 1; i >= 0; i--) {
        const EntryPartition& month = months[i];
        const auto concerns = [&](std::size_t n) {
            return month.from <= until(*asked[n]) &&
                   (found[n].id == 0 || month.to > found[n].occurred_at - kClockSlack);
        };
        read_month(month, asked.size(), concerns, [&](ObjectEntries* entries, std::size_t n) {
            const Reference& one = *asked[n];
            entries->find(object_of(account, one), one.entry, BackwardScanDirection);
            while (entries->next()) {
                if (entries->value(kEntryId).int8() <= found[n].id)
                    break;
                if (entries->value(kEntryOperation).character() == 'l' ||
                    entries->value(kEntryOccurredAt).time() > until(one))
                    continue;
                found[n] = read_naming_entry(*entries, context);
                follow_commands(entries, one, &found[n], context);
                break;
            }
        });
    }
}

/// Asks for the latest entry before each asked reference; answers it and every pending reference to
/// the same object that lies between the two. pending is sorted by object, newest first.
void ask_entries_before(const char* account, const Pending& asked, const Pending& pending,
                        MemoryContext context)
{
    auto* found = make_array_in<NamingEntry>(context, asked.size());
    find_entries_before(account, asked, context, found);
    for (std::size_t i = 0; i < asked.size(); i++) {
        if (found[i].id == 0)
            continue;
        auto same =
            std::lower_bound(pending.begin(), pending.end(), asked[i], by_object_newest_first);
        for (; same != pending.end() && is_same_object(**same, *asked[i]); ++same)
            if ((*same)->entry >= found[i].id)
                answer(*same, found[i].label);
    }
}

/// Names from the objects' own entries before the event. Most objects are named the same on a whole
/// page: each is asked for once, as of the last row that refers to it; what lies before the entry
/// that was found is asked for row by row.
void answer_from_entries_before(const char* account, Pending* pending, MemoryContext context)
{
    Pending asked(context);
    for (std::size_t i = 0; i < pending->size(); i++)
        if (begins_object(*pending, i))
            asked.push_back((*pending)[i]);
    if (asked.empty())
        return;
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

/// The label before an update: the old value of the label column, if that was changed. entries
/// stands on the first entry of the change.
const char* label_before(ObjectEntries* entries, const Target& target, MemoryContext context)
{
    const int64 change = entries->value(kEntryChange).int8();
    const char* label = entries->value(kEntryLabel).text(context);
    do {
        const Value data = entries->value(kEntryData);
        if (data.is_null || entries->value(kEntryOperation).character() != 'u')
            continue;
        const Layout* layout = layout_by_id(entries->value(kEntryLayout).int4());
        const EntryChanges changes = read_changes(layout, unpacked_values(data.datum));
        for (int j = 0; j < changes.count; j++) {
            const EntryChange& one = changes.changes[j];
            if (layout->columns[one.position].id != target.label_column || one.old_value == nullptr)
                continue;
            const char* text = value_text(one.old_value);
            return text == nullptr ? nullptr : MemoryContextStrdup(context, text);
        }
    } while (entries->next() && entries->value(kEntryChange).int8() == change);
    return label;
}

/// Names from the first entry after the event, for objects that were tracked later.
void answer_from_entries_after(const char* account, const Pending& pending, MemoryContext context)
{
    if (pending.empty())
        return;
    auto* found = make_array_in<NamingEntry>(context, pending.size());
    EntryPartition* months = nullptr;
    const int count = entry_partitions(&months);
    for (int i = 0; i < count; i++) {
        const EntryPartition& month = months[i];
        const auto concerns = [&](std::size_t n) {
            return month.to > pending[n]->occurred_at - kClockSlack &&
                   (found[n].id == 0 || month.from <= found[n].occurred_at + kClockSlack);
        };
        read_month(month, pending.size(), concerns, [&](ObjectEntries* entries, std::size_t n) {
            const Reference& one = *pending[n];
            entries->find(object_of(account, one), one.entry + 1, ForwardScanDirection);
            while (entries->next()) {
                if (entries->value(kEntryOperation).character() == 'l')
                    continue;
                const NamingEntry first = read_naming_entry(*entries, context);
                if (found[n].id == 0 || first.id < found[n].id) {
                    found[n] = first;
                    found[n].label = label_before(entries, *one.target, context);
                }
                break;
            }
        });
    }
    for (std::size_t i = 0; i < pending.size(); i++)
        if (found[i].id != 0)
            answer(pending[i], found[i].label);
}

/// Whether a role may read a target's names now; those of a table or column that is gone, only if
/// it may read all.
bool may_read_names(Oid role, const Target& target)
{
    if (!OidIsValid(role))
        return false;
    return OidIsValid(owner_of(target.relation))
               ? may_read_column(role, target.relation, target.label)
               : superuser_arg(role);
}

/// Whether names that were kept of a table may be shown: of a tracked one by its tracker's word,
/// else by the right on the column that the caller has, or the owner of the table that refers to
/// it.
bool may_show_kept(const Reference& one)
{
    return is_tracked(one) || may_read_names(GetUserId(), *one.target) ||
           may_read_names(one.source_owner, *one.target);
}

/// Asks journal.label for the asked references; answers each, and every pending reference to the
/// same object that lies between the name's beginning and it; the first name is also that of all
/// before it. Both are sorted by object, newest first.
void ask_labels(const char* account, const Pending& asked, const Pending& pending,
                MemoryContext context)
{
    const char* const accounts[] = {account, ""};
    const int count = static_cast<int>(asked.size());
    auto* relations = make_array_in<int32>(CurrentMemoryContext, count);
    auto** keys = make_array_in<const char*>(CurrentMemoryContext, count);
    Datum* times = make_array_in<Datum>(CurrentMemoryContext, count);
    for (int i = 0; i < count; i++) {
        relations[i] = asked[i]->target->id;
        keys[i] = asked[i]->key;
        times[i] = TimestampTzGetDatum(asked[i]->occurred_at);
    }
    const QueryArgument moments{
        TIMESTAMPTZARRAYOID,
        PointerGetDatum(construct_array(times, count, TIMESTAMPTZOID, sizeof(TimestampTz),
                                        FLOAT8PASSBYVAL, TYPALIGN_DOUBLE))};
    static SavedStatement statement;
    Query query = Query::begin(RunAs::kOwner);
    const uint64 rows =
        query.run_saved(&statement, kLabels,
                        {int4_array_argument(relations, count), text_array_argument(keys, count),
                         moments, text_array_argument(accounts, lengthof(accounts))});
    for (uint64 i = 0; i < rows; i++) {
        Reference* one = asked[query.value(i, "n").int8() - 1];
        const char* label = query.value(i, "label").text(context);
        const Value since = query.value(i, "valid_from");
        answer(one, label);
        auto same = std::lower_bound(pending.begin(), pending.end(), one, by_object_newest_first);
        for (; same != pending.end() && is_same_object(**same, *one); ++same)
            if ((since.is_null || (*same)->occurred_at >= since.time()) &&
                (*same)->occurred_at <= one->occurred_at)
                answer(*same, label);
    }
    query.end();
}

/// Takes away what may not be shown; those of one table, which come one after another, are judged
/// together.
void drop_hidden(Pending* pending)
{
    const Reference* judged = nullptr;
    bool may_show = false;
    pending->erase(std::remove_if(pending->begin(), pending->end(),
                                  [&](const Reference* one) {
                                      if (judged == nullptr || judged->target != one->target ||
                                          judged->source_owner != one->source_owner)
                                          may_show = may_show_kept(*one);
                                      judged = one;
                                      return !may_show;
                                  }),
                   pending->end());
}

/// Names from journal.label: the one in force at the event's time, else the nearest before it, else
/// the first one. Where rows may be hidden, they are held until the row is seen.
void answer_from_labels(const char* account, Pending* asked_for, MemoryContext context)
{
    Pending& pending = *asked_for;
    drop_hidden(&pending);
    Pending asked(context);
    for (std::size_t i = 0; i < pending.size(); i++)
        if (begins_object(pending, i))
            asked.push_back(pending[i]);
    if (asked.empty())
        return;
    ask_labels(account, asked, pending, context);
    asked.clear();
    for (Reference* one : pending)
        if (!one->labelled)
            asked.push_back(one);
    if (!asked.empty())
        ask_labels(account, asked, asked, context);
    for (Reference* one : pending) {
        one->held = one->labelled && one->target->may_hide_rows;
        one->labelled = one->labelled && !one->held;
    }
}

}  // namespace

void answer_from_records(const char* account, const Vector<Reference*>& references,
                         MemoryContext context)
{
    Pending pending(context);
    // An object may be of every account, or have been written without one.
    const char* const accounts[] = {account, ""};
    const int account_count = *account == '\0' ? 1 : 2;
    for (int i = 0; i < account_count; i++) {
        select_pending(
            references, [](const Reference& one) { return is_tracked(one) && !one.was_never; },
            &pending);
        answer_from_entries_before(accounts[i], &pending, context);
    }
    select_pending(
        references, [](const Reference&) { return true; }, &pending);
    answer_from_labels(account, &pending, context);
    for (int i = 0; i < account_count; i++) {
        select_pending(
            references, [](const Reference& one) { return is_tracked(one) && !one.is_past; },
            &pending);
        answer_from_entries_after(accounts[i], pending, context);
    }
}

}  // namespace journal
