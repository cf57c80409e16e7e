// Following each row through its later entries.
//
// The entries of one key fall into segments (lineage/segment.hpp). The first old value that a
// segment holds of a column is the one at the moment; where it holds none, the value is that at its
// end: the live row's, the deleted row's, or that of the segment where the row went on. Of two
// moments each has its own first value: that of the first entry later than it.
#include "base/function.hpp"
#include "base/journal_tables.hpp"
#include "base/query.hpp"
#include "base/settings.hpp"
#include "catalog/tracked_relation.hpp"
#include "lineage/row_follower.hpp"
#include "past/past_entry.hpp"
#include "past/past_gap.hpp"

namespace journal {

namespace {

using Events = Vector<RowEvent>;

/// Where the history does not fit together.
struct Break {
    const char* key;
    int64 entry;              // the next one; 0: none, the live row does not fit
    TimestampTz occurred_at;  // of that
    const char* column;       // or nullptr
    const char* what;
};

/// Says that the history does not fit together, or raises it.
void report_break(Past* past, const Break& found)
{
    if (past->sink.finding != nullptr) {
        past->sink.finding(past, object_of(past, found.key), found.entry, found.column, found.what);
        return;
    }
    const char* since = found.entry == 0 ? "now" : pstrdup(timestamptz_to_str(found.occurred_at));
    ereport(
        ERROR,
        (errcode(kHistoryBroken), errmsg("the past of %s is unknown", row_name(past, found.key)),
         found.column == nullptr ? errdetail_internal("%s", found.what)
                                 : errdetail("Column \"%s\": %s", found.column, found.what),
         errhint("It was changed without the journal's knowledge (its trigger was disabled, or "
                 "entries were removed), and is known since %s. journal.verify_history('%s') "
                 "shows all such rows.",
                 since, qualified_name(RelationGetRelid(past->root)))));
}

/// Whether a column's changes alone made no entry when a value of it was recorded.
bool was_ignored(const StoredValue& value)
{
    return value.map->layout->columns[value.position].ignored;
}

/// Copies a live row out of the sort, as that which a segment ends with.
void copy_row(const Past* past, TupleTableSlot* slot, Segment* segment)
{
    const int count = past->descriptor->natts;
    auto* values = make_array_in<Datum>(CurrentMemoryContext, count + 1);
    bool* nulls = make_array_in<bool>(CurrentMemoryContext, count + 1);
    heap_deform_tuple(ExecCopySlotHeapTuple(slot), past->row_descriptor, values, nulls);
    segment->live_values = values + 1;
    segment->live_nulls = nulls + 1;
}

/// Follows the rows of a past, and proves their histories.
class PastFollower final : public RowFollower {
  public:
    explicit PastFollower(Past* past)
        : RowFollower(past->context, past->side_count, false), past_(past)
    {
    }

    /// Goes to the next key; row: the sorted live row that has it, or nullptr.
    void begin(const char* key, TupleTableSlot* row)
    {
        begin_key(key, past_->column_count);
        row_ = row;
        has_hidden_ = has_visible_ = false;
        memset(is_later_, 0, sizeof(is_later_));
    }

    /// Follows the events of one transaction.
    void follow(Events* events);

    /// Forgets what the events of a key that has many of them have left behind.
    /// The key, which has moved then.
    const char* shed_memory();

    /// After the last event of a key: the row has to be there, or not, as they say.
    void end();

  private:
    bool may_use(const Events& events);
    void keep_order(Events* events);
    bool is_cut(int64 later) const;
    void check_live(const Segment& segment);
    void tell_now(const char* what);

    void take_segment(Segment* segment) override { emit_segment(past_, *segment); }
    void take_joined(const Segment& segment) override
    {
        // Without a next one it is hidden from the caller, or the break has been told already.
        if (segment.end != Edge::kKey || segment.next != nullptr)
            emit_segment(past_, segment);
    }
    void tell_break(const RowEvent& event, const char* what) override
    {
        report_break(past_, {key_, event.id, event.occurred_at, nullptr, what});
    }
    void check_link(const char* key, int column, const StoredValue& left,
                    const StoredValue& found) override;

