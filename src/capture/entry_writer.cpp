// See entry_writer.hpp. The columns stand in the order of src/sql/41_entry.sql.
#include "capture/entry_writer.hpp"

#include "base/insert.hpp"
#include "base/journal_tables.hpp"
#include "base/transaction.hpp"
#include "capture/actor.hpp"
#include "capture/entry_tuple.hpp"
#include "catalog/restoring.hpp"
#include "months/partition.hpp"

namespace journal {

namespace {

// Bytes that an entry's texts and jsonb may take.
std::size_t variable_size(const Entry& entry)
{
    std::size_t size = 0;
    for (const char* text : {entry.account, entry.location, entry.employee, entry.object_type,
                             entry.object_id, entry.previous_id, entry.document_type,
                             entry.document_id, entry.label, entry.other_type, entry.other_id})
        size += text == nullptr ? 0 : strlen(text) + EntryTuple::kVariableHeader;
    for (const bytea* values : {entry.links, entry.details, entry.data})
        size += values == nullptr ? 0 : VARSIZE(values) + EntryTuple::kVariableHeader;
    return size;
}

void add_int8_unless_zero(EntryTuple* tuple, int64 value)
{
    if (value == 0)
        tuple->add_null();
    else
        tuple->add_int8(value);
}

void add_int4_unless_zero(EntryTuple* tuple, int32 value)
{
    if (value == 0)
        tuple->add_null();
    else
        tuple->add_int4(value);
}

// At depth 1 our own trigger runs alone.
bool is_derived(const Entry& entry)
{
    return entry.operation != 'l' && !entry.backfilled && (trigger_depth() > 1 || is_deriving());
}

}  // namespace

int64 write_entry(const Entry& entry)
{
    const int64 id = entry.id != 0 ? entry.id : next_id("entry_id_seq");
    // Before the tuple: these may write rows of their own.
    const int64 session = session_id();
    const int64 context = context_id(entry.account);

    EntryTuple tuple(variable_size(entry));
    tuple.add_int8(id);
    tuple.add_int8(entry.occurred_at);
    tuple.add_int8(static_cast<int64>(U64FromFullTransactionId(GetTopFullTransactionId())));
    tuple.add_int8(entry.change != 0 ? entry.change : id);
    tuple.add_int8(session);
    add_int8_unless_zero(&tuple, context);
    add_int8_unless_zero(&tuple, entry.restores);
    tuple.add_int4(static_cast<int32>(entry.command));
    tuple.add_int4(entry.event_type);
    add_int4_unless_zero(&tuple, entry.relation);
    add_int4_unless_zero(&tuple, entry.layout);
    tuple.add_byte(entry.operation);
    tuple.add_byte(entry.reported ? 1 : 0);
    tuple.add_byte(entry.backfilled ? 1 : 0);
    tuple.add_byte(is_derived(entry) ? 1 : 0);
    tuple.add_text(entry.account);
    tuple.add_text(entry.location);
    tuple.add_text(entry.employee);
    tuple.add_text(entry.object_type);
    tuple.add_text(entry.object_id);
    tuple.add_text(entry.previous_id);
    tuple.add_text(entry.document_type);
    tuple.add_text(entry.document_id);
    tuple.add_text(entry.label);
    tuple.add_values(entry.links);
    tuple.add_values(entry.details);
    tuple.add_values(entry.data);
    add_int8_unless_zero(&tuple, entry.recorded_at);
    tuple.add_text(entry.other_type);
    tuple.add_text(entry.other_id);
    insert_row(lock_partition(entry.occurred_at), tuple.values(), tuple.nulls(),
               EntryTuple::kColumns, tuple.finish());
    return id;
}

}  // namespace journal
