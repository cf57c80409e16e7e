// See settings.hpp.
#include "base/settings.hpp"

#include "base/bounds.hpp"
#include "base/lock_wait.hpp"

namespace journal {

Settings settings;
bool search_index_wanted = false;

namespace {

// As long as the journal's indexes hold it; longer ones are no names of accounts.
bool check_account(char** value, void**, GucSource)
{
    if (strlen(*value) <= kLongestAccount)
        return true;
    GUC_check_errdetail("account has at most %d bytes.", kLongestAccount);
    return false;
}

bool is_short(const char* value, int most)
{
    if (strlen(value) <= static_cast<std::size_t>(most))
        return true;
    GUC_check_errdetail("It may have at most %d bytes.", most);
    return false;
}

bool check_name(char** value, void**, GucSource)
{
    return is_short(*value, kLongestName);
}

bool check_reason(char** value, void**, GucSource)
{
    return is_short(*value, kLongestReason);
}

bool check_actor_kind(char** value, void**, GucSource)
{
    if (**value == '\0')
        return true;
    for (const char* kind : kActorKinds)
        if (pg_strcasecmp(*value, kind) == 0) {
            // As it is written: the other has as many letters.
            memcpy(*value, kind, strlen(kind));
            return true;
        }
    GUC_check_errdetail(
        "actor_kind is one of employee, client, robot, api, support, system, or empty.");
    return false;
}

// Whether text can become jsonb, which allows less than JSON does ("\u0000", huge numbers): what is
// refused here cannot refuse a write later. An error of jsonb_in holds nothing but memory, so it
// may end here; a setting is also checked where an error would end the session.
bool is_jsonb(char* text)
{
    MemoryContext context = CurrentMemoryContext;
    volatile bool is_valid = true;
    PG_TRY();
    {
        DirectFunctionCall1(jsonb_in, CStringGetDatum(text));
    }
    PG_CATCH();
    {
        MemoryContextSwitchTo(context);
        FlushErrorState();
        is_valid = false;
    }
    PG_END_TRY();
    return is_valid;
}

bool check_extra(char** value, void**, GucSource)
{
    if (**value == '\0')
        return true;
    if (!is_short(*value, kLongestFacts))
        return false;
    if (is_jsonb(*value))
        return true;
    GUC_check_errdetail("extra has to be JSON that jsonb can hold.");
    return false;
}

bool check_clock(char** value, void** extra, GucSource)
{
    if (**value == '\0')
        return true;
    // The text needs a time zone of its own, so that it does not depend on TimeZone, which may not
    // be set yet.
    char work[MAXDATELEN + MAXDATEFIELDS];
    char* field[MAXDATEFIELDS];
    int types[MAXDATEFIELDS];
    int fields = 0;
    int type = 0;
    int tz = 0;
    fsec_t fsec = 0;
    DateTimeErrorExtra error{};
    struct pg_tm tm {};
    TimestampTz result = 0;
    if (ParseDateTime(*value, work, sizeof(work), field, types, MAXDATEFIELDS, &fields) != 0 ||
        DecodeDateTime(field, types, fields, &type, &tm, &fsec, &tz, &error) != 0 ||
        type != DTK_DATE || tm2timestamp(&tm, fsec, &tz, &result) != 0) {
        GUC_check_errdetail("clock has to be a timestamp with time zone.");
        return false;
    }
    *extra = guc_malloc(LOG, sizeof(TimestampTz));
    if (*extra == nullptr)
        return false;
    *static_cast<TimestampTz*>(*extra) = result;
    return true;
}

TimestampTz fixed_clock;

void assign_clock(const char* value, void* extra)
{
    if (*value != '\0')
        fixed_clock = *static_cast<TimestampTz*>(extra);
}

void define(const char* name, const char* description, char** variable,
            GucContext context = PGC_USERSET, GucStringCheckHook check = nullptr,
            GucStringAssignHook assign = nullptr)
{
    DefineCustomStringVariable(name, description, nullptr, variable, "", context, 0, check, assign,
                               nullptr);
}

}  // namespace

void define_settings()
{
    define("event_journal.account", "Account (tenant) of the transaction.", &settings.account,
           PGC_USERSET, check_account);
    define("event_journal.employee", "Employee who acts in the transaction.", &settings.employee,
           PGC_USERSET, check_name);
    define("event_journal.location", "Location where the transaction takes place.",
           &settings.location, PGC_USERSET, check_name);
    define("event_journal.actor_kind", "Who acts: employee, client, robot, api, support or system.",
           &settings.actor_kind, PGC_USERSET, check_actor_kind);
    define("event_journal.reason", "Why the transaction's changes are made.", &settings.reason,
           PGC_USERSET, check_reason);
    define("event_journal.on_behalf_of", "Employee for whom the acting one acts.",
           &settings.on_behalf_of, PGC_USERSET, check_name);
    define("event_journal.extra", "Further facts of the transaction, as JSON.", &settings.extra,
           PGC_USERSET, check_extra);
    define("event_journal.language", "Language of reports: ru, en or one added as data.",
           &settings.language);
    define("event_journal.domain",
           "What goes before the types of events in journal.cloud_events, such as com.example.crm.",
           &settings.domain);
    define("event_journal.clock",
           "What reports take for now (for tests); captured entries ignore it.", &settings.clock,
           PGC_SUSET, check_clock, assign_clock);
    DefineCustomIntVariable(
        "event_journal.lock_timeout",
        "How long functions of the journal that lock tables wait each time; 0: without limit.",
        nullptr, &lock_timeout, lock_timeout, 0, INT_MAX, PGC_USERSET, GUC_UNIT_MS, nullptr,
        nullptr, nullptr);
    DefineCustomBoolVariable(
        "event_journal.search_index",
        "Whether journal.maintenance() gives closed months an index on words, for searches.",
        nullptr, &search_index_wanted, false, PGC_USERSET, 0, nullptr, nullptr, nullptr);
    MarkGUCPrefixReserved("event_journal");
}

TimestampTz report_clock()
{
    return *settings.clock == '\0' ? GetCurrentTimestamp() : fixed_clock;
}

namespace {

void set(const char* name, const char* value)
{
    set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

}  // namespace

int enter_exact_settings()
{
    const int level = NewGUCNestLevel();
    // This is called for single values, so what a variable shows to be right is left alone: setting
    // it would cost about a microsecond.
    if (DateStyle != USE_ISO_DATES || DateOrder != DATEORDER_YMD)
        set("DateStyle", "ISO, YMD");
    if (IntervalStyle != INTSTYLE_POSTGRES)
        set("IntervalStyle", "postgres");
    if (extra_float_digits != 1)
        set("extra_float_digits", "1");
    if (bytea_output != BYTEA_OUTPUT_HEX)
        set("bytea_output", "hex");
    if (xmloption != XMLOPTION_CONTENT)
        set("xmloption", "content");
    if (!Array_nulls)
        set("array_nulls", "on");
    if (quote_all_identifiers)
        set("quote_all_identifiers", "off");
    // The variable's header would bring ICU's, which PostgreSQL's packages do not always install.
    if (strcmp(GetConfigOption("lc_monetary", false, false), "C") != 0)
        set("lc_monetary", "C");
    if (strcmp(pg_get_timezone_name(session_timezone), "UTC") != 0)
        set("TimeZone", "UTC");
    // Without pg_temp at its end, a path begins with it, as far as tables and types go.
    set("search_path", "pg_catalog, pg_temp");
    return level;
}

void leave_exact_settings(int level)
{
    AtEOXact_GUC(true, level);
}

}  // namespace journal
