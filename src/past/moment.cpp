// See moment.hpp.
#include "past/moment.hpp"

#include "base/function.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "months/entry_months.hpp"

namespace journal {

namespace {

Moment* make_moment(MomentKind kind)
{
    auto* moment = make_in<Moment>(CurrentMemoryContext);
    moment->kind = kind;
    moment->time = DT_NOBEGIN;
    moment->earliest = DT_NOBEGIN;
    return moment;
}

Moment* moment_of_clock(TimestampTz time)
{
    Moment* moment = make_moment(MomentKind::kClock);
    moment->time = time;
    moment->earliest = time;
    return moment;
}

Moment* moment_now()
{
    Moment* moment = make_moment(MomentKind::kNow);
    moment->time = DT_NOEND;
    moment->earliest = DT_NOEND;
    return moment;
}

Moment* moment_of_mark(const char* name)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    const uint64 found = query.run(
        "SELECT made_at, earliest, snapshot, transaction_id, command, last_entry, older_sessions "
        "FROM journal.mark WHERE name = $1",
        {text_argument(name)}, true);
    if (found == 0) {
        query.end();
        ereport(ERROR, (errcode(kUnknownMark), errmsg("there is no mark \"%s\"", name),
                        errhint("journal.marks lists them; journal.mark(name) makes one.")));
    }
    Moment* moment = in_context(context, [&] {
        Moment* mark = make_moment(MomentKind::kMark);
        mark->name = pstrdup(name);
        mark->time = query.value(0, "made_at").time();
        mark->earliest = query.value(0, "earliest").time();
        mark->snapshot = query.value(0, "snapshot").copy(context);
        mark->transaction = query.value(0, "transaction_id").transaction();
        mark->command = query.value(0, "command").int4();
        mark->last_id = query.value(0, "last_entry").int8();
        mark->older_sessions = query.value(0, "older_sessions").int8();
        return mark;
    });
    query.end();
    return moment;
}

Moment* moment_of_transaction(FullTransactionId transaction, MomentKind kind)
{
    const uint64 id = U64FromFullTransactionId(transaction);
    const char* months = EntryMonths().of_transactions("e", id, id);
    Query query = Query::begin(RunAs::kOwner);
    // A month that was never analyzed looks as if its BRIN index were of no use.
    query.set("enable_seqscan", "off");
    query.run(psprintf("SELECT min(e.id) AS first_id, max(e.id) AS last_id, "
                       "min(e.occurred_at) AS first_time, max(e.occurred_at) AS last_time "
                       "FROM journal.entry e JOIN journal.session s ON s.id = e.session "
                       "WHERE e.transaction_id = $1 AND %s AND NOT e.backfilled "
                       "AND s.incarnation = (SELECT id FROM journal.incarnation)",
                       months),
              {{XID8OID, FullTransactionIdGetDatum(transaction)}}, true);
    if (query.value(0, "first_id").is_null) {
        query.end();
        ereport(ERROR, (errcode(kUnknownEntry),
                        errmsg("the journal has no entry of transaction " UINT64_FORMAT,
                               U64FromFullTransactionId(transaction)),
                        errdetail("Back-filled entries are of no moment: what they tell of was "
                                  "there before."),
                        errhint("journal.entries shows each entry's transaction_id.")));
    }
    const bool before = kind == MomentKind::kBefore;
    const int64 edge = query.value(0, before ? "first_id" : "last_id").int8();
    const TimestampTz time = query.value(0, before ? "first_time" : "last_time").time();
    query.end();
    Moment* moment = make_moment(kind);
    moment->time = time;
    moment->first_id = before ? edge : edge + 1;
    moment->transaction = transaction;
    return moment;
}

bool is_later_than_mark(const Moment* mark, const EntryPlace& entry)
{
    if (entry.id > mark->last_id)
        return true;
    // Of an older incarnation: committed before the mark's cluster began.
    if (entry.session <= mark->older_sessions)
        return false;
    if (FullTransactionIdEquals(entry.transaction, mark->transaction))
        return entry.command >= mark->command;
    return !DatumGetBool(DirectFunctionCall2(
        pg_visible_in_snapshot, FullTransactionIdGetDatum(entry.transaction), mark->snapshot));
}

}  // namespace

