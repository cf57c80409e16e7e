// See month_register.hpp.
#include "tracking/month_register.hpp"

#include "base/journal_tables.hpp"
#include "base/query.hpp"
#include "catalog/tracked_relation.hpp"
#include "months/partition.hpp"
#include "tracking/close_month.hpp"
#include "tracking/gap.hpp"

namespace journal {

namespace {

QueryArgument incarnation_argument()
{
    return {UUIDOID, UUIDPGetDatum(current_incarnation())};
}

ArrayType* make_array(Datum* elements, int count, Oid type)
{
    return construct_array(elements, count, type, type == OIDOID ? sizeof(Oid) : sizeof(int64),
                           true, type == OIDOID ? TYPALIGN_INT : TYPALIGN_DOUBLE);
}

/// Those of the tables that are gone, or hold nothing.
ArrayType* empty_ones(const Datum* tables, int count)
{
    Datum* empty = make_array_in<Datum>(CurrentMemoryContext, count);
    int found = 0;
    for (int i = 0; i < count; i++) {
        Relation table = try_relation_open(DatumGetObjectId(tables[i]), AccessShareLock);
        if (table == nullptr)
            continue;
        if (!has_rows(table))
            empty[found++] = tables[i];
        relation_close(table, NoLock);
    }
    return make_array(empty, found, OIDOID);
}

/// Notes that those went which are noted as attached and are not among the present ones.
void note_gone(const QueryArgument& present)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    const uint64 count = query.run(
        "SELECT relation_oid FROM journal.month WHERE gone_at IS NULL AND incarnation = $1 "
        "AND relation_oid <> ALL ($2)",
        {incarnation_argument(), present});
    Datum* gone = make_array_in<Datum>(context, count);
    for (uint64 i = 0; i < count; i++)
        gone[i] = query.value(i).datum;
    if (count > 0)
        // A month that is still to come, dropped, cannot have held any.
        query.run(
            "UPDATE journal.month SET gone_at = clock_timestamp(), was_empty = relation_oid = ANY "
            "($3) OR (from_moment > clock_timestamp() AND to_regclass(relation_name) IS NULL) "
            "WHERE gone_at IS NULL AND incarnation = $1 AND relation_oid = ANY ($2)",
            {incarnation_argument(),
             {OIDARRAYOID, PointerGetDatum(make_array(gone, static_cast<int>(count), OIDOID))},
             {OIDARRAYOID, PointerGetDatum(empty_ones(gone, static_cast<int>(count)))}});
    query.end();
    if (count > 0)
        forget_gone_months();
}

}  // namespace

void note_months()
{
    EntryPartition* partitions = nullptr;
    const int count = entry_partitions(&partitions);
    Datum* oids = make_array_in<Datum>(CurrentMemoryContext, count);
    Datum* from = make_array_in<Datum>(CurrentMemoryContext, count);
    Datum* to = make_array_in<Datum>(CurrentMemoryContext, count);
    for (int i = 0; i < count; i++) {
        oids[i] = ObjectIdGetDatum(partitions[i].relation);
        from[i] = TimestampTzGetDatum(partitions[i].from);
        to[i] = TimestampTzGetDatum(partitions[i].to);
    }
    const QueryArgument present{OIDARRAYOID, PointerGetDatum(make_array(oids, count, OIDOID))};
    note_gone(present);
    Query query = Query::begin(RunAs::kOwner);
    // The same table is back.
    query.run(
        "UPDATE journal.month SET gone_at = NULL, was_empty = false WHERE gone_at IS NOT NULL "
        "AND incarnation = $1 AND relation_oid = ANY ($2)",
        {incarnation_argument(), present});
    query.run(
        "INSERT INTO journal.month (relation_name, relation_oid, incarnation, from_moment, "
        "to_moment, attached_at) SELECT format('%I.%I', n.nspname, c.relname), c.oid, $1, "
        "p.from_moment, p.to_moment, clock_timestamp() FROM unnest($2, $3, $4) "
        "AS p (oid, from_moment, to_moment) JOIN pg_class c ON c.oid = p.oid "
        "JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE NOT EXISTS (SELECT FROM journal.month m WHERE m.incarnation = $1 "
        "AND m.relation_oid = p.oid) ORDER BY p.from_moment",
        {incarnation_argument(),
         present,
         {TIMESTAMPTZARRAYOID, PointerGetDatum(make_array(from, count, TIMESTAMPTZOID))},
         {TIMESTAMPTZARRAYOID, PointerGetDatum(make_array(to, count, TIMESTAMPTZOID))}});
    query.end();
}

void note_empty_month(Oid partition)
{
    Query query = Query::begin(RunAs::kOwner);
    query.run(
        "UPDATE journal.month SET was_empty = true WHERE gone_at IS NOT NULL AND incarnation = $1 "
        "AND relation_oid = $2",
        {incarnation_argument(), {OIDOID, ObjectIdGetDatum(partition)}});
    query.end();
}

bool has_month_among(Datum tables)
{
    Query query = Query::begin(RunAs::kOwner);
    const bool found = query.run(
                           "SELECT FROM journal.month WHERE gone_at IS NULL AND incarnation = $1 "
                           "AND relation_oid = ANY ($2) LIMIT 1",
                           {incarnation_argument(), {OIDARRAYOID, tables}}) > 0;
    query.end();
    return found;
}

}  // namespace journal
