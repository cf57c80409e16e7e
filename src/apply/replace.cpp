// See replace.hpp.
#include "apply/replace.hpp"

#include "apply/refusal.hpp"
#include "base/entry_ids.hpp"
#include "base/function.hpp"
#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "base/result_reader.hpp"
#include "base/settings.hpp"
#include "base/transaction.hpp"
#include "catalog/restoring.hpp"
#include "changes/plain_statement.hpp"
#include "changes/set_reference.hpp"
#include "changes/statement.hpp"
#include "changes/write_rights.hpp"

namespace journal {

namespace {

/// Rows of a set's table that triggers of this call have inserted, as a set of deletions.
RowSet* made_by_triggers(const Application* application, const RowSet* set)
{
    MemoryContext context = CurrentMemoryContext;
    RowSet* made =
        make_row_set(context, RowOperation::kDelete, set->table, set->plan, 0, nullptr, false);
    Query query = Query::begin(RunAs::kOwner);
    ResultReader reader = ResultReader::open(
        context,
        "SELECT DISTINCT ON (e.object_id) e.object_id, e.object_type, e.label, e.id "
        "FROM journal.entry e WHERE e.id > $1 AND e.occurred_at >= $3 "
        "AND e.transaction_id = pg_current_xact_id() AND e.relation = $2 AND e.operation = 'i' "
        "AND e.derived ORDER BY e.object_id, e.id",
        {int8_argument(application->before_entry),
         int4_argument(set->plan->id),
         {TIMESTAMPTZOID, TimestampTzGetDatum(GetCurrentTransactionStartTimestamp())}});
    query.end();
    const int level = enter_exact_settings();
    RowChange change{};
    reader.bind("object_id", &change.object_id);
    reader.bind("object_type", &change.object_type);
    reader.bind("label", &change.label);
    reader.bind("id", &change.entry);
    while (reader.next())
        add_row(made, change);
    leave_exact_settings(level);
    reader.close();
    return made;
}

/// That a row t has a unique value of a row e of a set, for keys of columns; nullptr: there is
/// none.
const char* has_any_unique_value(const Application* application, const RowSet* set)
{
    const List* keys = unique_keys_of(application, RelationGetRelid(set->table));
    const char* sql = joined(list_length(keys), " OR ", [&](int i) -> const char* {
        const char* match = has_unique_value(set, *item<UniqueKey>(keys, i), "e");
        return match == nullptr ? nullptr : psprintf("(%s)", match);
    });
    return *sql == '\0' ? nullptr : sql;
}

/// Keeps of the rows made those that hold a unique value of a set's row.
void keep_in_the_way(const Application* application, RowSet* made, RowSet* set)
{
    const char* unique = has_any_unique_value(application, set);
    Vector<int64> numbers(CurrentMemoryContext);
    if (unique != nullptr) {
        const char* sql = psprintf(
            "SELECT DISTINCT t.event_journal_number FROM (SELECT e.number AS event_journal_number, "
            "t.* FROM %s e JOIN %s t ON %s) t JOIN %s e ON %s ORDER BY 1",
            rows_name(0), only_rows_of(made), has_key(made), rows_name(1), unique);
        ResultReader reader = read_table(application, made, sql, set);
        add_ids(&reader, &numbers);
    }
    filter_rows(made, [&](const SetRow& row) {
        return std::binary_search(numbers.begin(), numbers.end(), row.number);
    });
}

/// Whether rows refer to those of a set, read as foreign keys are checked.
bool is_referred_to(const Application* application, RowSet* made)
{
    bool result = false;
    const List* references = foreign_keys_to(application, RelationGetRelid(made->table));
    for (const auto* reference : items<ForeignKey>(references)) {
        const PresentKeys keys = read_present_keys(made, *reference);
        const char* sql =
            psprintf("SELECT FROM %s LIMIT 1", referring_rows(made, 0, *reference, keys));
        ResultReader reader = read_as_constraint(reference->table, list_make1(made), sql, keys);
        result |= reader.next();
        reader.close();
        end_present_keys(keys);
    }
    return result;
}

void note_replaced(Application* application, RowSet* made)
{
    for_each_row(made, [&](const SetRow& row) {
        in_context(application->context, [&] {
            auto* other = make_in<OtherRow>(application->context);
            other->root = made->plan->root;
            other->row = copied_row(row);
            other->row.key = other->row.object_id;
            application->replaced = lappend(application->replaced, other);
        });
    });
}

bool replace_rows_of(Application* application, RowSet* set)
{
    RowSet* made = made_by_triggers(application, set);
    if (made->count > 0)
        keep_in_the_way(application, made, set);
    bool result = made->count > 0 && !is_referred_to(application, made);
    if (result) {
        const ErrorData* error = try_sets(application, list_make1(made), true);
        for (int64 i = 0; i < made->count; i++)
            result &= error == nullptr && is_applied(made, i);
        if (result)
            note_replaced(application, made);
    }
    end_row_set(made);
    return result;
}

}  // namespace

bool replace_rows(Application* application, List* sets)
{
    bool any = false;
    in_work_memory([&] {
        for (auto* set : items<RowSet>(sets)) {
            if (set->operation == RowOperation::kInsert && set->count > 0)
                any |= replace_rows_of(application, set);
        }
    });
    return any;
}

}  // namespace journal
