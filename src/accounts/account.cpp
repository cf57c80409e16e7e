// See account.hpp.
//
// Row-level security asks visible_since once for every row, so what it answers is kept for as long
// as nothing that it depends on can have changed: the caller, the settings, and what the active
// snapshot sees of our tables (which its transaction ids and command id determine). Within a
// statement the answer is the same even though the clock goes on.
#include "accounts/account.hpp"

#include "accounts/confinement.hpp"
#include "accounts/language.hpp"
#include "base/function.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "base/settings.hpp"
#include "catalog/event_type.hpp"

namespace journal {

namespace {

constexpr const char* kDefaultPlan = "business";
constexpr const char* kDefaultLanguage = "en";

struct Answer {
    char account[NAMEDATALEN * 4];  // key; longer names are not kept
    TimestampTz since;
};

/// Everything on which the kept answers depend.
struct AnswerKey {
    Roles roles;
    SubTransactionId subtransaction;
    TimestampTz statement;
    TransactionId xmin;
    TransactionId xmax;
    CommandId command;
    uint32 in_progress;  // hash of the transactions in progress
    uint32 said;         // hash of the settings
};

MemoryContext answer_context;
HTAB* answers;
AnswerKey answer_key;

bool may_read(const Confinement& confinement, const char* account)
{
    if (confinement.confined)
        return contains(confinement, account);
    return confinement.all || strcmp(account, settings.account) == 0;
}

/// The account that the caller means, which is one of its own if it is confined.
const char* chosen_account(const Confinement& confinement, MemoryContext context)
{
    const char* said = settings.account;
    if (!confinement.confined)
        return MemoryContextStrdup(context, said);
    if (*said == '\0' && confinement.count == 1)
        return confinement.name[0];
    if (confinement.count == 0)
        ereport(ERROR,
                (errcode(kAccountNotAllowed), errmsg("no account is open to this role"),
                 errdetail("journal.role_account confines the role, and the one that "
                           "logged in, to different accounts."),
                 errhint("Call as one of them alone, or let them have an account in common.")));
    if (*said == '\0')
        ereport(ERROR, (errcode(kAccountNotAllowed), errmsg("which account is meant is not said"),
                        errdetail("The role may read several accounts."),
                        errhint("SET LOCAL event_journal.account to one of them.")));
    if (!may_read(confinement, said))
        ereport(ERROR, (errcode(kAccountNotAllowed),
                        errmsg("account \"%s\" is not open to this role", said),
                        errdetail("journal.role_account confines the role to other accounts."),
                        errhint("Set event_journal.account to one of them.")));
    return MemoryContextStrdup(context, said);
}

/// The database's time zone: never the client's, whose TimeZone says where it is, not where the
/// account is.
pg_tz* database_time_zone(Query& query)
{
    const char* name = nullptr;
    if (query.run("SELECT pg_catalog.substr(c, 10) FROM pg_catalog.pg_db_role_setting, "
                  "unnest(setconfig) AS c WHERE setrole = 0 AND setdatabase = "
                  "(SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()) "
                  "AND c ILIKE 'timezone=%'",
                  {}, true) > 0)
        name = query.value(0).text(CurrentMemoryContext);
    else if (superuser() &&
             query.run("SELECT setting FROM pg_catalog.pg_file_settings WHERE "
                       "lower(name) = 'timezone' AND error IS NULL ORDER BY seqno DESC LIMIT 1",
                       {}, true) > 0)
        name = query.value(0).text(CurrentMemoryContext);
    pg_tz* time_zone = name == nullptr ? nullptr : pg_tzset(name);
    return time_zone == nullptr ? pg_tzset("GMT") : time_zone;
}

/// Fills in what plan and account allow. An account whose plan has vanished has no journal.
Account* read_account(Query& query, const char* name, MemoryContext context)
{
    auto* account = make_in<Account>(context);
    account->name = name;
    query.run(
        "SELECT coalesce(a.plan, $2) AS plan, p.has_journal, p.report_window, a.time_zone, "
        "a.language FROM (SELECT $1) AS wanted (account) "
        "LEFT JOIN journal.account a USING (account) "
        "LEFT JOIN LATERAL (SELECT has_journal, report_window FROM journal.plan "
        "WHERE code = coalesce(a.plan, $2) ORDER BY is_core LIMIT 1) p ON true",
        {text_argument(name), text_argument(kDefaultPlan)}, true);
    account->plan = query.value(0, "plan").text(context);
    account->has_journal = query.value(0, "has_journal").boolean();
    const Value window = query.value(0, "report_window");
    if (!window.is_null) {
        account->window = make_in<Interval>(context);
        *account->window = *DatumGetIntervalP(window.datum);
    }
    const char* language = query.value(0, "language").text(context);
    account->language = *settings.language != '\0' ? MemoryContextStrdup(context, settings.language)
                        : language != nullptr      ? language
                                                   : kDefaultLanguage;
    const char* time_zone = query.value(0, "time_zone").text(context);
    account->time_zone = time_zone == nullptr ? nullptr : pg_tzset(time_zone);
    if (account->time_zone == nullptr)
        account->time_zone = database_time_zone(query);
    return account;
}

uint32 hash_text(const char* text)
{
    return DatumGetUInt32(
        hash_any(reinterpret_cast<const unsigned char*>(text), static_cast<int>(strlen(text))));
}

uint32 hash_ids(const TransactionId* ids, int count)
{
    return count == 0 ? 0
                      : DatumGetUInt32(hash_any(reinterpret_cast<const unsigned char*>(ids),
                                                count * static_cast<int>(sizeof(TransactionId))));
}

AnswerKey present_key()
{
    const Snapshot snapshot = GetActiveSnapshot();
    AnswerKey key;
    memset(&key, 0, sizeof(key));
    key.roles = present_roles();
    key.subtransaction = GetCurrentSubTransactionId();
    key.statement = GetCurrentStatementStartTimestamp();
    key.xmin = snapshot->xmin;
    key.xmax = snapshot->xmax;
    key.command = snapshot->curcid;
    key.in_progress = hash_combine(hash_ids(snapshot->xip, static_cast<int>(snapshot->xcnt)),
                                   hash_ids(snapshot->subxip, snapshot->subxcnt));
    key.said = hash_combine(hash_text(settings.account), hash_text(settings.clock));
    return key;
}

TimestampTz read_visible_since(const char* account)
{
    const Roles roles = present_roles();
    MemoryContext context = CurrentMemoryContext;
    TimestampTz since = DT_NOEND;
    if (may_read(read_confinement(GetActiveSnapshot(), roles, context), account)) {
        Query query = Query::begin(RunAs::kOwner);
        const Account* allowed = read_account(query, account, context);
        if (allowed->has_journal)
            since = allowed->window == nullptr ? DT_NOBEGIN
                                               : window_start(allowed->window, allowed->time_zone);
        query.end();
    }
    return since;
}

}  // namespace

TimestampTz window_start(const Interval* window, pg_tz* time_zone)
{
    // A window in months or days is counted in local time.
    pg_tz* saved = session_timezone;
    session_timezone = time_zone;
    TimestampTz start = 0;
    PG_TRY();
    {
        start = DatumGetTimestampTz(DirectFunctionCall2(timestamptz_mi_interval,
                                                        TimestampTzGetDatum(report_clock()),
                                                        IntervalPGetDatum(window)));
    }
    PG_FINALLY();
    {
        session_timezone = saved;
    }
    PG_END_TRY();
    return start;
}

Account* reader_account()
{
    const Roles roles = present_roles();
    MemoryContext context = CurrentMemoryContext;
    const Confinement confinement = read_confinement(GetActiveSnapshot(), roles, context);
    Query query = Query::begin(RunAs::kOwner);
    Account* account = read_account(query, chosen_account(confinement, context), context);
    query.end();
    return account;
}

TimestampTz visible_since(const char* account)
{
    if (strlen(account) >= sizeof(Answer::account))
        return read_visible_since(account);

    const AnswerKey key = present_key();
    if (answers == nullptr || memcmp(&key, &answer_key, sizeof(key)) != 0) {
        answers = nullptr;
        if (answer_context == nullptr)
            answer_context = AllocSetContextCreate(
                TopMemoryContext, "event_journal visible accounts", ALLOCSET_SMALL_SIZES);
        else
            MemoryContextReset(answer_context);
        HASHCTL control{};
        control.keysize = sizeof(Answer::account);
        control.entrysize = sizeof(Answer);
        control.hcxt = answer_context;
        answers = hash_create("event_journal visible accounts", 16, &control,
                              HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
        answer_key = key;
    }
    auto* answer = static_cast<Answer*>(hash_search(answers, account, HASH_FIND, nullptr));
    if (answer != nullptr)
        return answer->since;
    const TimestampTz since = read_visible_since(account);
    answer = static_cast<Answer*>(hash_search(answers, account, HASH_ENTER, nullptr));
    answer->since = since;
    return since;
}

bool is_unconfined()
{
    return !read_confinement(GetActiveSnapshot(), present_roles(), CurrentMemoryContext).confined;
}

namespace {

/// The code as the query's column, a list of known codes, has it; JE001 if it is not there.
const char* find_known(Query& query, const char* what, const char* code, const char* known_codes)
{
    const uint64 count = query.run(known_codes);
    auto** known = make_array_in<const char*>(CurrentMemoryContext, count);
    for (uint64 i = 0; i < count; i++)
        known[i] = query.value(i).text(CurrentMemoryContext);
    return known[known_code(what, code, static_cast<int>(count), known)];
}

/// The name under which a time zone is kept; raises JE001 if there is no such zone.
const char* canonical_time_zone(Query& query, const char* name)
{
    pg_tz* time_zone = pg_tzset(name);
    if (time_zone == nullptr)
        find_known(query, "time zone", name,
                   "SELECT name FROM pg_catalog.pg_timezone_names WHERE name !~ '^(posix|right)/' "
                   "ORDER BY name");
    if (!pg_tz_acceptable(time_zone))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("time zone \"%s\" uses leap seconds", name)));
    return pg_get_timezone_name(time_zone);
}

const char* optional_text(FunctionCallInfo fcinfo, int number)
{
    return PG_ARGISNULL(number) ? nullptr : text_to_cstring(PG_GETARG_TEXT_PP(number));
}

}  // namespace

