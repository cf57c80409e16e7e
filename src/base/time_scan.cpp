// See time_scan.hpp. The scan is an index-only scan of the server's, without the visits to the
// heap.
#include "base/time_scan.hpp"

#include "base/journal_tables.hpp"

#include <algorithm>

namespace journal {

namespace {

/// The index's columns.
enum TimeColumn : AttrNumber {
    kAccount = 1,
    kOccurredAt,
    kId,
    kEventKey,
    kLocation,
    kEmployee,
    kLastColumn = kEmployee,
};

/// A column of the index: a column of the entry, or a function of ours over some.
struct ColumnForm {
    Oid type;
    const char* function;  // nullptr: the column itself
    const char* arguments[3];
};
constexpr ColumnForm kForms[kLastColumn] = {
    {INT8OID, "account_hash", {"account"}},
    {TIMESTAMPTZOID, nullptr, {"occurred_at"}},
    {INT8OID, nullptr, {"id"}},
    {INT4OID, "event_key", {"event_type", "reported", "operation"}},
    {INT4OID, "text_hash", {"location"}},
    {INT4OID, "text_hash", {"employee"}},
};

/// What an event key says beside the event type (object_hash.hpp).
constexpr int32 kReported = 4;
constexpr int32 kOperation = 3;
constexpr int32 kDeletion = 2;
constexpr int kKeyBits = 3;

bool is_column(Relation partition, const Node* node, const char* name)
{
    return IsA(node, Var) && reinterpret_cast<const Var*>(node)->varattno ==
                                 get_attnum(RelationGetRelid(partition), name);
}

bool is_function(Relation partition, Node* node, const ColumnForm& form)
{
    if (!IsA(node, FuncExpr))
        return false;
    const auto* call = castNode(FuncExpr, node);
    const char* name = get_func_name(call->funcid);
    if (name == nullptr || strcmp(name, form.function) != 0 ||
        get_func_namespace(call->funcid) != RelationGetNamespace(partition))
        return false;
    int number = 0;
    ListCell* cell = nullptr;
    foreach (cell, call->args) {
        if (number == static_cast<int>(lengthof(form.arguments)) ||
            form.arguments[number] == nullptr ||
            !is_column(partition, static_cast<Node*>(lfirst(cell)), form.arguments[number]))
            return false;
        number++;
    }
    return number > 0;
}

/// Whether an index, which is open, is one on time that a search may use.
bool is_time_index(Relation partition, Relation index)
{
    const Form_pg_index form = index->rd_index;
    if (index->rd_rel->relam != BTREE_AM_OID || !form->indisvalid ||
        form->indnkeyatts != kLastColumn ||
        !heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, nullptr))
        return false;
    // An index that was built over rows in several versions is not for older snapshots.
    if (form->indcheckxmin &&
        !TransactionIdPrecedes(HeapTupleHeaderGetXmin(index->rd_indextuple->t_data),
                               TransactionXmin))
        return false;
    List* expressions = RelationGetIndexExpressions(index);
    int next = 0;
    for (int i = 0; i < kLastColumn; i++) {
        const ColumnForm& wanted = kForms[i];
        const AttrNumber column = form->indkey.values[i];
        if (index->rd_indoption[i] != 0 || index->rd_opcintype[i] != wanted.type ||
            index->rd_opfamily[i] !=
                lookup_type_cache(wanted.type, TYPECACHE_BTREE_OPFAMILY)->btree_opf)
            return false;
        if (wanted.function == nullptr) {
            if (column == InvalidAttrNumber ||
                column != get_attnum(RelationGetRelid(partition), wanted.arguments[0]))
                return false;
        } else if (column != InvalidAttrNumber || next >= list_length(expressions) ||
                   !is_function(partition, static_cast<Node*>(list_nth(expressions, next++)),
                                wanted)) {
            return false;
        }
    }
    return true;
}

/// The keys of a scan, and what one of them points at.
struct ScanKeys {
    int count;
    ScanKeyData keys[4];
    ScanKeyData position[2];
};

void add_key(ScanKeys* keys, TimeColumn column, StrategyNumber strategy, RegProcedure function,
             Datum value)
{
    ScanKeyInit(&keys->keys[keys->count++], column, strategy, function, value);
}

/// The pair of time and id beyond a position, as a comparison of rows.
void add_position(ScanKeys* keys, const TimeRange& range)
{
    const auto strategy = static_cast<StrategyNumber>(range.descending ? BTLessStrategyNumber
                                                                       : BTGreaterStrategyNumber);
    ScanKeyEntryInitialize(&keys->position[0], SK_ROW_MEMBER, kOccurredAt, strategy, InvalidOid,
                           InvalidOid, F_TIMESTAMPTZ_CMP,
                           TimestampTzGetDatum(range.position.occurred_at));
    ScanKeyEntryInitialize(&keys->position[1], SK_ROW_MEMBER | SK_ROW_END, kId, strategy,
                           InvalidOid, InvalidOid, F_BTINT8CMP, Int64GetDatum(range.position.id));
    ScanKeyData* header = &keys->keys[keys->count++];
    *header = ScanKeyData{};
    header->sk_flags = SK_ROW_HEADER;
    header->sk_attno = kOccurredAt;
    header->sk_strategy = strategy;
    header->sk_argument = PointerGetDatum(keys->position);
}

void make_keys(const TimeRange& range, ScanKeys* keys)
{
    keys->count = 0;
    add_key(keys, kAccount, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(range.account));
    if (range.from != DT_NOBEGIN)
        add_key(keys, kOccurredAt, BTGreaterEqualStrategyNumber, F_TIMESTAMPTZ_GE,
                TimestampTzGetDatum(range.from));
    if (range.to != DT_NOEND)
        add_key(keys, kOccurredAt, BTLessStrategyNumber, F_TIMESTAMPTZ_LT,
                TimestampTzGetDatum(range.to));
    if (range.has_position)
        add_position(keys, range);
}

bool has(const TimeFilter::Numbers& numbers, int32 number)
{
    return std::binary_search(numbers.items, numbers.items + numbers.count, number);
}

bool lets_event_through(const TimeFilter& filter, int32 event_key)
{
    if (filter.deletions)
        return (event_key & kOperation) == kDeletion;
    const bool reported = (event_key & kReported) != 0;
    if (!filter.named.given)
        return reported;
    const int32 type = event_key >> kKeyBits;
    return has(filter.named, type) || (reported && has(filter.chosen, type));
}

/// An index entry.
struct TimeEntry {
    IndexTuple tuple;
    TupleDesc descriptor;

