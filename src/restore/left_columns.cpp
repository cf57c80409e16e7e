// Columns of rows to restore that triggers wrote while the rows were on their way to be deleted:
// the total of an order whose lines went before it. The snapshot of the deletion has what was left
// of them then, which is where triggers begin that add the lines up again.
#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/object_lookup.hpp"
#include "base/query.hpp"
#include "base/result_reader.hpp"
#include "catalog/entry_data.hpp"
#include "changes/statement.hpp"
#include "changes/table_keys.hpp"
#include "changes/user_triggers.hpp"
#include "months/entry_months.hpp"
#include "restore/restore.hpp"
#include "values/packed_values.hpp"

namespace journal {

namespace {

Ids entries_of(RowSet* set)
{
    Ids entries(CurrentMemoryContext);
    for_each_row(set, [&](const SetRow& row) { entries.push_back(row.entry); });
    std::sort(entries.begin(), entries.end());
    return entries;
}

Tuplestorestate* read_deletions(const Ids& entries)
{
    return select_about(RunAs::kOwner,
                        psprintf("SELECT e.id, e.account, e.object_type, e.object_id, e.relation, "
                                 "e.transaction_id FROM journal.entry e WHERE %s",
                                 is_entry_among("e", entries)),
                        entries);
}

/// An update by a trigger of a row to restore.
struct DerivedUpdate {
    int64 number;  // of the row
    int32 layout;
    Value data;  // packed

    void bind(ResultReader* reader)
    {
        reader->bind("number", &number);
        reader->bind("layout", &layout);
        reader->bind("data", &data);
    }
};

void leave_changes(const Application* application, RowSet* set, const DerivedUpdate& entry)
{
    const Layout* layout = layout_by_id(entry.layout);
    const EntryChanges update = read_changes(layout, unpacked_values(entry.data.datum));
    for (int i = 0; i < update.count; i++)
        for (int j = 0; j < set->column_count; j++) {
            const PlanColumn* column = set->columns[j].column;
            if (column->id == layout->columns[update.changes[i].position].id &&
                !is_bound_column(application, RelationGetRelid(set->table), column->name))
                leave_to_triggers(set, entry.number, j);
        }
}

void leave_columns(const Application* application, RowSet* set)
{
    set->aimless = nullptr;
    MemoryContext context = CurrentMemoryContext;
    const Ids entries = entries_of(set);
    Tuplestorestate* deletions = read_deletions(entries);
    const char* months = is_in_transactions_of("e", entries);
    Query query = Query::begin(RunAs::kOwner);
    query.set("enable_seqscan", "off");
    query.set("enable_bitmapscan", "off");
    register_rows(set, 0);
    register_named("event_journal_deletions", deletions,
                   describe_named({{"id", INT8OID},
                                   {"account", TEXTOID},
                                   {"object_type", TEXTOID},
                                   {"object_id", TEXTOID},
                                   {"relation", INT4OID},
                                   {"transaction_id", XID8OID}}));
    ResultReader reader = ResultReader::open(
        context, psprintf("SELECT r.number, u.layout, u.data FROM %s r "
                          "JOIN event_journal_deletions d ON d.id = r.entry "
                          "CROSS JOIN LATERAL (SELECT e.layout, e.data FROM journal.entry e "
                          " WHERE " IS_OBJECT_UNDELETED(
                              "e", "d.account", "d.object_type",
                              "d.object_id") " AND e.relation = d.relation AND e.id < d.id "
                                             " AND e.transaction_id = d.transaction_id AND "
                                             "e.operation = 'u' AND e.derived "
                                             " AND e.data IS NOT NULL AND %s OFFSET 0) u",
                          rows_name(0), months));
    query.end();
    DerivedUpdate entry{};
    entry.bind(&reader);
    while (reader.next())
        in_context(reader.row_memory(), [&] { leave_changes(application, set, entry); });
    reader.close();
    tuplestore_end(deletions);
}

}  // namespace

void leave_written_by_triggers(const Application* application)
{
    // Whoever wants the snapshot gets it.
    if (application->exact || !has_user_triggers(application))
        return;
    in_work_memory([&] {
        for (auto* set : items<RowSet>(application->sets)) {
            if (set->operation == RowOperation::kInsert && set->count > 0)
                leave_columns(application, set);
        }
    });
}

}  // namespace journal
