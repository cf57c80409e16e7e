// See closed_month.hpp.
#include "months/closed_month.hpp"

#include "base/function.hpp"
#include "base/insert.hpp"
#include "base/journal_tables.hpp"
#include "base/transaction.hpp"

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

}  // namespace

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
