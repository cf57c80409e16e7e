// See settle.hpp.
#include "apply/settle.hpp"

#include "apply/refusal.hpp"
#include "apply/verify.hpp"
#include "base/function.hpp"
#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/query.hpp"
#include "base/result_reader.hpp"
#include "base/transaction.hpp"
#include "catalog/restoring.hpp"
#include "changes/statement.hpp"
#include "changes/table_keys.hpp"
#include "changes/table_rules.hpp"
#include "changes/write_rights.hpp"

namespace journal {

namespace {

constexpr int kPasses = 3;

/// What is found about a set in a pass.
struct Settling {
    RowSet* set;
    Differences differences;
    bool* tried;          // of the set's columns: with one row
    bool* helps;          // being set once more, it is as it was to be
    bool* overruled;      // our own statement set it, and a BEFORE trigger otherwise
    const char* refusal;  // of a trial, by the server
};

/// A row that differs.
struct Difference {
    int64 number;
    const char* flags;
    Oid table;
    ItemPointerData place;
    bool as_written;
};

/// One row with the columns that are tried with it.
struct Trial {
    Difference difference;
    bool* columns;
    const char* written;  // the flags of the row that the statement wrote; nullptr: it wrote none
    const char* after;    // and when all triggers had run
};

/// A computed column is the table's, and an identity may have to be.
bool can_be_set(const RowSet* set, int i)
{
    const Form_pg_attribute attribute =
        TupleDescAttr(RelationGetDescr(set->table), set->columns[i].column->number - 1);
    return attribute->attgenerated == '\0' && attribute->attidentity != ATTRIBUTE_IDENTITY_ALWAYS;
}

/// The flags of a row t held against e, in SQL.
const char* flags_text(const RowSet* set)
{
    return joined(set->column_count, " OPERATOR(pg_catalog.||) ",
                  [set](int i) { return flag_of(set, i); });
}

/// Sets columns of the rows that differ in them.
const char* update_text(const RowSet* set, const bool* columns)
{
    const char* assignments = joined(set->column_count, ", ", [&](int i) -> const char* {
        const char* name = quote_identifier(set->columns[i].column->name);
        return columns[i] ? psprintf(
                                "%s = CASE WHEN pg_catalog.substr(d.flags, %d, 1) "
                                "OPERATOR(pg_catalog.=) '%c' THEN e.c%d ELSE t.%s END",
                                name, i + 1, kDiffers, i + 1, name)
                          : nullptr;
    });
    return psprintf(
        "UPDATE %s AS t SET %s FROM %s AS e JOIN event_journal_differences d "
        "ON d.number OPERATOR(pg_catalog.=) e.number "
        "WHERE t.tableoid OPERATOR(pg_catalog.=) d.relation AND t.ctid OPERATOR(pg_catalog.=) "
        "d.place",
        only_rows_of(set), assignments, rows_name(0));
}

/// Sets columns of the row of number $1 at place $2 of table $3. A join would be planned for all
/// rows, and might go through all of them twice for the sake of the one.
const char* update_one_text(const RowSet* set, const bool* columns)
{
    const char* assignments = joined(set->column_count, ", ", [&](int i) -> const char* {
        return columns[i]
                   ? psprintf("%s = e.c%d", quote_identifier(set->columns[i].column->name), i + 1)
                   : nullptr;
    });
    return psprintf(
        "UPDATE %s AS t SET %s FROM %s AS e WHERE e.number OPERATOR(pg_catalog.=) $1 "
        "AND t.ctid OPERATOR(pg_catalog.=) $2 AND t.tableoid OPERATOR(pg_catalog.=) $3 "
        "%s",
        only_rows_of(set), assignments, rows_name(0),
        has_update_rules(set) ? "" : psprintf("RETURNING %s", flags_text(set)));
}

/// Where rules let no statement return its rows: the flags of the row of number $1 as it is now.
const char* one_row_text(const RowSet* set)
{
    return psprintf("SELECT %s FROM %s t JOIN %s e ON %s WHERE e.number OPERATOR(pg_catalog.=) $1",
                    flags_text(set), only_rows_of(set), rows_name(0), has_new_key(set));
}

/// Runs one of these: for a trial its row, whose flags are returned in the current memory context
/// (nullptr: it was not updated), else all that differ.
const char* update_rows(const Application* application, const Settling* settling,
                        const bool* columns, const Trial* trial)
{
    const char* sql = trial == nullptr ? update_text(settling->set, columns)
                                       : update_one_text(settling->set, columns);
    const char* look =
        trial != nullptr && has_update_rules(settling->set) ? one_row_text(settling->set) : nullptr;
    MemoryContext context = CurrentMemoryContext;
    const Rights rights = rights_to_write(application, list_make1(settling->set));
    Query query = Query::begin(RunAs::kCallerWithPath);
    if (application->reason != nullptr)
        query.set("event_journal.reason", application->reason);
    register_rows(settling->set, 0);
    const char* flags = nullptr;
    begin_deriving();
    if (trial == nullptr) {
        register_named("event_journal_differences", settling->differences.rows,
                       settling->differences.descriptor);
        query.run(sql);
    } else {
        const QueryArgument number = int8_argument(trial->difference.number);
        uint64 rows = query.run(sql, {number,
                                      {TIDOID, PointerGetDatum(&trial->difference.place)},
                                      {OIDOID, ObjectIdGetDatum(trial->difference.table)}});
        if (look != nullptr)
            rows = query.run(look, {number});
        flags = rows == 1 ? query.value(0).text(context) : nullptr;
    }
    end_deriving();
    query.end();
    rights.end();
    return flags;
}

/// Calls use for each row that differs.
void for_each_difference(Differences* differences, Callback<void(const Difference& difference)> use)
{
    tuplestore_select_read_pointer(differences->rows, 0);
    tuplestore_rescan(differences->rows);
    MemoryContext context = CurrentMemoryContext;
    MemoryContext row_context =
        AllocSetContextCreate(context, "event_journal differing row", ALLOCSET_DEFAULT_SIZES);
    TupleTableSlot* slot = MakeSingleTupleTableSlot(differences->descriptor, &TTSOpsMinimalTuple);
    while (read_slot(differences->rows, slot, context)) {
        CHECK_FOR_INTERRUPTS();
        MemoryContextReset(row_context);
        in_context(row_context, [&] {
            const auto value = [slot](DifferenceAttribute attribute) {
                bool is_null = false;
                return slot_getattr(slot, attribute, &is_null);
            };
            use({DatumGetInt64(value(kDifferenceNumber)),
                 TextDatumGetCString(value(kDifferenceFlags)),
                 DatumGetObjectId(value(kDifferenceTable)),
                 *reinterpret_cast<ItemPointer>(DatumGetPointer(value(kDifferencePlace))),
                 DatumGetBool(value(kDifferenceAsWritten))});
        });
        // Queries over them read on by pointers of their own.
        tuplestore_select_read_pointer(differences->rows, 0);
    }
    ExecDropSingleTupleTableSlot(slot);
    MemoryContextDelete(row_context);
}

/// The flags of a row that differed; nullptr: it does not any more.
const char* flags_of(Differences* differences, int64 number)
{
    MemoryContext context = CurrentMemoryContext;
    const char* flags = nullptr;
    for_each_difference(differences, [&](const Difference& difference) {
        if (difference.number == number)
            flags = MemoryContextStrdup(context, difference.flags);
    });
    return flags;
}

/// Sets the columns of one row; it stays if one of them is as it was to be then.
void try_row(const Application* application, Settling* settling, Trial* trial)
{
    ErrorData* error = try_in_subtransaction([&]() -> bool {
        trial->written = update_rows(application, settling, trial->columns, trial);
        if (trial->written == nullptr)
            return false;
        Differences after = find_differences(application, settling->set);
        trial->after = flags_of(&after, trial->difference.number);
        end_differences(&after);
        for (int i = 0; i < settling->set->column_count; i++)
            if (trial->columns[i] && (trial->after == nullptr || trial->after[i] == kAsWanted))
                return true;
        return false;
    });
    if (error != nullptr) {
        if (!is_refusal(error))
            ReThrowError(error);
        // It outlives the row.
        settling->refusal = MemoryContextStrdup(settling->set->context, error->message);
        trial->written = nullptr;
    }
}

/// Tries the columns in which a row differs, unless they have been tried with another one.
void try_columns(const Application* application, Settling* settling, const Difference& difference)
{
    const RowSet* set = settling->set;
    Trial trial{};
    trial.difference = difference;
    trial.columns = make_array_in<bool>(CurrentMemoryContext, set->column_count);
    bool any = false;
    for (int i = 0; i < set->column_count; i++) {
        trial.columns[i] =
            difference.flags[i] == kDiffers && !settling->tried[i] && can_be_set(set, i);
        settling->tried[i] |= trial.columns[i];
        any |= trial.columns[i];
    }
    if (!any)
        return;
    try_row(application, settling, &trial);
    for (int i = 0; i < set->column_count && trial.written != nullptr; i++) {
        if (!trial.columns[i])
            continue;
        settling->helps[i] = trial.after == nullptr || trial.after[i] == kAsWanted;
        settling->overruled[i] = !settling->helps[i] && trial.written[i] == kDiffers;
    }
}

void look(const Application* application, Settling* settling)
{
    if (settling->differences.rows != nullptr)
        end_differences(&settling->differences);
    settling->differences = find_differences(application, settling->set);
}

/// Sets what differs in a set's rows once more; whether anything is as it was to be by that.
bool settle_set(const Application* application, Settling* settling)
{
    look(application, settling);
    if (settling->differences.count == 0)
        return false;
    const int count = settling->set->column_count;
    memset(settling->tried, 0, count);
    memset(settling->helps, 0, count);
    memset(settling->overruled, 0, count);
    for_each_difference(&settling->differences, [&](const Difference& difference) {
        try_columns(application, settling, difference);
    });
    bool any = false;
    for (int i = 0; i < count; i++)
        any |= settling->helps[i];
    if (any)
        // The row of the trial is at another place by now.
        update_rows(application, settling, settling->helps, nullptr);
    return any;
}

/// Tells what triggers set, or raises an error.
void accept(const Application* application, Settling* settling)
{
    RowSet* set = settling->set;
    for_each_difference(&settling->differences, [&](const Difference& difference) {
        const char* flags = difference.flags;
        const int64 number = difference.number;
        bool is_accepted = !application->exact;
        const char* names = joined(set->column_count, ", ", [&](int i) -> const char* {
            if (flags[i] != kDiffers)
                return nullptr;
            const char* name = set->columns[i].column->name;
            const bool is_bound = is_bound_column(application, RelationGetRelid(set->table), name);
            // Of an ignored column nobody promised anything.
            is_accepted &= ((settling->overruled[i] || difference.as_written) && !is_bound) ||
                           (set->checked && set->columns[i].check == ColumnCheck::kColumn);
            return quote_identifier(name);
        });
        if (is_accepted)
            tell_row(set, number, names);
        else if (settling->refusal == nullptr)
            raise_different(application, set, number,
                            psprintf("These columns would differ: %s.", names));
        else
            raise_different(application, set, number,
                            psprintf("These columns would differ: %s. Setting them once more is "
                                     "refused: %s",
                                     names, settling->refusal));
    });
}

}  // namespace

void settle(const Application* application, List* sets)
{
    Vector<Settling> settlings(CurrentMemoryContext);
    for (auto* set : items<RowSet>(sets)) {
        if (set->operation == RowOperation::kDelete)
            continue;
        Settling settling{};
        settling.set = set;
        for (bool** flags : {&settling.tried, &settling.helps, &settling.overruled})
            *flags = make_array_in<bool>(CurrentMemoryContext, set->column_count);
        settlings.push_back(settling);
    }
    bool any = true;
    for (int pass = 0; pass < kPasses && any; pass++) {
        any = false;
        // Rows that refer to others come before these, whose values they may add up to.
        for (std::size_t i = settlings.size(); i > 0; i--)
            any |= settle_set(application, &settlings[i - 1]);
    }
    for (Settling& settling : settlings) {
        if (any)
            look(application, &settling);
        accept(application, &settling);
        end_differences(&settling.differences);
    }
}

}  // namespace journal
