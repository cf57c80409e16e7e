// See engine.hpp: every row that would be written, as it is and as it would be, and what stands in
// its way. Nothing is changed.
#include "base/joined.hpp"
#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/result_reader.hpp"
#include "catalog/restricted.hpp"
#include "changes/statement.hpp"
#include "changes/user_triggers.hpp"
#include "checks/final_state.hpp"
#include "engine/engine.hpp"
#include "engine/result_row.hpp"
#include "values/text_form.hpp"

namespace journal {

namespace {

/// A column that is shown, in the form in which the journal keeps values: casts to json may be
/// anybody's code.
struct ShownColumn {
    const PlanColumn* column;
    int position;  // in the set; -1: it is not of it
    TextForm form;
};

struct ShownColumns {
    int count;
    ShownColumn* items;
};

void add_column(const RowSet* set, const PlanColumn* column, int position, ShownColumns* shown)
{
    if (is_withheld(set->plan->id, column->id))
        return;
    ShownColumn& item = shown->items[shown->count++];
    item.column = column;
    item.position = position;
    prepare_text_form(&item.form, column->type, CurrentMemoryContext);
}

/// What is shown of a set's rows as they would be.
ShownColumns columns_then(const RowSet* set)
{
    ShownColumns shown{};
    shown.items = make_array_in<ShownColumn>(CurrentMemoryContext, set->column_count);
    for (int i = 0; i < set->column_count; i++)
        add_column(set, set->columns[i].column, i, &shown);
    return shown;
}

/// And as they are: what is updated, or all that goes.
ShownColumns columns_now(const RowSet* set)
{
    if (set->operation != RowOperation::kDelete)
        return columns_then(set);
    ShownColumns shown{};
    shown.items = make_array_in<ShownColumn>(CurrentMemoryContext, set->plan->column_count);
    for (int i = 0; i < set->plan->column_count; i++)
        if (!is_hidden(set->plan->columns[i].mode))
            add_column(set, &set->plan->columns[i], -1, &shown);
    return shown;
}

JsonbValue text_value(char* text)
{
    JsonbValue result{};
    result.type = jbvString;
    result.val.string.val = text;
    result.val.string.len = static_cast<int>(strlen(text));
    return result;
}

JsonbValue shown_value(ShownColumn* shown, Datum value)
{
    JsonbValue result{};
    const Oid type = shown->form.type;
    if (type == BOOLOID) {
        result.type = jbvBool;
        result.val.boolean = DatumGetBool(value);
    } else if (type == INT2OID || type == INT4OID || type == INT8OID ||
               (type == NUMERICOID && !numeric_is_nan(DatumGetNumeric(value)) &&
                !numeric_is_inf(DatumGetNumeric(value)))) {
        result.type = jbvNumeric;
        result.val.numeric = type == NUMERICOID
                                 ? DatumGetNumeric(value)
                                 : int64_to_numeric(type == INT2OID   ? DatumGetInt16(value)
                                                    : type == INT4OID ? DatumGetInt32(value)
                                                                      : DatumGetInt64(value));
    } else if (type == JSONBOID && !JB_ROOT_IS_SCALAR(DatumGetJsonbP(value))) {
        Jsonb* nested = DatumGetJsonbP(value);
        result.type = jbvBinary;
        result.val.binary.data = &nested->root;
        result.val.binary.len = static_cast<int>(VARSIZE(nested) - VARHDRSZ);
    } else {
        result = text_value(text_form(&shown->form, value));
    }
    return result;
}

/// The values of a row as a JSON object.
template <typename ValueOf>
Datum shown_values(const ShownColumns& shown, const ValueOf& value_of)
{
    JsonbParseState* state = nullptr;
    pushJsonbValue(&state, WJB_BEGIN_OBJECT, nullptr);
    for (int i = 0; i < shown.count; i++) {
        JsonbValue name = text_value(const_cast<char*>(shown.items[i].column->name));
        pushJsonbValue(&state, WJB_KEY, &name);
        bool is_null = false;
        const Datum value = value_of(i, &is_null);
        JsonbValue null{};
        null.type = jbvNull;
        JsonbValue held = is_null ? null : shown_value(&shown.items[i], value);
        pushJsonbValue(&state, WJB_VALUE, &held);
    }
    return PointerGetDatum(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, nullptr)));
}

/// What a row's number is called beside columns of the user's.
constexpr const char* kLiveNumber = "event_journal_number";

/// The rows of a set as they are, by number, with the shown columns. Read as the caller, who has to
/// be allowed to read what is shown.
ResultReader read_live(const Engine* engine, RowSet* set, const ShownColumns& shown)
{
    const RelationPlan* plan = set->plan;
    auto* numbers = make_array_in<AttrNumber>(CurrentMemoryContext, plan->key_count + shown.count);
    int count = 0;
    for (int i = 0; i < plan->key_count; i++)
        numbers[count++] = plan->columns[plan->key[i]].number;
    const char* columns = joined(shown.count, "", [&](int i) {
        const PlanColumn* column = shown.items[i].column;
        numbers[count++] = column->number;
        return psprintf(", t.%s", quote_identifier(column->name));
    });
    const char* sql =
        psprintf("SELECT e.number AS %s%s FROM %s e JOIN %s t ON %s ORDER BY e.number", kLiveNumber,
                 columns, rows_name(0), only_rows_of(set), has_key(set));
    require_select(set->table, count, numbers);
    return read_table(engine->application, set, sql);
}