    Datum value(TimeColumn column) const
    {
        bool is_null = false;
        return index_getattr(tuple, column, descriptor, &is_null);
    }
    int32 number(TimeColumn column) const { return DatumGetInt32(value(column)); }
};

bool lets_through(const TimeFilter& filter, const TimeEntry& entry)
{
    return lets_event_through(filter, entry.number(kEventKey)) &&
           (!filter.locations.given || has(filter.locations, entry.number(kLocation))) &&
           (!filter.employees.given || has(filter.employees, entry.number(kEmployee)));
}

}  // namespace

Oid time_index(Relation partition)
{
    List* indexes = RelationGetIndexList(partition);
    Oid found = InvalidOid;
    ListCell* cell = nullptr;
    foreach (cell, indexes) {
        Relation index = index_open(lfirst_oid(cell), AccessShareLock);
        if (is_time_index(partition, index))
            found = RelationGetRelid(index);
        index_close(index, NoLock);
        if (OidIsValid(found))
            break;
    }
    list_free(indexes);
    return found;
}

void find_places(Relation partition, Oid index_oid, const TimeRange& range,
                 const TimeFilter& filter, int most, TimePlaces* found)
{
    found->places.clear();
    found->complete = false;
    ScanKeys keys;
    make_keys(range, &keys);
    Relation index = index_open(index_oid, AccessShareLock);
    IndexScanDesc scan =
        index_beginscan(partition, index, GetActiveSnapshot(), nullptr, keys.count, 0);
    scan->xs_want_itup = true;
    index_rescan(scan, keys.keys, keys.count, nullptr, 0);
    const ScanDirection direction = range.descending ? BackwardScanDirection : ForwardScanDirection;
    while (static_cast<int>(found->places.size()) < most) {
        CHECK_FOR_INTERRUPTS();
        const ItemPointer place = index_getnext_tid(scan, direction);
        if (place == nullptr) {
            found->complete = true;
            break;
        }
        const TimeEntry entry{scan->xs_itup, scan->xs_itupdesc};
        if (!lets_through(filter, entry))
            continue;
        found->last = {DatumGetTimestampTz(entry.value(kOccurredAt)),
                       DatumGetInt64(entry.value(kId))};
        if (found->places.empty())
            found->earliest = found->latest = found->last.occurred_at;
        found->earliest = std::min(found->earliest, found->last.occurred_at);
        found->latest = std::max(found->latest, found->last.occurred_at);
        found->places.push_back(*place);
    }
    index_endscan(scan);
    index_close(index, NoLock);
}

}  // namespace journal