    Past* past_;
    TupleTableSlot* row_ = nullptr;
    bool has_hidden_ = false;      // events that the caller may not see
    bool has_visible_ = false;     // events that it may
    bool is_later_[kSides]{};      // an event was later than the moment, so all that follow are
    int64 later_entry_[kSides]{};  // that event's entry
};

/// Compares what an entry left in a column with what the next one found there. Values of different
/// types are not compared: the column was retyped in between.
void PastFollower::check_link(const char* key, int column, const StoredValue& left,
                              const StoredValue& found)
{
    const PastColumn& of = past_->columns[column];
    if (left.value == nullptr || found.value == nullptr || !of.is_chained || was_ignored(left) ||
        !is_same_type(left, found.map->layout->columns[found.position].type) ||
        !has_kept_meaning(of, left) || !has_kept_meaning(of, found) ||
        same_value(left.value, found.value))
        return;
    report_break(
        past_, {key, found.entry, found.occurred_at, of.name,
                psprintf("entry %lld left another value than entry %lld found.",
                         static_cast<long long>(left.entry), static_cast<long long>(found.entry))});
}

void PastFollower::check_live(const Segment& segment)
{
    for (int i = 0; i < past_->column_count; i++) {
        PastColumn& column = past_->columns[i];
        const StoredValue& left = segment.latest[i];
        const int attribute = column.number - 1;
        if (left.value == nullptr || !column.is_chained || was_ignored(left) ||
            !is_same_type(left, column.type_name) || !has_kept_meaning(column, left) ||
            is_live_value(past_, &column, left.value, segment.live_values[attribute],
                          segment.live_nulls[attribute]))
            continue;
        report_break(past_, {segment.key, 0, 0, column.name,
                             psprintf("entry %lld left another value than the row has.",
                                      static_cast<long long>(left.entry))});
    }
}

/// The row that is there now, or is not, does not fit the last entry.
void PastFollower::tell_now(const char* what)
{
    report_break(past_, {key_, 0, 0, nullptr,
                         psprintf("entry %lld %s", static_cast<long long>(last_entry_), what)});
}

/// Whether a gap parts a row's latest entry from a later one. The proof begins anew then.
bool PastFollower::is_cut(int64 later) const
{
    return past_->gaps != nullptr && last_map_ != nullptr &&
           is_gap_between(past_->gaps, last_map_->layout, last_entry_, later);
}

/// What follows a later change of a row is later too, whatever the clock said: a clock can be set
/// back, and a statement that waited for a lock may carry the time of its beginning.
void PastFollower::keep_order(Events* events)
{
    for (RowEvent& event : *events)
        for (int side = 0; side < past_->side_count; side++) {
            if (is_later_[side] && !event.is_later[side] &&
                (event.kind == EventKind::kLeft || event.kind == EventKind::kArrived))
                // The same change may not have been later at the row's other key.
                ereport(ERROR, (errcode(kPastUnknown),
                                errmsg("the past of %s is not known at %s", row_name(past_, key_),
                                       describe_moment(past_->moments[side])),
                                errdetail("Entry %lld follows entry %lld, and has an earlier time.",
                                          static_cast<long long>(event.id),
                                          static_cast<long long>(later_entry_[side])),
                                errhint("Ask for another moment, or for a mark.")));
            if (event.is_later[side] && !is_later_[side])
                later_entry_[side] = event.id;
            is_later_[side] |= event.is_later[side];
            event.is_later[side] = is_later_[side];
        }
}

/// Whether the caller may use a transaction's entries of a key. Those of other accounts' rows are
/// passed over; but a row that the caller sees, or sees a part of the history of, is then unknown.
bool PastFollower::may_use(const Events& events)
{
    for (const RowEvent& event : events)
        (event.is_hidden ? has_hidden_ : has_visible_) = true;
    if (has_hidden_ && (has_visible_ || row_ != nullptr))
        ereport(ERROR,
                (errcode(kPastUnknown),
                 errmsg("the past of %s is unknown to you", row_name(past_, key_)),
                 errdetail("It changed in an account whose journal role \"%s\" does not read.",
                           GetUserNameFromId(GetUserId(), false)),
                 errhint("Ask somebody who reads the journal of every account.")));
    return !has_hidden_;
}

void PastFollower::follow(Events* events)
{
    if (!may_use(*events))
        return;
    keep_order(events);
    for (const RowEvent& event : *events) {
        if (is_cut(event.id))
            part();
        take(event);
    }
}

const char* PastFollower::shed_memory()
{
    if (MemoryContextMemAllocated(past_->row_context, false) <
        static_cast<Size>(work_mem) * 1024 / 2)
        return key_;
    MemoryContextSwitchTo(past_->spare_context);
    move_key();
    MemoryContextReset(past_->row_context);
    std::swap(past_->row_context, past_->spare_context);
    return key_;
}

void PastFollower::end()
{
    if (has_hidden_ || is_cut(PG_INT64_MAX))
        return;
    if (segment_ == nullptr) {
        if (row_ != nullptr && was_ended_)
            tell_now("took the row away, and it is there.");
        return;
    }
    if (row_ == nullptr) {
        // Somebody whom row-level security shows the entries, but not the row.
        if (!past_->rows_are_hidden)
            tell_now("left the row, and it is not there.");
        return;
    }
    MemoryContext caller =
        is_joined(*segment_) ? MemoryContextSwitchTo(past_->context) : CurrentMemoryContext;
    copy_row(past_, row_, segment_);
    MemoryContextSwitchTo(caller);
    check_live(*segment_);
    end_key();
}

/// A live row that no entry has touched, although its key looked as if.
void pass_row(Past* past, TupleTableSlot* slot)
{
    require_known_row(past);
    if (past->sink.unchanged == nullptr)
        return;
    const int count = past->descriptor->natts;
    TupleTableSlot* out = past->out_slot;
    ExecClearTuple(out);
    memcpy(out->tts_values, slot->tts_values + 1, sizeof(Datum) * count);
    memcpy(out->tts_isnull, slot->tts_isnull + 1, sizeof(bool) * count);
    past->sink.unchanged(past, ExecStoreVirtualTuple(out));
}

/// Goes through all that there is of one key, a transaction at a time.
void merge_key(Past* past, PastFollower* follower, KeyStream* entries, TupleTableSlot* row)
{
    const Datum* values = entries->slot->tts_values;
    const auto fill = [&](RowEvent* event, int32 layout) {
        event->map = layout_map(past, layout);
        event->is_hidden = DatumGetBool(values[kEventHidden]);
        event->is_later[kFrom] = DatumGetBool(values[kEventLaterThanFrom]);
        event->is_later[kTo] = DatumGetBool(values[kEventLaterThanTo]);
    };
    const char* key = pstrdup(entries->key);
    follower->begin(key, row);
    while (entries->is_at(key)) {
        {
            Events events(CurrentMemoryContext);
            read_transaction(entries, key, &events, fill);
            follower->follow(&events);
        }
        key = follower->shed_memory();
    }
    follower->end();
}

}  // namespace

void merge_streams(Past* past)
{
    ExecDropSingleTupleTableSlot(past->entry_slot);
    ExecDropSingleTupleTableSlot(past->row_slot);
    past->entry_slot = MakeSingleTupleTableSlot(past->entry_descriptor, &TTSOpsMinimalTuple);
    past->row_slot = MakeSingleTupleTableSlot(past->row_descriptor, &TTSOpsMinimalTuple);
    PastFollower follower(past);
    KeyStream entries{past->entries, nullptr, past->context, past->entry_slot, nullptr};
    KeyStream rows{past->rows, nullptr, past->context, past->row_slot, nullptr};
    entries.advance();
    rows.advance();
    // Input functions read the text forms, and output functions write them, under these.
    const int level = enter_exact_settings();
    while (entries.key != nullptr || rows.key != nullptr) {
        CHECK_FOR_INTERRUPTS();
        in_context(past->row_context, [&] {
            const int order = entries.key == nullptr ? 1
                              : rows.key == nullptr  ? -1
                                                     : strcmp(entries.key, rows.key);
            if (order > 0) {
                pass_row(past, rows.slot);
                rows.advance();
            } else {
                merge_key(past, &follower, &entries, order == 0 ? rows.slot : nullptr);
                if (order == 0)
                    rows.advance();
            }
        });
        MemoryContextReset(past->row_context);
    }
    follower.finish();
    leave_exact_settings(level);
}

}  // namespace journal
