// Proving a table's entries: against each other, and against its rows.
#include "base/function.hpp"
#include "base/query.hpp"
#include "catalog/relation.hpp"
#include "catalog/tracked_relation.hpp"
#include "past/lost_month.hpp"
#include "past/past.hpp"

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

/// The moment since when the relation has been recorded without a pause: a table that was dropped,
/// or untracked, owes its former history no proof, nor does one whose values were computed anew, or
/// whose key became another.
const Moment* moment_tracked(Oid relation)
{
    Oid root = InvalidOid;
    const int32 tracked = tracked_root(relation, &root);
    Query query = Query::begin_latest();
    query.run(
        "SELECT max(at) FROM ("
        "SELECT at FROM journal.gap WHERE relation = $1 AND reason IN ('tracked', 'computed') "
        "UNION ALL SELECT until FROM ("
        "  SELECT lead(l.seen_at) OVER (ORDER BY l.id) AS until, k.key, "
        "         last_value(k.key) OVER (ORDER BY l.id ROWS BETWEEN UNBOUNDED PRECEDING "
        "                                                    AND UNBOUNDED FOLLOWING) AS newest "
        "  FROM journal.layout l CROSS JOIN LATERAL ("
        "    SELECT array_agg(l.columns -> position ->> 'id' ORDER BY place) AS key "
        "    FROM unnest(l.key_columns) WITH ORDINALITY u (position, place)) k "
        "  WHERE l.relation = $1 AND l.is_root) l WHERE key <> newest) s",
        {int4_argument(tracked)}, true);
    bool is_null = false;
    const Datum at = query.value(0, 1, &is_null);
    query.end();
    Moment* moment = moment_before_all();
    if (!is_null)
        moment->time = DatumGetTimestampTz(at);
    const LostMonth lost = find_lost_month(moment);
    if (lost.name != nullptr) {
        moment->time = lost.until;
        ereport(NOTICE,
                (errmsg("the history of %s is proved only from a gap on", qualified_name(relation)),
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
    InitMaterializedSRF(fcinfo, 0);
    const PastSink sink{nullptr, nullptr, put_finding, fcinfo->resultinfo};
    Past* past =
        open_past(PG_GETARG_OID(0), 1, moment_tracked(PG_GETARG_OID(0)), nullptr, nullptr, sink);
    read_past(past);
    close_past(past);
    return Datum{0};
}

}  // namespace journal
