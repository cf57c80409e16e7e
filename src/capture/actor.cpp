// See actor.hpp.
#include "capture/actor.hpp"

#include "accounts/confinement.hpp"
#include "base/bounds.hpp"
#include "base/function.hpp"
#include "base/insert.hpp"
#include "base/journal_tables.hpp"
#include "base/settings.hpp"
#include "base/transaction.hpp"

namespace journal {

namespace {

constexpr std::size_t kLongestFact = 256;

// The facts that a remembered session row states. The client's address cannot change.
struct SessionFacts {
    CachedRow row;
    pg_uuid_t incarnation;
    Oid session_role;
    Oid acting_role;
    char application[kLongestFact];
};

// The acting role may go to and fro, row by row: a trigger of the user's may be SECURITY DEFINER.
constexpr int kMostSessions = 8;
SessionFacts sessions[kMostSessions];
int next_session;  // to be forgotten when another one comes

// The facts that a remembered context row states, in TopMemoryContext.
struct ContextFacts {
    CachedRow row;
    pg_uuid_t incarnation;
    char* account;
    char* actor_kind;
    char* reason;
    char* extra;
    char* on_behalf_of;
};

// So may the account, in a statement over the rows of several.
constexpr int kMostContexts = 8;
ContextFacts contexts[kMostContexts];
int next_context;

void savepoint_aborted(SubTransactionId aborted)
{
    for (SessionFacts& session : sessions)
        session.row.savepoint_aborted(aborted);
    for (ContextFacts& context : contexts)
        context.row.savepoint_aborted(aborted);
}

void transaction_ended(bool committed)
{
    for (SessionFacts& session : sessions)
        session.row.ended(committed);
    // A context belongs to its transaction.
    for (ContextFacts& context : contexts)
        context.row = CachedRow{};
}

constexpr TransactionHooks kHooks = {nullptr, savepoint_aborted, transaction_ended};

// Another incarnation has other rows: the extension may have been dropped and created again.
bool is_current(const pg_uuid_t& incarnation)
{
    return memcmp(&incarnation, current_incarnation(), sizeof(pg_uuid_t)) == 0;
}

bool states_the_present(const SessionFacts& session)
{
    return session.row.id != 0 && session.session_role == GetSessionUserId() &&
           session.acting_role == GetUserId() &&
           strncmp(session.application, application_name, kLongestFact - 1) == 0 &&
           is_current(session.incarnation);
}

// NULL for a connection over a local socket, as inet_client_addr() says it.
Datum client_address(bool* is_null)
{
    LOCAL_FCINFO(fcinfo, 0);
    InitFunctionCallInfoData(*fcinfo, nullptr, 0, InvalidOid, nullptr, nullptr);
    const Datum address = inet_client_addr(fcinfo);
    *is_null = fcinfo->isnull;
    return address;
}

void write_session(SessionFacts* session)
{
    enum {
        kId,
        kIncarnation,
        kStartedAt,
        kProcess,
        kAddress,
        kSessionRole,
        kActingRole,
        kApplication,
        kCount
    };
    Datum values[kCount];
    bool nulls[kCount] = {};
    NameData session_role;
    NameData acting_role;
    namestrcpy(&session_role, GetUserNameFromId(GetSessionUserId(), false));
    namestrcpy(&acting_role, GetUserNameFromId(GetUserId(), false));
    const int64 id = next_id("session_id_seq");
    values[kId] = Int64GetDatum(id);
    values[kIncarnation] = UUIDPGetDatum(current_incarnation());
    values[kStartedAt] = TimestampTzGetDatum(MyStartTimestamp);
    values[kProcess] = Int32GetDatum(MyProcPid);
    values[kAddress] = client_address(&nulls[kAddress]);
    values[kSessionRole] = NameGetDatum(&session_role);
    values[kActingRole] = NameGetDatum(&acting_role);
    values[kApplication] = CStringGetTextDatum(application_name);
    insert_row(journal_table("session"), values, nulls, kCount);

    session->incarnation = *current_incarnation();
    session->session_role = GetSessionUserId();
    session->acting_role = GetUserId();
    strlcpy(session->application, application_name, kLongestFact);
    session->row.set(id);
}

bool same_fact(const char* kept, const char* now)
{
    return kept != nullptr && strcmp(kept, now) == 0;
}

void keep_fact(char** kept, const char* now)
{
    if (*kept != nullptr)
        pfree(*kept);
    *kept = nullptr;
    *kept = MemoryContextStrdup(TopMemoryContext, now);
}

void set_text(Datum* value, bool* is_null, const char* fact)
{
    *is_null = *fact == '\0';
    if (!*is_null)
        *value = CStringGetTextDatum(fact);
}

bool states_the_present(const ContextFacts& context, const char* account)
{
    return context.row.id != 0 && is_current(context.incarnation) &&
           same_fact(context.account, account) &&
           same_fact(context.actor_kind, settings.actor_kind) &&
           same_fact(context.reason, settings.reason) && same_fact(context.extra, settings.extra) &&
           same_fact(context.on_behalf_of, settings.on_behalf_of);
}

void write_context(ContextFacts* context, const char* account)
{
    enum { kId, kAccount, kActorKind, kReason, kExtra, kOnBehalfOf, kCount };
    Datum values[kCount];
    bool nulls[kCount] = {};
    const int64 id = next_id("context_id_seq");
    values[kId] = Int64GetDatum(id);
    values[kAccount] = CStringGetTextDatum(account);
    set_text(&values[kActorKind], &nulls[kActorKind], settings.actor_kind);
    set_text(&values[kReason], &nulls[kReason], settings.reason);
    nulls[kExtra] = *settings.extra == '\0';
    if (!nulls[kExtra])
        values[kExtra] = DirectFunctionCall1(jsonb_in, CStringGetDatum(settings.extra));
    set_text(&values[kOnBehalfOf], &nulls[kOnBehalfOf], settings.on_behalf_of);
    insert_row(journal_table("context"), values, nulls, kCount);

    context->row = CachedRow{};
    keep_fact(&context->account, account);
    keep_fact(&context->actor_kind, settings.actor_kind);
    keep_fact(&context->reason, settings.reason);
    keep_fact(&context->extra, settings.extra);
    keep_fact(&context->on_behalf_of, settings.on_behalf_of);
    context->incarnation = *current_incarnation();
    context->row.set(id);
}

}  // namespace

int64 session_id()
{
    for (const SessionFacts& session : sessions)
        if (states_the_present(session))
            return session.row.id;
    register_hooks(&kHooks);
    SessionFacts* session = &sessions[next_session];
    session->row = CachedRow{};
    write_session(session);
    next_session = (next_session + 1) % kMostSessions;
    return session->row.id;
}

int64 context_id(const char* account)
{
    if (*settings.actor_kind == '\0' && *settings.reason == '\0' && *settings.extra == '\0' &&
        *settings.on_behalf_of == '\0')
        return 0;
    for (const ContextFacts& context : contexts)
        if (states_the_present(context, account))
            return context.row.id;
    register_hooks(&kHooks);
    ContextFacts* context = &contexts[next_context];
    write_context(context, account);
    next_context = (next_context + 1) % kMostContexts;
    return context->row.id;
}

namespace {

// Sets one setting for the rest of the transaction.
void say(const char* name, const char* value)
{
    set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
}

}  // namespace

/// journal.set_context(employee, location, account, actor_kind, reason, extra, on_behalf_of): for
/// this transaction. NULL leaves a value, '' clears it.
JOURNAL_FUNCTION(journal_set_context)
{
    static constexpr struct {
        const char* setting;
        const char* argument;
        int longest;
    } kFacts[] = {{"event_journal.employee", "employee", kLongestName},
                  {"event_journal.location", "location", kLongestName},
                  {"event_journal.account", "account", kLongestName},
                  {"event_journal.actor_kind", "actor_kind", kLongestName},
                  {"event_journal.reason", "reason", kLongestReason}};
    for (int i = 0; i < static_cast<int>(lengthof(kFacts)); i++)
        if (!PG_ARGISNULL(i))
            say(kFacts[i].setting,
                bounded_argument(fcinfo, i, kFacts[i].argument, kFacts[i].longest));
    // Refused here rather than by the first change.
    if (!PG_ARGISNULL(2))
        account_to_record();
    if (!PG_ARGISNULL(5))
        check_length("extra", PG_GETARG_JSONB_P(5), kLongestFacts);
    if (!PG_ARGISNULL(5))
        say("event_journal.extra", JsonbToCString(nullptr, &PG_GETARG_JSONB_P(5)->root, 0));
    if (!PG_ARGISNULL(6))
        say("event_journal.on_behalf_of",
            bounded_argument(fcinfo, 6, "on_behalf_of", kLongestName));
    PG_RETURN_VOID();
}

}  // namespace journal