Moment* moment_argument(FunctionCallInfo fcinfo, const MomentArguments& arguments,
                        const char* function, bool optional)
{
    int given = 0;
    for (const int number : {arguments.moment, arguments.mark, arguments.before_transaction,
                             arguments.after_transaction})
        given += number < 0 || PG_ARGISNULL(number) ? 0 : 1;
    if (given == 0 && optional)
        return moment_now();
    if (given != 1)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        given == 0 ? errmsg("%s has to be told which moment", function)
                                   : errmsg("%s takes one moment, not %d", function, given),
                        errhint("Give a time, a mark or a transaction.")));
    if (!PG_ARGISNULL(arguments.moment))
        return moment_of_clock(PG_GETARG_TIMESTAMPTZ(arguments.moment));
    if (!PG_ARGISNULL(arguments.mark))
        return moment_of_mark(text_to_cstring(PG_GETARG_TEXT_PP(arguments.mark)));
    const int before = arguments.before_transaction;
    if (before >= 0 && !PG_ARGISNULL(before))
        return moment_of_transaction(PG_GETARG_FULLTRANSACTIONID(before), MomentKind::kBefore);
    return moment_of_transaction(PG_GETARG_FULLTRANSACTIONID(arguments.after_transaction),
                                 MomentKind::kAfter);
}

Moment* moment_before_all()
{
    return make_moment(MomentKind::kEver);
}

bool is_later(const Moment* moment, const EntryPlace& entry)
{
    switch (moment->kind) {
        case MomentKind::kNow:
            return false;
        case MomentKind::kClock:
            return entry.occurred_at > moment->time;
        case MomentKind::kMark:
            return is_later_than_mark(moment, entry);
        case MomentKind::kBefore:
        case MomentKind::kAfter:
            return entry.id >= moment->first_id;
        case MomentKind::kEver:
            return true;
    }
    return true;
}

bool has_nothing_later(const Moment* moment, const Moment* other)
{
    if (moment->kind == MomentKind::kNow || other->kind == MomentKind::kEver)
        return true;
    if (moment->kind == MomentKind::kClock && other->kind == MomentKind::kClock)
        return moment->time >= other->time;
    return moment->first_id > 0 && other->first_id > 0 && moment->first_id >= other->first_id;
}

bool is_before_transaction(const Moment* moment)
{
    const bool is_own = FullTransactionIdEquals(moment->transaction, GetTopFullTransactionId());
    switch (moment->kind) {
        case MomentKind::kNow:
            return false;
        case MomentKind::kClock:
            return moment->time <= GetCurrentTransactionStartTimestamp();
        case MomentKind::kMark:
            return !is_own;
        case MomentKind::kBefore:
            return is_own || moment->time < GetCurrentTransactionStartTimestamp();
        case MomentKind::kAfter:
            return !is_own && moment->time < GetCurrentTransactionStartTimestamp();
        case MomentKind::kEver:
            return true;
    }
    return false;
}

const char* describe_moment(const Moment* moment)
{
    switch (moment->kind) {
        case MomentKind::kClock:
            return pstrdup(timestamptz_to_str(moment->time));
        case MomentKind::kMark:
            return psprintf("mark \"%s\"", moment->name);
        case MomentKind::kBefore:
        case MomentKind::kAfter:
            return psprintf("%s transaction " UINT64_FORMAT,
                            moment->kind == MomentKind::kBefore ? "the beginning of" : "the end of",
                            U64FromFullTransactionId(moment->transaction));
        default:
            return "this moment";
    }
}

}  // namespace journal