void put_issue(const Engine* engine, ResultRow* result, const Issue& issue)
{
    const Application* application = engine->application;
    result->put("conflict",
                application->is_undo ? name_of(issue.kind) : message_of(issue, application->done));
    if (issue.sqlstate != 0)
        result->put("sqlstate", unpack_sql_state(issue.sqlstate));
    result->put("detail", application->is_undo ? reason_of(issue) : issue.detail);
    result->put("hint", hint_of(issue, application->done));
    if (issue.later_transaction != 0)
        result->put("later_transaction",
                    FullTransactionIdGetDatum(FullTransactionIdFromU64(issue.later_transaction)));
}

/// What is told of all rows of a set, and how they are shown.
struct PlannedSet {
    RowSet* set;
    ArrayType* triggers;
    ShownColumns now;
    ShownColumns then;
    bool is_live;  // rows as they are are shown
    ResultReader live;
    int64 number;   // of the row that is read
    Value* values;  // of the columns now
    bool more;      // of them
};

void put_planned(ResultRow* result, const PlannedSet& planned, const SetRow& row)
{
    const RowSet* set = planned.set;
    SetRow shown = row;
    if (set->operation != RowOperation::kInsert)
        shown.key = row.object_id;
    put_row(result, set->plan->root, set->operation, shown);
    if (planned.more && planned.number == row.number)
        result->put("old_values", shown_values(planned.now, [&](int i, bool* is_null) {
                        *is_null = planned.values[i].is_null;
                        return planned.values[i].datum;
                    }));
    if (set->operation != RowOperation::kDelete)
        result->put("new_values", shown_values(planned.then, [&](int i, bool* is_null) {
                        return slot_getattr(
                            set->reading, value_attribute(planned.then.items[i].position), is_null);
                    }));
    if (planned.triggers != nullptr)
        result->put("triggers", PointerGetDatum(planned.triggers));
}

/// Returns the row that a set is at, once for each of its issues.
void return_row(Engine* engine, const PlannedSet& planned, const SetRow& row, IssueReader* reader)
{
    const auto has_issue = [&] { return reader->is_of(planned.set, row.number); };
    bool is_restored = false;
    do {
        MemoryContextReset(engine->row_context);
        in_context(engine->row_context, [&] {
            ResultRow result(engine->result, engine->row_context);
            put_planned(&result, planned, row);
            bool is_told = true;
            if (has_issue()) {
                is_restored |= reader->issue.kind == IssueKind::kRestored;
                // What has been restored has its key.
                is_told = !is_restored || reader->issue.kind != IssueKind::kKeyInUse;
                put_issue(engine, &result, reader->issue);
                reader->next();
            }
            if (is_told)
                result.store();
        });
    } while (has_issue());
}

void return_set(Engine* engine, RowSet* set, IssueReader* reader)
{
    PlannedSet planned{};
    planned.set = set;
    planned.triggers = fired_triggers(set);
    planned.now = columns_now(set);
    planned.then = columns_then(set);
    // What the caller may not write is not shown as it is.
    planned.is_live = set->operation != RowOperation::kInsert &&
                      !is_unjudged(engine->application, set->table) &&
                      missing_privilege(set) == nullptr;
    if (planned.is_live) {
        planned.live = read_live(engine, set, planned.now);
        planned.live.bind(kLiveNumber, &planned.number);
        planned.values = make_array_in<Value>(CurrentMemoryContext, planned.now.count);
        for (int i = 0; i < planned.now.count; i++)
            planned.live.bind(planned.now.items[i].column->name, &planned.values[i]);
        planned.more = planned.live.next();
    }
    for_each_row(set, [&](const SetRow& row) {
        return_row(engine, planned, row, reader);
        while (planned.more && planned.number <= row.number)
            planned.more = planned.live.next();
    });
    if (planned.is_live)
        planned.live.close();
}

}  // namespace

void plan_rows(Engine* engine)
{
    engine->find_issues();
    IssueList* issues = engine->application->issues;
    sort_issues(issues, "set < 0, set, number, kind, place");
    IssueReader reader(issues);
    for (auto* set : items<RowSet>(engine->application->sets)) {
        if (set->count > 0)
            return_set(engine, set, &reader);
    }
    // Rows that are in no set: what they were is not known, or not for the caller to bring back.
    for (; reader.more; reader.next()) {
        MemoryContextReset(engine->row_context);
        ResultRow result(engine->result, engine->row_context);
        put_row(&result, reader.issue.root, reader.issue.action, reader.issue.row);
        put_issue(engine, &result, reader.issue);
        result.store();
    }
    end_application(engine->application);
}

}  // namespace journal
