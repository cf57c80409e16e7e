// See present_name.hpp.
#include "names/present_name.hpp"

#include "base/journal_tables.hpp"
#include "base/object_hash.hpp"
#include "base/query.hpp"
#include "base/row_scan.hpp"
#include "catalog/rename.hpp"
#include "months/month_deletions.hpp"
#include "months/object_entries.hpp"
#include "months/partition.hpp"

#include <algorithm>

namespace journal {

namespace {

using Pending = Vector<Reference*>;

/// Where a name of an object ended.
struct NameEnd {
    int64 change;
    uint64 transaction;
    int64 session;
    int32 command;
    const char* account;
    const char* label;
    bool is_deletion;  // of the entries; those of journal.rename are not told apart
};

/// The references to one object, from the newest to the oldest, and the ends of its names since the
/// oldest.
struct NamedObject {
    Reference* const* references;
    std::size_t count;
    Vector<NameEnd> ends;
    bool has_past_deletion;
    bool asked_deletions;
    Vector<MonthDeletion> deletions;  // of closed months, once asked for

    const Reference& newest() const { return *references[0]; }
    const Reference& oldest() const { return *references[count - 1]; }
};

/// Whether two sessions are of one life of the journal, within which transactions have different
/// numbers.
bool are_of_one_incarnation(int64 a, int64 b)
{
    if (a == b)
        return true;
    Query query = Query::begin(RunAs::kOwner);
    query.run("SELECT count(DISTINCT incarnation) = 1 FROM journal.session WHERE id IN ($1, $2)",
              {int8_argument(a), int8_argument(b)}, true);
    const bool are = query.value(0).boolean();
    query.end();
    return are;
}

/// Whether a name ended after the event that refers to it.
bool ended_after(const NameEnd& end, const Reference& event)
{
    if (end.transaction == event.transaction && !event.outside_order &&
        end.command != event.command && are_of_one_incarnation(end.session, event.session))
        return end.command > event.command;
    return end.change > event.entry;
}

bool ended_before(const NameEnd& a, const NameEnd& b)
{
    if (a.transaction == b.transaction && a.command != b.command &&
        are_of_one_incarnation(a.session, b.session))
        return a.command < b.command;
    return a.change < b.change;
}

/// Whether one of an object's events was of a transaction.
bool has_event_of(const NamedObject& object, uint64 transaction)
{
    for (std::size_t i = 0; i < object.count; i++)
        if (object.references[i]->transaction == transaction)
            return true;
    return false;
}

/// Adds the names that journal.rename has, as far as to the last before the events. An event may be
/// earlier in its transaction than a change of a lower number.
void add_renames(NamedObject* object, MemoryContext context)
{
    const Reference& oldest = object->oldest();
    RowScan scan = RowScan::begin(
        "rename", "rename_object_idx",
        {int8_key("object", rename_object(oldest.target->id, oldest.key))}, BackwardScanDirection);
    while (scan.next()) {
        const NameEnd end{scan.value("until_change").int8(),
                          U64FromFullTransactionId(scan.value("transaction_id").transaction()),
                          scan.value("session").int8(),
                          scan.value("command").int4(),
                          scan.value("account").text(context),
                          scan.value("label").text(context),
                          false};
        const char* key = scan.value("key").text(CurrentMemoryContext);
        if (scan.value("relation").int4() != oldest.target->id || key == nullptr ||
            strcmp(key, oldest.key) != 0)
            continue;
        object->ends.push_back(end);
        if (end.change <= oldest.entry && !has_event_of(*object, end.transaction))
            break;
    }
    scan.end();
}

/// The account under which an object's deletion lies, if it was one that a reader of an account may
/// know of; what lies elsewhere is in journal.rename.
const char* account_of_deletion(const Target& target, const char* account)
{
    return target.account_column != 0 ? account : "";
}

NameEnd read_deletion(const ObjectEntries& entries, MemoryContext context)
{
    return {entries.value(kEntryChange).int8(),
            U64FromFullTransactionId(entries.value(kEntryTransaction).transaction()),
            entries.value(kEntrySession).int8(),
            entries.value(kEntryCommand).int4(),
            entries.value(kEntryAccount).text(context),
            entries.value(kEntryLabel).text(context),
            true};
}

/// Adds an object's deletions in a month, as far as to the first after the newest event. Those of
/// the oldest event's month that came before it are among them, at no price.
void add_deletions_of(NamedObject* object, const char* account, ObjectEntries* entries,
                      MemoryContext context)
{
    const Target& target = *object->oldest().target;
    entries->find({account_of_deletion(target, account), target.object_type, object->oldest().key},
                  0, ForwardScanDirection);
    while (entries->next()) {
        if (entries->value(kEntryBackfilled).boolean() ||
            entries->value(kEntryOperation).character() != 'd')
            continue;
        object->ends.push_back(read_deletion(*entries, context));
        if (entries->value(kEntryId).int8() > object->newest().entry)
            break;
    }
}

/// Whether a month may have deletions of an object: one whose deletions are known says so itself.
bool may_be_deleted_in(const EntryPartition& month, const char* account, NamedObject* object,
                       MonthDeletions* known)
{
    if (!known->knows(month.relation))
        return true;
    const Target& target = *object->oldest().target;
    if (!object->asked_deletions)
        known->find(object_hash(account_of_deletion(target, account), target.object_type,
                                object->oldest().key),
                    &object->deletions);
    object->asked_deletions = true;
    return std::any_of(object->deletions.begin(), object->deletions.end(),
                       [&](const MonthDeletion& one) { return one.partition == month.relation; });
}

/// Reads the deletions of a month: has read(object, entries) called for those of the objects that
/// the month concerns. Objects are in the order of their targets: whether the month has deletions
/// of one's type is asked once.
template <typename Concerns, typename Read>
void read_deletions(const EntryPartition& month, Vector<NamedObject>* objects, Concerns concerns,
                    Read read)
{
    ObjectEntries entries;
    bool is_open = false;
    const Target* target = nullptr;
    bool has_type = false;
    for (NamedObject& object : *objects) {
        CHECK_FOR_INTERRUPTS();
        if (!concerns(&object))
            continue;
        if (!is_open && !entries.open(month.relation, true))
            return;
        is_open = true;
        if (object.oldest().target != target) {
            target = object.oldest().target;
            has_type = entries.may_have_deletions(target->object_type);
        }
        if (has_type)
            read(&object, &entries);
    }
    if (is_open)
        entries.close();
}

/// Adds the deletions since the events.
void add_deletions(Vector<NamedObject>* objects, const char* account, MonthDeletions* known,
                   MemoryContext context)
{
    EntryPartition* months = nullptr;
    const int count = entry_partitions(&months);
    for (int i = 0; i < count; i++) {
        const auto concerns = [&](NamedObject* object) {
            return months[i].to > object->oldest().occurred_at - kClockSlack &&
                   may_be_deleted_in(months[i], account, object, known);
        };
        read_deletions(months[i], objects, concerns,
                       [&](NamedObject* object, ObjectEntries* entries) {
                           add_deletions_of(object, account, entries, context);
                       });
    }
}

/// The first end after an event; nullptr if there is none.
const NameEnd* first_end_after(const NamedObject& object, const Reference& event)
{
    const NameEnd* first = nullptr;
    for (const NameEnd& end : object.ends)
        if (ended_after(end, event) && (first == nullptr || ended_before(end, *first)))
            first = &end;
    return first;
}

/// The last end that is not after an event; nullptr if there is none.
const NameEnd* last_end_before(const NamedObject& object, const Reference& event)
{
    const NameEnd* last = nullptr;
    for (const NameEnd& end : object.ends)
        if (!ended_after(end, event) && (last == nullptr || ended_before(*last, end)))
            last = &end;
    return last;
}

/// Answers a reference by the row, whose name has not ended since.
void answer_from_row(Reference* one)
{
    const LiveRow& row = one->present;
    if (row.presence == Presence::kPresent && row.has_label)
        answer(one, row.label);
    else if (row.presence == Presence::kPresent && row.is_others)
        answer(one, nullptr);
    else if (row.presence == Presence::kAbsent)
        one->is_past = !one->target->may_hide_rows;
}

/// Answers a reference, unless it cannot be told: the row is not there, or its name is not, or was
/// not, for the account's readers, or not for the caller. Behind a deletion nobody had the key
/// until it was taken anew, which may have been after the event: the object's entries know.
void answer_one(Reference* one, const NamedObject& object, const char* account)
{
    const NameEnd* end = first_end_after(object, *one);
    const NameEnd* before = last_end_before(object, *one);
    if (before != nullptr && before->is_deletion &&
        (end != nullptr || one->present.presence == Presence::kPresent))
        return;
    const bool is_hidden = one->target->may_hide_rows && one->live.presence != Presence::kPresent;
    if (end == nullptr)
        answer_from_row(one);
    else if (!is_hidden && (*end->account == '\0' || strcmp(end->account, account) == 0))
        answer(one, end->label);
}

/// Whether an object is only to be found among those that went before the events, by what the
/// journal has of them.
bool is_wholly_past(const NamedObject& object)
{
    return object.newest().target->is_whole && object.newest().is_past;
}

/// Answers references to keys that no row had at the event, nor has had since, of tables of which
/// the journal has seen all: the last that had the key was deleted, or got another one, and it has
/// that row's name; or there was none.
void answer_from_past(Vector<NamedObject>* objects, const char* account, MonthDeletions* known,
                      MemoryContext context)
{
    EntryPartition* months = nullptr;
    for (int i = entry_partitions(&months) - 1; i >= 0; i--) {
        const auto concerns = [&](NamedObject* object) {
            const Reference& oldest = object->oldest();
            return is_wholly_past(*object) && oldest.is_past && !object->has_past_deletion &&
                   (oldest.outside_order || months[i].from <= oldest.occurred_at + kClockSlack) &&
                   may_be_deleted_in(months[i], account, object, known);
        };
        read_deletions(months[i], objects, concerns,
                       [&](NamedObject* object, ObjectEntries* entries) {
                           const Reference& oldest = object->oldest();
                           entries->find({account_of_deletion(*oldest.target, account),
                                          oldest.target->object_type, oldest.key},
                                         oldest.entry, BackwardScanDirection);
                           while (!object->has_past_deletion && entries->next())
                               if (!entries->value(kEntryBackfilled).boolean() &&
                                   entries->value(kEntryOperation).character() == 'd') {
                                   object->ends.push_back(read_deletion(*entries, context));
                                   object->has_past_deletion = true;
                               }
                       });
    }
    for (const NamedObject& object : *objects)
        for (std::size_t i = 0; is_wholly_past(object) && i < object.count; i++) {
            Reference* one = object.references[i];
            if (!one->is_past)
                continue;
            const NameEnd* end = last_end_before(object, *one);
            if (end == nullptr)
                one->was_never = true;
            else if (*end->account == '\0' || strcmp(end->account, account) == 0)
                answer(one, end->label);
        }
}

bool is_table_empty(const char* name)
{
    Relation table = table_open(journal_table(name), AccessShareLock);
    const bool is_empty = RelationGetNumberOfBlocks(table) == 0;
    table_close(table, AccessShareLock);
    return is_empty;
}

}  // namespace

void answer_from_present(const char* account, const Vector<Reference*>& references,
                         MemoryContext context)
{
    Pending pending(context);
    for (Reference* one : references) {
        if (!one->wants_label || one->labelled || !may_have_present_name(*one))
            continue;
        // No row of the table has a name, nor had one since.
        if (one->target->label_column == 0)
            answer(one, nullptr);
        else
            pending.push_back(one);
    }
    if (pending.empty())
        return;
    const bool any_renames = !is_table_empty("rename");
    Vector<NamedObject> objects(context);
    for (std::size_t i = 0; i < pending.size(); i++) {
        if (begins_object(pending, i))
            objects.push_back({&pending[i], 0, Vector<NameEnd>(context), false, false,
                               Vector<MonthDeletion>(context)});
        objects.back().count++;
    }
    for (NamedObject& object : objects)
        if (any_renames)
            add_renames(&object, context);
    MonthDeletions known(context);
    add_deletions(&objects, account, &known, context);
    for (const NamedObject& object : objects)
        for (std::size_t i = 0; i < object.count; i++)
            answer_one(object.references[i], object, account);
    answer_from_past(&objects, account, &known, context);
    known.end();
}

}  // namespace journal
