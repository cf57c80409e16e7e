// journal.check(): what an administrator should know of the journal. What is looked at, and how, is
// SQL: src/sql/86_check.sql.
//
// It is read as the extension's owner, since a part of it is nobody else's to read, and says
// nothing of any row of an application. Conditions of rules are parsed with the rights that the
// tables' owners lend, each in a subtransaction.
#include "base/function.hpp"
#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "base/rights.hpp"
#include "base/transaction.hpp"
#include "catalog/relation.hpp"
#include "catalog/rule.hpp"
#include "tracking/rule_check.hpp"

namespace journal {

namespace {

void put_row(const ReturnSetInfo* result, const Datum* values, const bool* nulls)
{
    tuplestore_putvalues(result->setResult, result->setDesc, const_cast<Datum*>(values),
                         const_cast<bool*>(nulls));
}

/// Tables with conditions, of rules or of track.
List* conditioned_tables()
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    const uint64 count = query.run(
        "SELECT t.relation::oid FROM journal.tracked_relation t "
        "JOIN pg_class c ON c.oid = t.relation WHERE t.capture = 'events' "
        "AND (coalesce(t.condition, t.deleted_when) IS NOT NULL OR EXISTS (SELECT FROM "
        "journal.event_rule r WHERE r.relation = t.id AND r.condition IS NOT NULL))");
    List* tables = in_context(context, [&] { return query.oids(count); });
    query.end();
    return tables;
}

}  // namespace

/// broken_rules(): the first of each table.
JOURNAL_FUNCTION(journal_broken_rules)
{
    InitMaterializedSRF(fcinfo, 0);
    const auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    List* tables = conditioned_tables();
    for (const Oid oid : oids(tables)) {
        CHECK_FOR_INTERRUPTS();
        Relation table = try_relation_open(oid, AccessShareLock);
        if (table == nullptr)
            continue;
        forget_parsed_rule();
        const Rights rights = Rights::present();
        const ErrorData* error = run_in_subtransaction([&] { known_plan_for(table); });
        rights.end();
        relation_close(table, NoLock);
        if (error != nullptr && is_error_of_server(error->sqlerrcode))
            ThrowErrorData(const_cast<ErrorData*>(error));
        if (error != nullptr) {
            Datum values[] = {Int32GetDatum(last_parsed_rule()), ObjectIdGetDatum(oid),
                              CStringGetTextDatum(error->message)};
            const bool nulls[lengthof(values)] = {last_parsed_rule() == 0};
            put_row(result, values, nulls);
        }
    }
    return Datum{0};
}

/// check()
JOURNAL_FUNCTION(journal_check)
{
    InitMaterializedSRF(fcinfo, 0);
    const auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    Query query = Query::begin(RunAs::kOwner);
    const uint64 count = query.run(
        "SELECT severity, finding, object, meaning, remedy FROM ("
        "SELECT * FROM journal.check_triggers() UNION ALL SELECT * FROM journal.check_tables() "
        "UNION ALL SELECT * FROM journal.check_months() "
        "UNION ALL SELECT * FROM journal.check_sequences() "
        "UNION ALL SELECT * FROM journal.check_guards() "
        "UNION ALL SELECT * FROM journal.check_statements() "
        "UNION ALL SELECT * FROM journal.check_consumers() "
        "UNION ALL SELECT * FROM journal.check_replication() "
        "UNION ALL SELECT * FROM journal.check_settings()) f "
        "ORDER BY array_position('{error,warning,notice}', severity), finding, object, meaning");
    for (uint64 i = 0; i < count; i++) {
        const char* const columns[] = {"severity", "finding", "object", "meaning", "remedy"};
        Datum values[lengthof(columns)];
        bool nulls[lengthof(columns)];
        for (std::size_t column = 0; column < lengthof(columns); column++) {
            const Value value = query.value(i, columns[column]);
            values[column] = value.datum;
            nulls[column] = value.is_null;
        }
        put_row(result, values, nulls);
    }
    query.end();
    return Datum{0};
}

}  // namespace journal
