// See month.hpp; and journal.maintain().
//
// A month is built aside, as a table of its own that nobody sees yet: columns, what the default
// partition holds of it, indexes and guards. Only then is the default partition locked, the few
// rows that came in meanwhile are moved too, and the month is attached. Two makers are kept apart
// by the lock on the parent that ATTACH PARTITION takes anyway, which neither readers nor writers
// conflict with; the second waits and finds the months made. When nothing is to be made, nothing is
// locked.
#include "tracking/month.hpp"

#include "base/append_only.hpp"
#include "base/function.hpp"
#include "base/journal_tables.hpp"
#include "base/list.hpp"
#include "base/lock_wait.hpp"
#include "base/query.hpp"
#include "base/settings.hpp"
#include "catalog/tracked_relation.hpp"
#include "months/partition.hpp"
#include "tracking/gap.hpp"
#include "tracking/month_register.hpp"
#include "tracking/partition_equipment.hpp"

#include <algorithm>

namespace journal {

namespace {

/// A month in UTC, counted from January of the year 0.
using MonthNumber = int32;

constexpr MonthNumber kFirstMonth = 12;               // January of the year 1
constexpr MonthNumber kLastMonth = 12 * 294276 + 10;  // the last whole month of a timestamp
constexpr int kMostMonthsAhead = 120;

struct Month {
    MonthNumber number;
    const char* table;  // qualified name
    Oid relation;
    uint64 moved;  // rows taken over from the default partition
};

MonthNumber month_of(TimestampTz moment)
{
    if (TIMESTAMP_IS_NOBEGIN(moment))
        return kFirstMonth;
    if (TIMESTAMP_IS_NOEND(moment))
        return kLastMonth;
    struct pg_tm fields {};
    fsec_t fraction = 0;
    if (timestamp2tm(moment, nullptr, &fields, &fraction, nullptr, nullptr) != 0)
        ereport(ERROR,
                (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("timestamp out of range")));
    const MonthNumber month = fields.tm_year * 12 + fields.tm_mon - 1;
    return month < kFirstMonth ? kFirstMonth - 1 : month;
}

TimestampTz start_of(MonthNumber month)
{
    struct pg_tm fields {};
    fields.tm_year = month / 12;
    fields.tm_mon = month % 12 + 1;
    fields.tm_mday = 1;
    Timestamp start = 0;
    if (tm2timestamp(&fields, 0, nullptr, &start) != 0)
        ereport(ERROR,
                (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("timestamp out of range")));
    return start;
}

const char* month_name(MonthNumber month)
{
    return psprintf("entry_%04d_%02d", month / 12, month % 12 + 1);
}

/// The month's first moment as a literal that reads the same under any settings.
const char* bound_of(MonthNumber month)
{
    return psprintf("'%04d-%02d-01 00:00:00+00'", month / 12, month % 12 + 1);
}

bool is_made(Relation entry, MonthNumber month)
{
    const Oid default_partition =
        get_default_oid_from_partdesc(RelationGetPartitionDesc(entry, true));
    return partition_for(entry, start_of(month)) != default_partition;
}

/// Those of the months that do not exist yet, in their order.
List* missing_months(Relation entry, List* months)
{
    List* missing = NIL;
    for (const int number : integers(months))
        if (!is_made(entry, number))
            missing = lappend_int(missing, number);
    return missing;
}

/// Moves what the default partition holds of a month, as far as this transaction sees it.
uint64 move_rows(Query& query, const Month& month, Oid default_partition)
{
    enter_append_only_pass(default_partition);
    const uint64 moved = query.run(
        psprintf("WITH moved AS (DELETE FROM %s WHERE occurred_at >= $1 AND occurred_at < $2 "
                 "RETURNING *) INSERT INTO %s SELECT * FROM moved",
                 qualified_name(default_partition), month.table),
        {{TIMESTAMPTZOID, TimestampTzGetDatum(start_of(month.number))},
         {TIMESTAMPTZOID, TimestampTzGetDatum(start_of(month.number + 1))}});
    leave_append_only_pass();
    return moved;
}

void build_month(Query& query, Month& month, Oid default_partition)
{
    const char* name = month_name(month.number);
    const Oid schema = get_rel_namespace(default_partition);
    if (OidIsValid(get_relname_relid(name, schema)))
        ereport(ERROR,
                (errcode(ERRCODE_DUPLICATE_TABLE),
                 errmsg("table journal.%s exists but is no partition of journal.entry", name),
                 errhint("Attach it again, or rename it.")));
    month.table = quote_qualified_identifier("journal", name);
    query.run(
        psprintf("CREATE TABLE %s (LIKE journal.entry INCLUDING DEFAULTS INCLUDING STORAGE "
                 "INCLUDING COMPRESSION)",
                 month.table));
    month.relation = get_relname_relid(name, schema);
    month.moved = move_rows(query, month, default_partition);
    equip_partition(month.relation);
}

void attach_month(Query& query, Month& month, Oid default_partition)
{
    month.moved += move_rows(query, month, default_partition);
    query.run(psprintf("ALTER TABLE journal.entry ATTACH PARTITION %s FOR VALUES FROM (%s) TO (%s)",
                       month.table, bound_of(month.number), bound_of(month.number + 1)));
    if (month.moved > 0)
        ereport(NOTICE, (errmsg("moved " UINT64_FORMAT " entries from journal.entry_default to %s",
                                month.moved, month.table)));
}

/// The caller's storage defaults are not the journal's.
void forget_storage_settings()
{
    for (const char* name : {"default_tablespace", "default_table_access_method"})
        set_config_option(name, GetConfigOptionResetString(name), PGC_USERSET, PGC_S_SESSION,
                          GUC_ACTION_SAVE, true, 0, false);
}

int make_listed_months(List* numbers)
{
    const Oid entry_oid = journal_table("entry");
    Relation entry = table_open(entry_oid, AccessShareLock);
    List* missing = missing_months(entry, numbers);
    if (missing != NIL) {
        lock_patiently(entry_oid, ShareUpdateExclusiveLock);
        missing = missing_months(entry, missing);
    }
    const Oid default_partition =
        get_default_oid_from_partdesc(RelationGetPartitionDesc(entry, true));
    // ALTER TABLE insists on a relation that nobody holds open.
    table_close(entry, NoLock);
    if (missing == NIL)
        return 0;

    const int count = list_length(missing);
    Month* months = make_array_in<Month>(CurrentMemoryContext, count);
    Query query = Query::begin(RunAs::kOwner);
    forget_storage_settings();
    for (int i = 0; i < count; i++) {
        CHECK_FOR_INTERRUPTS();
        months[i].number = list_nth_int(missing, i);
        build_month(query, months[i], default_partition);
    }
    // Readers of the default partition wait behind us, but not for long.
    lock_patiently(default_partition, AccessExclusiveLock);
    for (int i = 0; i < count; i++) {
        CHECK_FOR_INTERRUPTS();
        attach_month(query, months[i], default_partition);
    }
    query.end();
    note_months();
    return count;
}

List* months_between(MonthNumber from, MonthNumber to)
{
    List* months = NIL;
    for (MonthNumber month = from; month <= to; month++)
        months = lappend_int(months, month);
    return months;
}

/// Months up to the given one of which the default partition holds entries.
List* months_in_default(MonthNumber last)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    const uint64 count = query.run(
        "SELECT DISTINCT (extract(year FROM occurred_at AT TIME ZONE 'UTC') * 12 "
        "+ extract(month FROM occurred_at AT TIME ZONE 'UTC') - 1)::integer AS month "
        "FROM journal.entry_default WHERE occurred_at >= $1 AND occurred_at < $2 ORDER BY month",
        {{TIMESTAMPTZOID, TimestampTzGetDatum(start_of(kFirstMonth))},
         {TIMESTAMPTZOID, TimestampTzGetDatum(start_of(last + 1))}},
        false);
    List* months = NIL;
    in_context(context, [&] {
        for (uint64 i = 0; i < count; i++)
            months = lappend_int(months, query.value(i).int4());
    });
    query.end();
    return months;
}

/// The month of a day, which may lie beyond every moment.
MonthNumber month_of_day(DateADT day)
{
    if (DATE_NOT_FINITE(day))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("month has to be a day of the month to drop")));
    int year = 0;
    int month = 0;
    int day_of_month = 0;
    j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &day_of_month);
    return year * 12 + month - 1;
}

