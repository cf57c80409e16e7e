// Proving a table's entries: against each other, and against its rows.
#include "base/function.hpp"
#include "base/query.hpp"
#include "catalog/relation.hpp"
#include "catalog/tracked_relation.hpp"
#include "past/lost_month.hpp"
#include "past/past_gap.hpp"

namespace journal {

namespace {

void put_finding(Past* past, const char* key, int64 entry, const char* column, const char* what)
{
    auto* result = static_cast<ReturnSetInfo*>(past->sink.state);
    NameData name{};
    if (column != nullptr)
        namestrcpy(&name, column);
    const Datum values[] = {CStringGetTextDatum(key), Int64GetDatum(entry), NameGetDatum(&name),
                            CStringGetTextDatum(what)};
    const bool nulls[] = {false, entry == 0, column == nullptr, false};
    tuplestore_putvalues(result->setResult, result->setDesc, const_cast<Datum*>(values),
                         const_cast<bool*>(nulls));
}

/// When the table's key became what it is; DT_NOBEGIN: it always was.
TimestampTz time_of_key(int32 tracked)
{
    Query query = Query::begin_latest();
    query.run(
        "SELECT max(until) FROM ("
        "  SELECT lead(l.seen_at) OVER (ORDER BY l.id) AS until, k.key, "
        "         last_value(k.key) OVER (ORDER BY l.id ROWS BETWEEN UNBOUNDED PRECEDING "
        "                                                    AND UNBOUNDED FOLLOWING) AS newest "
        "  FROM journal.layout l CROSS JOIN LATERAL ("
        "    SELECT array_agg(l.columns -> position ->> 'id' ORDER BY place) AS key "
        "    FROM unnest(l.key_columns) WITH ORDINALITY u (position, place)) k "
        "  WHERE l.relation = $1 AND l.is_root) l WHERE key <> newest",
        {int4_argument(tracked)}, true);
    const Value at = query.value(0);
    const TimestampTz time = at.is_null ? DT_NOBEGIN : at.time();
    query.end();
    return time;
}

/// The last entry before the relation was tracked without a pause, or its values were computed
/// anew; 0 if there is none.
int64 last_former_entry(int32 tracked)
{
    Query query = Query::begin_latest();
    query.run(
        "SELECT coalesce(max(last_entry), 0) FROM journal.gap WHERE relation = $1 "
        "AND reason IN ('tracked', 'computed')",
        {int4_argument(tracked)}, true);
    const int64 entry = query.value(0).int8();
    query.end();
    return entry;
}

/// The moment since when a proof is owed. A table that was dropped, or untracked, owes none of its
/// former history, nor does one whose values were computed anew, whose key became another, or of
/// whose entries a month is gone. It goes by the entries' numbers where it can: a clock may have
/// been set back.
const Moment* moment_of_proof(Oid relation)
{
    Oid root = InvalidOid;
    const int32 tracked = tracked_root(relation, &root);
    Moment* moment = moment_before_all();
    moment->first_id = last_former_entry(tracked) + 1;
    moment->kind = MomentKind::kAfter;
    moment->time = time_of_key(tracked);
    const LostMonth lost = find_lost_month(moment);
    if (lost.name != nullptr) {
        moment->time = lost.until;
        ereport(NOTICE,
                (errmsg("of the history of %s only the end is proved", qualified_name(relation)),
                 errdetail("It is proved since %s: older entries are gone with %s.",
                           timestamptz_to_str(lost.until), lost.name)));
    }
    if (!TIMESTAMP_IS_NOBEGIN(moment->time))
        moment->kind = MomentKind::kClock;
    moment->earliest = moment->time;
    return moment;
}

}  // namespace

/// verify_history(relation)
JOURNAL_FUNCTION(journal_verify_history)
{
    if (PG_ARGISNULL(0))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("relation cannot be NULL"),
                        errhint("Name the table: journal.verify_history('crm.orders').")));
    InitMaterializedSRF(fcinfo, 0);
    const PastSink sink{nullptr, nullptr, put_finding, fcinfo->resultinfo};
    Past* past =
        open_past(PG_GETARG_OID(0), 1, moment_of_proof(PG_GETARG_OID(0)), nullptr, nullptr, sink);
    past->gaps = read_gaps(past);
    tell_gaps(past, past->gaps);
    read_past(past);
    close_past(past);
    return Datum{0};
}

}  // namespace journal
