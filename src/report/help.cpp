// Help at the prompt: journal.help() lists what there is to call, journal.help('restore') tells of
// one function.
//
// The lines are made by journal.help_lines (87_help.sql) of the catalogue and of the examples that
// stand there. Here is what a person types: with or without the schema, the arguments and capital
// letters, or wrongly.
#include "base/function.hpp"
#include "base/query.hpp"
#include "catalog/event_type.hpp"

namespace journal {

namespace {

/// The name in what a person typed: "Journal.restore(bigint)" means restore.
const char* function_name(const char* topic)
{
    char* name = pstrdup(topic);
    for (char* letter = name; *letter != '\0'; letter++)
        *letter = static_cast<char>(pg_ascii_tolower(static_cast<unsigned char>(*letter)));
    while (isspace(static_cast<unsigned char>(*name)))
        name++;
    if (strncmp(name, "journal.", strlen("journal.")) == 0)
        name += strlen("journal.");
    name[strcspn(name, "( \t\n")] = '\0';
    return name;
}

/// Raises JE001 with the nearest names of those that the list has.
[[noreturn]] void raise_unknown_function(const char* name)
{
    Query query = Query::begin(RunAs::kOwner);
    const uint64 rows = query.run(
        "SELECT substring(line FROM '^  (\\w+)') FROM journal.help_lines(NULL) line "
        "WHERE line LIKE '  %' ORDER BY 1",
        {}, true);
    auto** known = make_array_in<const char*>(CurrentMemoryContext, rows);
    for (uint64 i = 0; i < rows; i++)
        known[i] = query.value(i).text(CurrentMemoryContext);
    raise_unknown_code("function", name, static_cast<int>(rows), known);
}

}  // namespace

/// help(topic)
JOURNAL_FUNCTION(journal_help)
{
    InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
    auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    const char* name =
        PG_ARGISNULL(0) ? nullptr : function_name(text_to_cstring(PG_GETARG_TEXT_PP(0)));
    Query query = Query::begin(RunAs::kOwner);
    const uint64 rows = query.run("SELECT journal.help_lines($1)", {text_argument(name)}, true);
    for (uint64 i = 0; i < rows; i++) {
        Datum line = CStringGetTextDatum(query.value(i).text(CurrentMemoryContext));
        bool is_null = false;
        tuplestore_putvalues(result->setResult, result->setDesc, &line, &is_null);
    }
    query.end();
    if (rows == 0)
        raise_unknown_function(name);
    return Datum{0};
}

}  // namespace journal
