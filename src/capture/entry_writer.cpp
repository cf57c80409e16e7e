// See entry_writer.hpp. The columns stand in the order of src/sql/40_entry.sql.
#include "capture/entry_writer.hpp"

#include "base/insert.hpp"
#include "base/journal_tables.hpp"
#include "capture/actor.hpp"
#include "catalog/partition.hpp"

namespace journal {

namespace {

constexpr int kColumns = 26;

// The columns of an entry as the table's descriptor wants them, filled one after the other.
class EntryTuple {
  public:
    void add(Datum value) { put(value, false); }
    void add_text(const char* text)
    {
        put(text == nullptr ? Datum{0} : CStringGetTextDatum(text), text == nullptr);
    }
    void add_jsonb(Jsonb* json) { put(JsonbPGetDatum(json), json == nullptr); }
    void add_number(int64 number) { put(Int64GetDatum(number), number == 0); }
    void add_number(int32 number) { put(Int32GetDatum(number), number == 0); }

    const Datum* values() const { return values_; }
    const bool* nulls() const { return nulls_; }

  private:
    void put(Datum value, bool is_null)
    {
        values_[count_] = value;
        nulls_[count_++] = is_null;
    }

    Datum values_[kColumns];
    bool nulls_[kColumns];
    int count_ = 0;
};

}  // namespace

int64 next_entry_id()
{
    return next_id("entry_id_seq");
}

int64 write_entry(const Entry& entry)
{
    const int64 id = entry.id != 0 ? entry.id : next_entry_id();
    EntryTuple tuple;
    tuple.add(Int64GetDatum(id));
    tuple.add(TimestampTzGetDatum(entry.occurred_at));
    tuple.add(FullTransactionIdGetDatum(GetTopFullTransactionId()));
    tuple.add(Int64GetDatum(entry.change != 0 ? entry.change : id));
    tuple.add(Int64GetDatum(session_id()));
    tuple.add_number(context_id(entry.account));
    tuple.add_number(entry.restores);
    tuple.add(Int32GetDatum(static_cast<int32>(entry.command)));
    tuple.add(Int32GetDatum(entry.event_type));
    tuple.add_number(entry.relation);
    tuple.add_number(entry.layout);
    tuple.add(CharGetDatum(entry.operation));
    tuple.add(BoolGetDatum(entry.reported));
    tuple.add(BoolGetDatum(entry.backfilled));
    tuple.add_text(entry.account);
    tuple.add_text(entry.location);
    tuple.add_text(entry.employee);
    tuple.add_text(entry.object_type);
    tuple.add_text(entry.object_id);
    tuple.add_text(entry.previous_id);
    tuple.add_text(entry.document_type);
    tuple.add_text(entry.document_id);
    tuple.add_text(entry.label);
    tuple.add_jsonb(entry.links);
    tuple.add_jsonb(entry.details);
    tuple.add_jsonb(entry.data);

    insert_row(lock_partition(entry.occurred_at), tuple.values(), tuple.nulls(), kColumns);
    return id;
}

}  // namespace journal