/// The partition that holds just this month.
Oid partition_of_month(MonthNumber month)
{
    EntryPartition* partitions = nullptr;
    const int count = entry_partitions(&partitions);
    for (int i = 0; i < count; i++)
        if (partitions[i].from == start_of(month) && partitions[i].to == start_of(month + 1))
            return partitions[i].relation;
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
                    errmsg("journal.entry has no partition of the month %04d-%02d", month / 12,
                           month % 12 + 1),
                    errhint("journal.month lists its partitions.")));
    pg_unreachable();
}

void drop_month(MonthNumber month)
{
    if (month < kFirstMonth || month > kLastMonth || month >= month_of(GetCurrentTimestamp()))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the month is not over"),
                        errdetail("Only what is past can be dropped; the journal's months end by "
                                  "UTC.")));
    partition_of_month(month);
    // Detaching locks them all; readers and writers wait behind us, but not for long.
    lock_patiently(journal_table("entry"), AccessExclusiveLock);
    const Oid partition = partition_of_month(month);
    const int level = begin_lock_limit();
    LockRelationOid(partition, AccessExclusiveLock);
    Relation table = table_open(partition, NoLock);
    const bool is_empty = !has_rows(table);
    table_close(table, NoLock);
    // It may have been made while nobody noted it.
    note_months();
    Query query = Query::begin(RunAs::kOwner);
    query.run(psprintf("DROP TABLE %s", qualified_name(partition)));
    query.end();
    note_months();
    if (is_empty)
        note_empty_month(partition);
    end_lock_limit(level);
}

}  // namespace

int make_coming_months(int months_ahead)
{
    const MonthNumber present = month_of(GetCurrentTimestamp());
    return make_listed_months(months_between(present, present + months_ahead));
}

void check_months_ahead(int months_ahead)
{
    if (months_ahead < 0 || months_ahead > kMostMonthsAhead)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("months_ahead is %d; it has to be from 0 to %d", months_ahead,
                               kMostMonthsAhead)));
}

int maintain_months(int months_ahead)
{
    const MonthNumber present = month_of(GetCurrentTimestamp());
    List* months = months_in_default(present + months_ahead);
    for (int i = 0; i <= months_ahead; i++)
        months = list_append_unique_int(months, present + i);
    const int made = make_listed_months(months);
    note_months();
    return made;
}

}  // namespace journal

/// maintain(months_ahead)
JOURNAL_FUNCTION(journal_maintain)
{
    journal::require_writable_server("journal.maintain()");
    const int months_ahead = PG_ARGISNULL(0) ? journal::kMonthsAhead : PG_GETARG_INT32(0);
    journal::check_months_ahead(months_ahead);
    PG_RETURN_INT32(journal::maintain_months(months_ahead));
}

/// drop_month(month): of journal.entry, with all its entries.
JOURNAL_FUNCTION(journal_drop_month)
{
    journal::require_writable("journal.drop_month()");
    journal::drop_month(journal::month_of_day(PG_GETARG_DATEADT(0)));
    PG_RETURN_VOID();
}
