// See confinement.hpp.
#include "accounts/confinement.hpp"

#include "base/function.hpp"
#include "base/journal_tables.hpp"
#include "base/memory.hpp"
#include "base/settings.hpp"

namespace journal {

namespace {

/// A row of journal.role_account.
struct Listed {
    Oid role;
    const char* account;  // nullptr: every account
};

/// What one role is confined to by itself.
Confinement confinement_of(Oid role, const Listed* rows, uint64 count, MemoryContext context)
{
    Confinement own{};
    own.name = make_array_in<const char*>(context, count);
    for (uint64 i = 0; i < count; i++) {
        if (!is_member_of_role_nosuper(role, rows[i].role))
            continue;
        own.confined = true;
        if (rows[i].account == nullptr)
            own.all = true;
        else
            own.name[own.count++] = rows[i].account;
    }
    own.confined &= !own.all;
    return own;
}

/// What is open to both.
void confine_further(Confinement* confinement, const Confinement& other)
{
    if (!other.confined)
        return;
    if (!confinement->confined) {
        *confinement = other;
        return;
    }
    int kept = 0;
    for (int i = 0; i < confinement->count; i++)
        if (contains(other, confinement->name[i]))
            confinement->name[kept++] = confinement->name[i];
    confinement->count = kept;
}

/// The rows of journal.role_account that a snapshot shows, in context.
Listed* read_listed(Snapshot snapshot, MemoryContext context, uint64* count)
{
    enum { kRole = 1, kAccount };
    Relation table = table_open(journal_table("role_account"), AccessShareLock);
    SysScanDesc scan = systable_beginscan(table, InvalidOid, false, snapshot, 0, nullptr);
    MemoryContext caller = MemoryContextSwitchTo(context);
    uint64 room = 16;
    auto* rows = make_array_in<Listed>(context, room);
    *count = 0;
    for (HeapTuple tuple = systable_getnext(scan); HeapTupleIsValid(tuple);
         tuple = systable_getnext(scan)) {
        CHECK_FOR_INTERRUPTS();
        if (*count == room)
            rows = static_cast<Listed*>(repalloc_huge(rows, sizeof(Listed) * (room *= 2)));
        bool is_null = false;
        Listed& row = rows[(*count)++];
        row.role = DatumGetObjectId(heap_getattr(tuple, kRole, RelationGetDescr(table), &is_null));
        const Datum account = heap_getattr(tuple, kAccount, RelationGetDescr(table), &is_null);
        row.account = is_null ? nullptr : TextDatumGetCString(account);
    }
    MemoryContextSwitchTo(caller);
    systable_endscan(scan);
    table_close(table, AccessShareLock);
    return rows;
}

}  // namespace

Roles present_roles()
{
    return {{GetSessionUserId(), GetOuterUserId(), GetUserId()}};
}

bool contains(const Confinement& confinement, const char* account)
{
    for (int i = 0; i < confinement.count; i++)
        if (strcmp(account, confinement.name[i]) == 0)
            return true;
    return false;
}

Confinement read_confinement(Snapshot snapshot, const Roles& roles, MemoryContext context)
{
    uint64 count = 0;
    const Listed* rows = read_listed(snapshot, context, &count);
    Confinement result = confinement_of(roles.role[kRoles - 1], rows, count, context);
    for (int i = 0; i < kRoles - 1; i++) {
        if (roles.role[i] == roles.role[i + 1])
            continue;
        confine_further(&result, confinement_of(roles.role[i], rows, count, context));
    }
    if (result.confined)
        result.all = false;
    return result;
}

namespace {

/// Confinements that stay known until role_account or a membership changes: a row's change must not
/// cost a query. The acting role may go to and fro, row by row, where a trigger is SECURITY
/// DEFINER.
struct Known {
    Roles roles;
    Confinement confinement;
};
constexpr int kMostKnown = 8;
Known known[kMostKnown];
int known_count;
Oid known_table;      // journal.role_account
bool all_known_hold;  // reset by a change
MemoryContext known_context;

void confinements_changed()
{
    all_known_hold = false;
}

void relation_changed(Datum, Oid relation)
{
    if (!OidIsValid(relation) || relation == known_table)
        confinements_changed();
}

void membership_changed(Datum, int, uint32)
{
    confinements_changed();
}

void forget_known()
{
    static bool is_registered;
    if (!is_registered) {
        CacheRegisterRelcacheCallback(relation_changed, Datum{0});
        CacheRegisterSyscacheCallback(AUTHMEMROLEMEM, membership_changed, Datum{0});
        is_registered = true;
        known_context = AllocSetContextCreate(TopMemoryContext, "event_journal confinements",
                                              ALLOCSET_SMALL_SIZES);
    }
    MemoryContextReset(known_context);
    known_count = 0;
    known_table = journal_table("role_account");
    all_known_hold = true;
}

/// Valid until the next call.
const Confinement& known_confinement()
{
    const Roles roles = present_roles();
    if (!all_known_hold)
        forget_known();
    for (int i = 0; i < known_count; i++)
        if (memcmp(&known[i].roles, &roles, sizeof(roles)) == 0)
            return known[i].confinement;
    if (known_count == kMostKnown)
        forget_known();
    // What is committed now counts, whatever the transaction's snapshot.
    Snapshot snapshot = RegisterSnapshot(latest_snapshot());
    const Confinement confinement = read_confinement(snapshot, roles, known_context);
    UnregisterSnapshot(snapshot);
    known[known_count] = {roles, confinement};
    return known[known_count++].confinement;
}

}  // namespace

const char* account_to_record(const char* said)
{
    const Confinement& confinement = known_confinement();
    if (!confinement.confined)
        return said;
    if (*said == '\0')
        return confinement.count == 1 ? pstrdup(confinement.name[0]) : "";
    if (!contains(confinement, said))
        ereport(ERROR, (errcode(kRecordedElsewhere),
                        errmsg("nothing can be recorded under account \"%s\"", said),
                        errdetail("journal.role_account confines role \"%s\", or the one that "
                                  "logged in, to other accounts.",
                                  GetUserNameFromId(GetUserId(), false)),
                        errhint("Set event_journal.account to one of them.")));
    return said;
}

const char* account_to_record()
{
    return account_to_record(settings.account);
}

/// AFTER INSERT OR UPDATE OR DELETE FOR EACH ROW, and AFTER TRUNCATE, on role_account.
JOURNAL_FUNCTION(journal_invalidate_accounts)
{
    if (!CALLED_AS_TRIGGER(fcinfo))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("journal.invalidate_accounts() is a trigger function")));
    CacheInvalidateRelcache(reinterpret_cast<TriggerData*>(fcinfo->context)->tg_relation);
    return PointerGetDatum(nullptr);
}

}  // namespace journal
