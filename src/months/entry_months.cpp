// See entry_months.hpp.
#include "months/entry_months.hpp"

namespace journal {

/// A constant of SQL, whatever the settings.
const char* moment_in_sql(TimestampTz moment)
{
    pg_tm fields{};
    fsec_t fraction = 0;
    char text[MAXDATELEN + 1];
    if (timestamp2tm(moment, nullptr, &fields, &fraction, nullptr, nullptr) != 0)
        ereport(ERROR,
                (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("timestamp out of range")));
    EncodeDateTime(&fields, fraction, true, 0, nullptr, USE_ISO_DATES, text);
    return psprintf("timestamptz '%s'", text);
}

namespace {

/// Whether a partition, which may be gone, holds nothing; that it is so counts for a serializable
/// transaction.
bool is_empty(Oid partition)
{
    Relation relation = try_relation_open(partition, AccessShareLock);
    if (relation == nullptr)
        return true;
    const bool empty = RelationGetNumberOfBlocks(relation) == 0;
    if (empty)
        PredicateLockRelation(relation, GetActiveSnapshot());
    relation_close(relation, NoLock);
    return empty;
}

/// "(e.occurred_at >= … AND e.occurred_at < …)"
const char* is_between(const char* e, TimestampTz from, TimestampTz to)
{
    if (TIMESTAMP_IS_NOBEGIN(from) && TIMESTAMP_IS_NOEND(to))
        return "true";
    if (TIMESTAMP_IS_NOBEGIN(from))
        return psprintf("%s.occurred_at < %s", e, moment_in_sql(to));
    if (TIMESTAMP_IS_NOEND(to))
        return psprintf("%s.occurred_at >= %s", e, moment_in_sql(from));
    return psprintf("%s.occurred_at >= %s AND %s.occurred_at < %s", e, moment_in_sql(from), e,
                    moment_in_sql(to));
}

}  // namespace

EntryMonths::EntryMonths() : closed_(CurrentMemoryContext), stretches_(CurrentMemoryContext)
{
    EntryPartition* places = nullptr;
    const int count = entry_partitions(&places);
    const bool has_default = count > 0 && TIMESTAMP_IS_NOBEGIN(places[count - 1].from) &&
                             TIMESTAMP_IS_NOEND(places[count - 1].to);
    const int months = has_default ? count - 1 : count;
    for (int i = 0; i < months; i++)
        add(places[i]);
    if (has_default && !is_empty(places[months].relation))
        add_default(places, months);
}

void EntryMonths::add(const EntryPartition& place)
{
    const ClosedMonth* known = closed_.find(place.relation);
    if (known == nullptr ? !is_empty(place.relation) : !known->is_empty)
        stretches_.push_back({place, known});
}

/// Adds what lies between the months, and before and behind them; places: all partitions, the
/// default one behind the months.
void EntryMonths::add_default(const EntryPartition* places, int count)
{
    TimestampTz from = DT_NOBEGIN;
    for (int i = 0; i <= count; i++) {
        const TimestampTz to = i < count ? places[i].from : DT_NOEND;
        if (from < to)
            stretches_.push_back({{places[count].relation, from, to}, nullptr});
        if (i < count)
            from = places[i].to;
    }
    std::sort(
        stretches_.begin(), stretches_.end(),
        [](const EntryStretch& a, const EntryStretch& b) { return a.place.from < b.place.from; });
}

Vector<EntryStretch> EntryMonths::since(TimestampTz moment, int64 first) const
{
    Vector<EntryStretch> found(CurrentMemoryContext);
    for (const EntryStretch& month : stretches_)
        if (month.place.to > moment && month.may_hold_ids(first, PG_INT64_MAX))
            found.push_back(month);
    return found;
}

template <typename MayHold>
const char* EntryMonths::condition(const char* e, const MayHold& may_hold) const
{
    StringInfoData sql;
    initStringInfo(&sql);
    for (std::size_t i = 0; i < stretches_.size(); i++) {
        if (!may_hold(stretches_[i]))
            continue;
        const TimestampTz from = stretches_[i].place.from;
        while (i + 1 < stretches_.size() && may_hold(stretches_[i + 1]) &&
               stretches_[i + 1].place.from == stretches_[i].place.to)
            i++;
        appendStringInfo(&sql, "%s%s", sql.len == 0 ? "(" : " OR ",
                         is_between(e, from, stretches_[i].place.to));
    }
    if (sql.len == 0)
        return "false";
    appendStringInfoChar(&sql, ')');
    return sql.data;
}

const char* EntryMonths::of_ids(const char* e, const Ids& ids) const
{
    return condition(e, [&ids](const EntryStretch& month) {
        if (month.known == nullptr)
            return true;
        const auto first = std::lower_bound(ids.begin(), ids.end(), month.known->first_id);
        return first != ids.end() && *first <= month.known->last_id;
    });
}

const char* EntryMonths::from_id(const char* e, int64 first) const
{
    return condition(
        e, [first](const EntryStretch& month) { return month.may_hold_ids(first, PG_INT64_MAX); });
}

const char* EntryMonths::of_transactions(const char* e, uint64 first, uint64 last) const
{
    return condition(e, [first, last](const EntryStretch& month) {
        return month.may_hold_transactions(first, last);
    });
}

const char* EntryMonths::of_moves(const char* e, const char* type) const
{
    return condition(e, [type](const EntryStretch& month) { return month.may_have_moved(type); });
}

const char* EntryMonths::of_stretches(const char* e, std::size_t from, std::size_t to) const
{
    const EntryStretch* first = stretches_.data();
    return condition(e, [first, from, to](const EntryStretch& month) {
        const auto number = static_cast<std::size_t>(&month - first);
        return number >= from && number < to;
    });
}

int64 EntryMonths::greatest_id(std::size_t from, std::size_t to) const
{
    int64 greatest = 0;
    for (std::size_t i = from; i < to; i++)
        greatest = std::max(
            greatest, stretches_[i].known == nullptr ? PG_INT64_MAX : stretches_[i].known->last_id);
    return greatest;
}

const char* is_entry_among(const char* e, const Ids& ids)
{
    return psprintf("%s AND %s", is_among(psprintf("%s.id", e), ids), EntryMonths().of_ids(e, ids));
}

// Transactions of other entries between many may count too; the months are about the same.
const char* is_in_transactions_of(const char* e, const Ids& entries)
{
    const EntryMonths months;
    ResultReader reader =
        read_about(RunAs::kOwner,
                   psprintf("SELECT min(e.transaction_id) AS first, max(e.transaction_id) AS last "
                            "FROM journal.entry e WHERE %s AND %s",
                            is_among_or_between("e.id", entries), months.of_ids("e", entries)),
                   entries);
    FullTransactionId first = InvalidFullTransactionId;
    FullTransactionId last = InvalidFullTransactionId;
    reader.bind("first", &first);
    reader.bind("last", &last);
    reader.next();
    reader.close();
    return months.of_transactions(e, U64FromFullTransactionId(first),
                                  U64FromFullTransactionId(last));
}

}  // namespace journal
