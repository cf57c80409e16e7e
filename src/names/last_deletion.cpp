// See last_deletion.hpp.
#include "names/last_deletion.hpp"

#include "base/object_hash.hpp"
#include "catalog/rename.hpp"
#include "months/month_deletions.hpp"
#include "months/month_walk.hpp"
#include "months/object_scan.hpp"
#include "months/partition.hpp"
#include "names/target.hpp"

#include <algorithm>

namespace journal {

namespace {

/// Of what follows a deletion so many entries are read at first: the next one nearly always tells.
constexpr int kFewFollowers = 8;

struct Deletion {
    const EntryRow* row;
    int64 object;                  // object_hash; 0 without a type
    Vector<MonthDeletion> closed;  // the object's in closed months
    bool living;                   // the caller sees the row
    bool is_gone;   // no row has the key now, nor had it since, as far as the journal saw it all
    bool followed;  // by entries of the object
    bool open;      // not all that follows in the present month has been looked at
};

using Deletions = Vector<Deletion>;

/// What is done to an object later has a later time, but for a clock that was set back by less than
/// a day.
TimestampTz first_moment_after(const EntryRow& row)
{
    return row.occurred_at - USECS_PER_DAY;
}

/// Whether it is an update after which the row counts as deleted; later ones may leave it so.
bool is_soft(const EntryRow& row)
{
    return row.operation == 's';
}

/// Whether policies keep rows of a target from the caller.
bool hides_rows(const Target& target)
{
    return OidIsValid(target.relation) &&
           check_enable_rls(target.relation, GetUserId(), true) == RLS_ENABLED;
}

/// Whether an absent row of a deletion tells that what is known of its key since is all.
bool is_known_since(const Target& target, const EntryRow& row)
{
    return row.relation == target.id && target.records_all && row.object_type != nullptr &&
           target.object_type != nullptr && strcmp(row.object_type, target.object_type) == 0 &&
           row.id > target.named_since && row.occurred_at >= target.lost_until && !row.backfilled &&
           !row.imported &&
           // Of a table that has neither, journal.rename tells nothing.
           (target.label_column != 0 || target.account_column != 0);
}

/// Looks into a target's table for the rows of its deletions.
void look_up_rows(const Target& target, const char* account, const Vector<Deletion*>& asked,
                  MemoryContext context)
{
    const int count = static_cast<int>(asked.size());
    auto** keys = make_array_in<const char*>(context, count);
    auto* seen = make_array_in<LiveRow>(context, count);
    for (int i = 0; i < count; i++)
        keys[i] = asked[i]->row->object_id;
    look_up_live(target, LookUpAs::kCaller, account, count, keys, context, seen);
    LiveRow* present = seen;
    if (hides_rows(target)) {
        present = make_array_in<LiveRow>(context, count);
        if (!target.may_hide_rows)
            look_up_live(target, LookUpAs::kOwner, account, count, keys, context, present);
    }
    for (int i = 0; i < count; i++) {
        // The row of a soft deletion is there, or has gone by a deletion that follows.
        if (is_soft(*asked[i]->row))
            continue;
        asked[i]->living = seen[i].presence == Presence::kPresent;
        asked[i]->is_gone = seen[i].presence == Presence::kAbsent &&
                            present[i].presence == Presence::kAbsent &&
                            is_known_since(target, *asked[i]->row);
    }
}

void look_up_all_rows(const char* account, Deletions* deletions, MemoryContext context)
{
    auto* relations = make_array_in<int32>(CurrentMemoryContext, deletions->size());
    for (std::size_t i = 0; i < deletions->size(); i++)
        relations[i] = (*deletions)[i].row->relation;
    Vector<Target*> targets(context);
    read_targets({int4_array_argument(relations, static_cast<int>(deletions->size())),
                  text_array_argument(nullptr, 0), int4_array_argument(nullptr, 0)},
                 context, &targets);
    Vector<Deletion*> asked(context);
    for (const Target* target : targets) {
        asked.clear();
        for (Deletion& one : *deletions)
            if (one.row->relation == target->id)
                asked.push_back(&one);
        look_up_rows(*target, account, asked, context);
    }
}

/// Whether an object's key was left after its deletion, as far as journal.rename and closed months
/// know.
bool was_left_again(const Deletion& one)
{
    return std::any_of(one.closed.begin(), one.closed.end(),
                       [&](const MonthDeletion& other) { return other.entry > one.row->id; }) ||
           has_rename_since(one.row->relation, one.row->object_id, one.row->change);
}

/// Whether an object may have been deleted once more in a month whose deletions are not known.
bool may_be_deleted_in(Relation month, Oid index, const Deletion& one)
{
    Vector<ItemPointerData> places(CurrentMemoryContext);
    const int64 number = deletion_hash(one.object);
    return !OidIsValid(index) ||
           !add_places(month, index, {number, number, one.row->id + 1, PG_INT64_MAX}, 0, &places);
}

/// Leaves is_gone of those of which no row has come since.
void look_for_deletions(const MonthDeletions& known, Deletions* deletions)
{
    bool any_gone = false;
    for (Deletion& one : *deletions) {
        one.is_gone = one.is_gone && !was_left_again(one);
        any_gone |= one.is_gone;
    }
    EntryPartition* months = nullptr;
    for (int i = entry_partitions(&months) - 1; any_gone && i >= 0; i--) {
        Relation month = known.knows(months[i].relation)
                             ? nullptr
                             : try_relation_open(months[i].relation, AccessShareLock);
        if (month == nullptr)
            continue;
        // That there is nothing in it counts for a serializable transaction.
        const bool is_empty = RelationGetNumberOfBlocks(month) == 0;
        if (is_empty)
            PredicateLockRelation(month, GetActiveSnapshot());
        const Oid index = is_empty ? InvalidOid : object_index(month, ObjectIndex::kObject);
        for (Deletion& one : *deletions)
            if (!is_empty && one.is_gone && months[i].to > first_moment_after(*one.row))
                one.is_gone = !may_be_deleted_in(month, index, one);
        relation_close(month, NoLock);
    }
}

/// Marks those that are followed by entries of a month at some places, or, where its index is
/// missing, by any of the month.
void mark_followed(const char* account, const TimeRange& month,
                   const Vector<ItemPointerData>* places, Deletions* deletions)
{
    const int count = static_cast<int>(deletions->size());
    auto** types = make_array_in<const char*>(CurrentMemoryContext, count);
    auto** ids = make_array_in<const char*>(CurrentMemoryContext, count);
    auto* entries = make_array_in<int64>(CurrentMemoryContext, count);
    auto* changes = make_array_in<int64>(CurrentMemoryContext, count);
    auto* soft = make_array_in<int32>(CurrentMemoryContext, count);
    for (int i = 0; i < count; i++) {
        const EntryRow& row = *(*deletions)[i].row;
        soft[i] = is_soft(row) ? 1 : 0;
        types[i] = row.object_type;
        ids[i] = row.object_id;
        entries[i] = row.id;
        changes[i] = row.change;
    }
    Query query = Query::begin(RunAs::kCaller);
    SqlText sql;
    sql.append("SELECT d.number::integer FROM journal.entry e JOIN unnest(");
    sql.append(text_array_argument(types, count));
    sql.append(", ");
    sql.append(text_array_argument(ids, count));
    sql.append(", ");
    sql.append(int8_array_argument(entries, count));
    sql.append(", ");
    sql.append(int8_array_argument(changes, count));
    sql.append(", ");
    sql.append(int4_array_argument(soft, count));
    sql.append(
        ") WITH ORDINALITY AS d (type, key, entry, change, soft, number) ON e.object_type = d.type "
        "AND e.object_id = d.key AND e.id > d.entry AND e.change <> d.change "
        "WHERE e.operation <> 'l' AND (d.soft = 0 OR e.operation <> 'u') AND e.account = ");
    sql.append(text_argument(account));
    append_moment(&sql, " AND e.occurred_at >= ", month.from);
    append_moment(&sql, " AND e.occurred_at < ", month.to);
    if (places != nullptr) {
        read_by_places(query);
        sql.append(" AND e.ctid = ANY (");
        sql.append(places_argument(*places));
        sql.append(")");
    }
    const uint64 found = sql.run(query);
    for (uint64 i = 0; i < found; i++)
        (*deletions)[query.value(i).int4() - 1].followed = true;
    query.end();
}

/// Whether a month may have further deletions of an object.
bool has_deletions_in(Oid month, const MonthDeletions& known, const Deletion& one)
{
    return !known.knows(month) ||
           std::any_of(one.closed.begin(), one.closed.end(),
                       [&](const MonthDeletion& other) { return other.partition == month; });
}

/// Looks up by index what follows the deletions in a month, or what follows those that are open, up
/// to a number of entries each; returns whether any of them stays open.
bool look_up_followers(const MonthWalk& months, Oid index, const MonthDeletions& known,
                       const char* account, int most, bool open, Deletions* deletions)
{
    Relation month = months.partition();
    Vector<ItemPointerData> places(CurrentMemoryContext);
    for (Deletion& one : *deletions) {
        const EntryRow& row = *one.row;
        if (one.followed || one.is_gone || row.object_type == nullptr || (open && !one.open) ||
            (months.part().to != DT_NOEND && months.part().to <= first_moment_after(row)))
            continue;
        const int64 deletion = deletion_hash(one.object);
        const bool are_all = add_places(
            month, index, {one.object, one.object, row.id + 1, PG_INT64_MAX}, most, &places);
        one.open = (has_deletions_in(RelationGetRelid(month), known, one) &&
                    !add_places(month, index, {deletion, deletion, row.id + 1, PG_INT64_MAX}, most,
                                &places)) ||
                   !are_all;
    }
    if (!places.empty())
        mark_followed(account, months.part(), &places, deletions);
    bool any_open = false;
    for (Deletion& one : *deletions) {
        one.open = one.open && !one.followed;
        any_open |= one.open;
    }
    return any_open;
}

/// Looks for what follows the deletions of which it is not known yet, in the months since.
void look_for_followers(const char* account, const MonthDeletions& known, Deletions* deletions)
{
    TimestampTz earliest = DT_NOEND;
    for (const Deletion& one : *deletions)
        if (!one.is_gone)
            earliest = std::min(earliest, first_moment_after(*one.row));
    MonthWalk months = MonthWalk::begin({0, earliest, DT_NOEND, true, false, {}});
    while (months.next()) {
        const Oid index = object_index(months.partition(), ObjectIndex::kObject);
        if (!OidIsValid(index))
            mark_followed(account, months.part(), nullptr, deletions);
        else if (look_up_followers(months, index, known, account, kFewFollowers, false, deletions))
            look_up_followers(months, index, known, account, PG_INT32_MAX, true, deletions);
    }
    months.end();
}

}  // namespace

void keep_last_deletions(const char* account, std::size_t first, MemoryContext context,
                         EntryRows* rows)
{
    Deletions deletions(context);
    for (std::size_t i = first; i < rows->size(); i++) {
        const EntryRow& row = (*rows)[i];
        const int64 object =
            row.object_type == nullptr ? 0 : object_hash(account, row.object_type, row.object_id);
        deletions.push_back(
            {&row, object, Vector<MonthDeletion>(context), false, false, false, false});
    }
    look_up_all_rows(account, &deletions, context);
    deletions.erase(std::remove_if(deletions.begin(), deletions.end(),
                                   [](const Deletion& one) { return one.living; }),
                    deletions.end());
    MonthDeletions known(context);
    for (Deletion& one : deletions)
        known.find(one.object, &one.closed);
    known.end();
    look_for_deletions(known, &deletions);
    look_for_followers(account, known, &deletions);
    std::size_t kept = first;
    for (const Deletion& one : deletions)
        if (!one.followed)
            (*rows)[kept++] = *one.row;
    rows->resize(kept);
}

}  // namespace journal
