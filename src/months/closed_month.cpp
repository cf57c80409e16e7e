// See closed_month.hpp.
#include "months/closed_month.hpp"

#include "base/function.hpp"
#include "base/insert.hpp"
#include "base/journal_tables.hpp"
#include "base/object_hash.hpp"
#include "base/query.hpp"
#include "base/transaction.hpp"

#include <algorithm>

namespace journal {

namespace {

/// A month that this transaction has said it writes to.
struct Noted {
    Oid partition;
    SubTransactionId noted_in;
};
// Where there are more of them than places, some are said to be written to twice.
constexpr int kMostNoted = 16;
Noted noted[kMostNoted];
int next_noted;

void savepoint_aborted(SubTransactionId aborted)
{
    for (Noted& month : noted)
        if (month.noted_in >= aborted)
            month = Noted{};
}

void transaction_ended(bool)
{
    for (Noted& month : noted)
        month = Noted{};
}

constexpr TransactionHooks kHooks = {nullptr, savepoint_aborted, transaction_ended};

bool is_noted(Oid partition)
{
    for (const Noted& month : noted)
        if (month.partition == partition)
            return true;
    return false;
}

/// Which partitions have the trigger, among those that were asked about: kept until one of them
/// changes. The relation cache would know as well, but would have to open every month.
struct Triggers {
    List* asked;
    List* standing;
    bool valid;
    bool watching;
};
Triggers triggers;

void relation_changed(Datum, Oid relation)
{
    if (!OidIsValid(relation) || list_member_oid(triggers.asked, relation))
        triggers.valid = false;
}

bool is_standing(const FormData_pg_trigger& trigger)
{
    return trigger.tgenabled == TRIGGER_FIRES_ALWAYS && TRIGGER_FOR_ROW(trigger.tgtype) &&
           TRIGGER_FOR_BEFORE(trigger.tgtype) && TRIGGER_FOR_INSERT(trigger.tgtype);
}

/// Reads the triggers of all partitions at once.
void read_triggers(const Vector<Oid>& partitions)
{
    if (!triggers.watching)
        CacheRegisterRelcacheCallback(relation_changed, Datum{0});
    triggers.watching = true;
    MemoryContext previous = MemoryContextSwitchTo(CacheMemoryContext);
    list_free(triggers.asked);
    list_free(triggers.standing);
    triggers = {NIL, NIL, true, true};
    for (const Oid partition : partitions)
        triggers.asked = lappend_oid(triggers.asked, partition);
    ScanKeyData name;
    ScanKeyInit(&name, Anum_pg_trigger_tgname, BTEqualStrategyNumber, F_NAMEEQ,
                CStringGetDatum(kLateWriteTrigger));
    Relation table = table_open(TriggerRelationId, AccessShareLock);
    SysScanDesc scan = systable_beginscan(table, InvalidOid, false, nullptr, 1, &name);
    while (const HeapTuple row = systable_getnext(scan)) {
        const auto* trigger = reinterpret_cast<Form_pg_trigger>(GETSTRUCT(row));
        bool is_unconditional = false;
        heap_getattr(row, Anum_pg_trigger_tgqual, RelationGetDescr(table), &is_unconditional);
        if (is_unconditional && is_standing(*trigger))
            triggers.standing = lappend_oid(triggers.standing, trigger->tgrelid);
    }
    systable_endscan(scan);
    table_close(table, AccessShareLock);
    MemoryContextSwitchTo(previous);
}

bool has_trigger(const Vector<Oid>& partitions, Oid partition)
{
    if (!triggers.valid || !list_member_oid(triggers.asked, partition))
        read_triggers(partitions);
    return list_member_oid(triggers.standing, partition);
}

/// Takes over the elements of a bigint[].
void take_moved_types(const Value& array, MemoryContext context, ClosedMonth* month)
{
    Datum* items = nullptr;
    deconstruct_array(DatumGetArrayTypeP(array.datum), INT8OID, sizeof(int64), FLOAT8PASSBYVAL,
                      TYPALIGN_DOUBLE, &items, nullptr, &month->moved_count);
    auto* types = make_array_in<int64>(context, month->moved_count);
    for (int i = 0; i < month->moved_count; i++)
        types[i] = DatumGetInt64(items[i]);
    month->moved_types = types;
}

}  // namespace

SummarisedMonths::SummarisedMonths(MemoryContext context) : months_(context)
{
    static SavedStatement statement;
    Query query = Query::begin(RunAs::kOwner);
    const uint64 count = query.run_saved(
        &statement,
        "SELECT relation_oid, moved_types, first_id, last_id, first_transaction, last_transaction "
        "FROM journal.closed_month WHERE incarnation = $1 "
        "AND relation_oid <> ALL (ARRAY(SELECT DISTINCT relation_oid FROM journal.late_write "
        "WHERE incarnation = $1)) ORDER BY relation_oid",
        {{UUIDOID, UUIDPGetDatum(current_incarnation())}});
    Vector<Oid> all(context);
    for (uint64 i = 0; i < count; i++)
        all.push_back(query.value(i, "relation_oid").oid());
    for (uint64 i = 0; i < count; i++) {
        if (!has_trigger(all, all[i]))
            continue;
        ClosedMonth month{};
        month.partition = all[i];
        month.is_empty = query.value(i, "first_id").is_null;
        if (!month.is_empty) {
            month.first_id = query.value(i, "first_id").int8();
            month.last_id = query.value(i, "last_id").int8();
            month.first_transaction =
                U64FromFullTransactionId(query.value(i, "first_transaction").transaction());
            month.last_transaction =
                U64FromFullTransactionId(query.value(i, "last_transaction").transaction());
        }
        take_moved_types(query.value(i, "moved_types"), context, &month);
        months_.push_back(month);
    }
    query.end();
}

const ClosedMonth* SummarisedMonths::find(Oid partition) const
{
    const auto found = std::lower_bound(
        months_.begin(), months_.end(), partition,
        [](const ClosedMonth& month, Oid wanted) { return month.partition < wanted; });
    return found == months_.end() || found->partition != partition ? nullptr : &*found;
}

bool ClosedMonth::has_moved(const char* type) const
{
    return std::find(moved_types, moved_types + moved_count, object_hash_range(type).first) !=
           moved_types + moved_count;
}

bool SummarisedMonths::have_moved(const char* type) const
{
    return std::any_of(months_.begin(), months_.end(),
                       [type](const ClosedMonth& month) { return month.has_moved(type); });
}

bool is_closed_month(Relation partition)
{
    const TriggerDesc* triggers = partition->trigdesc;
    if (triggers == nullptr || !triggers->trig_insert_before_row)
        return false;
    for (int i = 0; i < triggers->numtriggers; i++) {
        const Trigger& trigger = triggers->triggers[i];
        if (strcmp(trigger.tgname, kLateWriteTrigger) == 0 &&
            trigger.tgenabled == TRIGGER_FIRES_ALWAYS && trigger.tgqual == nullptr)
            return true;
    }
    return false;
}

void note_late_write(Oid partition)
{
    if (is_noted(partition))
        return;
    const Datum values[] = {ObjectIdGetDatum(partition), UUIDPGetDatum(current_incarnation())};
    const bool nulls[lengthof(values)] = {};
    insert_row(journal_table("late_write"), values, nulls, lengthof(values));
    register_hooks(&kHooks);
    noted[next_noted] = {partition, GetCurrentSubTransactionId()};
    next_noted = (next_noted + 1) % kMostNoted;
}

}  // namespace journal

/// BEFORE INSERT OR UPDATE FOR EACH ROW on a closed month.
JOURNAL_FUNCTION(journal_note_late_write)
{
    if (!CALLED_AS_TRIGGER(fcinfo))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("journal.note_late_write() is a trigger function")));
    const auto* trigger = reinterpret_cast<TriggerData*>(fcinfo->context);
    if (!TRIGGER_FIRED_BEFORE(trigger->tg_event) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("journal.note_late_write() stands before changes of rows only")));
    journal::note_late_write(RelationGetRelid(trigger->tg_relation));
    return PointerGetDatum(TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple
                                                                      : trigger->tg_trigtuple);
}