/// set_account(account, plan, time_zone, language): states an account's plan, time zone and
/// language. What is NULL stays, '' means the default.
JOURNAL_FUNCTION(journal_set_account)
{
    require_writable("journal.set_account()");
    if (PG_ARGISNULL(0))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                        errmsg("argument \"account\" of journal.set_account must not be NULL")));
    const char* account = text_to_cstring(PG_GETARG_TEXT_PP(0));
    const char* plan = optional_text(fcinfo, 1);
    const char* time_zone = optional_text(fcinfo, 2);
    const char* language = optional_text(fcinfo, 3);

    Query query = Query::begin(RunAs::kOwner);
    if (plan != nullptr && *plan == '\0')
        plan = kDefaultPlan;
    if (plan != nullptr)
        plan =
            find_known(query, "plan", plan, "SELECT DISTINCT code FROM journal.plan ORDER BY code");
    if (time_zone != nullptr && *time_zone != '\0')
        time_zone = canonical_time_zone(query, time_zone);
    if (language != nullptr && *language != '\0')
        language = known_language(language);
    query.run(
        "INSERT INTO journal.account AS a (account, plan, time_zone, language) "
        "VALUES ($1, coalesce($2, $5), nullif($3, ''), nullif($4, '')) "
        "ON CONFLICT (account) DO UPDATE SET plan = coalesce($2, a.plan), "
        "time_zone = CASE WHEN $3 IS NULL THEN a.time_zone ELSE nullif($3, '') END, "
        "language = CASE WHEN $4 IS NULL THEN a.language ELSE nullif($4, '') END",
        {text_argument(account), text_argument(plan), text_argument(time_zone),
         text_argument(language), text_argument(kDefaultPlan)});
    query.end();
    PG_RETURN_VOID();
}

/// reader_account(): the account whose journal the caller reads.
JOURNAL_FUNCTION(journal_reader_account)
{
    PG_RETURN_TEXT_P(cstring_to_text(reader_account()->name));
}

/// visible_since(account): the first moment of that account's journal that the caller sees.
/// Row-level security calls it.
JOURNAL_FUNCTION(journal_visible_since)
{
    PG_RETURN_TIMESTAMPTZ(visible_since(text_to_cstring(PG_GETARG_TEXT_PP(0))));
}

/// is_unconfined(): whether the caller sees facts that belong to no account.
JOURNAL_FUNCTION(journal_is_unconfined)
{
    PG_RETURN_BOOL(is_unconfined());
}

}  // namespace journal
