// See sequences.hpp.
#include "apply/sequences.hpp"

#include "base/function.hpp"
#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "catalog/tracked_relation.hpp"

namespace journal {

namespace {

/// Up to so many steps a sequence is moved by taking its values.
constexpr uint64 kSteps = 1000;

/// A sequence, and the furthest value that a column which owns it came back with.
struct Furthest {
    Oid sequence;
    Oid table;  // whose owner moves it
    bool ascends;
    int64 value;
};

FormData_pg_sequence options_of(Oid sequence)
{
    HeapTuple tuple = SearchSysCache1(SEQRELID, ObjectIdGetDatum(sequence));
    if (!HeapTupleIsValid(tuple))
        elog(ERROR, "cache lookup failed for sequence %u", sequence);
    const FormData_pg_sequence options = *reinterpret_cast<Form_pg_sequence>(GETSTRUCT(tuple));
    ReleaseSysCache(tuple);
    return options;
}

/// Index of the set's column, from its rows' own values, that owns a sequence; -1: there is none.
int owning_column(const RowSet* set, Oid sequence)
{
    Oid table = InvalidOid;
    int32 number = 0;
    if (!sequenceIsOwned(sequence, DEPENDENCY_AUTO, &table, &number) &&
        !sequenceIsOwned(sequence, DEPENDENCY_INTERNAL, &table, &number))
        return -1;
    // A child's column goes by the name of its parent's.
    const char* name = get_attname(table, static_cast<AttrNumber>(number), true);
    for (int i = 0; name != nullptr && i < set->column_count; i++)
        if (strcmp(set->columns[i].column->name, name) == 0)
            return set->columns[i].overridden ? -1 : i;
    return -1;
}

bool read_integer(Oid type, Datum value, int64* integer)
{
    switch (getBaseType(type)) {
        case INT2OID:
            *integer = DatumGetInt16(value);
            return true;
        case INT4OID:
            *integer = DatumGetInt32(value);
            return true;
        case INT8OID:
            *integer = DatumGetInt64(value);
            return true;
        default:
            return false;
    }
}

bool is_ahead(bool ascends, int64 value, int64 of)
{
    return ascends ? value > of : value < of;
}

/// Notes the furthest of the values that rows of a set have in a column.
void add_values(RowSet* set, int column, Oid table, Oid sequence, Vector<Furthest>* all)
{
    const FormData_pg_sequence options = options_of(sequence);
    const bool ascends = options.seqincrement > 0;
    const Oid type = set->columns[column].column->type;
    Furthest* furthest = nullptr;
    for (Furthest& known : *all)
        if (known.sequence == sequence)
            furthest = &known;
    for_each_row(set, [&](const SetRow&) {
        bool is_null = false;
        const Datum datum = slot_getattr(set->reading, value_attribute(column), &is_null);
        int64 value = 0;
        if (is_null || !read_integer(type, datum, &value) || value < options.seqmin ||
            value > options.seqmax)
            return;
        if (furthest == nullptr) {
            all->push_back({sequence, table, ascends, value});
            furthest = &all->back();
        } else if (is_ahead(ascends, value, furthest->value)) {
            furthest->value = value;
        }
    });
}

/// Takes values up to one that is near: whatever other sessions take meanwhile, none is given
/// twice.
bool take_values(const FormData_pg_sequence& options, int64 last, int64 value)
{
    const bool ascends = options.seqincrement > 0;
    const auto step =
        static_cast<uint64>(ascends ? options.seqincrement : -(options.seqincrement + 1)) +
        (ascends ? 0 : 1);
    const auto distance = [ascends](int64 from, int64 to) {
        return ascends ? static_cast<uint64>(to) - static_cast<uint64>(from)
                       : static_cast<uint64>(from) - static_cast<uint64>(to);
    };
    const uint64 room = distance(value, ascends ? options.seqmax : options.seqmin);
    if (options.seqcache != 1 || distance(last, value) / step > kSteps || room / step <= 2 * kSteps)
        return false;
    for (uint64 i = 0; i <= kSteps + 1; i++)
        if (!is_ahead(ascends, value, nextval_internal(options.seqrelid, false)))
            return true;
    return false;
}

void move_sequence(const Furthest& furthest)
{
    const char* name = qualified_name(furthest.sequence);
    Relation table = table_open(furthest.table, AccessShareLock);
    const Rights rights = Rights::of_constraint(table);
    Query query = Query::begin(RunAs::kCaller);
    query.run(psprintf("SELECT last_value, is_called FROM %s", name), 0, nullptr, true);
    const int64 last = query.value(0, "last_value").int8();
    const bool is_called = query.value(0, "is_called").boolean();
    query.end();
    if (!is_ahead(furthest.ascends, furthest.value, last) &&
        (furthest.value != last || is_called)) {
        rights.end();
        table_close(table, NoLock);
        return;
    }
    const FormData_pg_sequence options = options_of(furthest.sequence);
    // Far values are set: nobody takes so many meanwhile.
    if (!take_values(options, last, furthest.value))
        DirectFunctionCall2(setval_oid, ObjectIdGetDatum(furthest.sequence),
                            Int64GetDatum(furthest.value));
    rights.end();
    table_close(table, NoLock);
    const int64 next = is_called ? last + options.seqincrement : last;
    ereport(NOTICE, (errmsg("sequence %s has been moved to %lld", name,
                            static_cast<long long>(furthest.value)),
                     errdetail("It would have given %lld next.", static_cast<long long>(next))));
}

}  // namespace

void move_sequences(const List* sets)
{
    Vector<Furthest> all(CurrentMemoryContext);
    for (auto* set : items<RowSet>(sets)) {
        if (set->operation != RowOperation::kInsert || set->count == 0)
            continue;
        for (const Oid table : oids(relation_and_ancestors(RelationGetRelid(set->table)))) {
            for (const Oid sequence : oids(getOwnedSequences(table))) {
                const int column = owning_column(set, sequence);
                if (column >= 0)
                    add_values(set, column, table, sequence, &all);
            }
        }
    }
    for (const Furthest& furthest : all)
        move_sequence(furthest);
}

}  // namespace journal
