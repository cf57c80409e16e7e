// Events as they are sorted: by the key of their row, and by number.
#pragma once

#include "base/result_reader.hpp"
#include "lineage/row_event.hpp"
#include "values/packed_values.hpp"

namespace journal {

/// Columns of sorted events, from 0; their readers have further ones.
enum EventColumn {
    kEventKey,  // whatever tells the rows of one key from those of others
    kEventId,
    kEventOccurredAt,
    kEventTransaction,
    kEventCommand,
    kEventChange,
    kEventKind,
    kEventLayout,
    kEventData,
    kEventColumns,
};

/// The descriptor of sorted events, with further columns.
inline TupleDesc describe_events(std::initializer_list<NamedColumn> further)
{
    NamedColumn columns[MaxTupleAttributeNumber] = {{"key", TEXTOID},
                                                    {"id", INT8OID},
                                                    {"occurred_at", TIMESTAMPTZOID},
                                                    {"transaction_id", XID8OID},
                                                    {"command", INT4OID},
                                                    {"change", INT8OID},
                                                    {"kind", CHAROID},
                                                    {"layout", INT4OID},
                                                    {"data", BYTEAOID}};
    std::copy(further.begin(), further.end(), columns + kEventColumns);
    return describe_named(columns, kEventColumns + static_cast<int>(further.size()));
}

/// Sorted rows that are read key by key. The key is the first column.
struct KeyStream {
    Tuplesortstate* sort;  // either this
    Tuplestorestate* store;
    MemoryContext context;
    TupleTableSlot* slot;  // the row at hand
    char* key;             // its key; nullptr at the end

    void advance()
    {
        if (key != nullptr)
            pfree(key);
        key = nullptr;
        in_context(context, [&] {
            if (sort != nullptr ? tuplesort_gettupleslot(sort, true, false, slot, nullptr)
                                : tuplestore_gettupleslot(store, true, false, slot)) {
                slot_getallattrs(slot);
                key = TextDatumGetCString(slot->tts_values[kEventKey]);
            }
        });
    }

    [[nodiscard]] bool is_at(const char* wanted) const
    {
        return key != nullptr && strcmp(key, wanted) == 0;
    }
};

/// The next events of a key that are of one transaction, in their order, in the current memory
/// context. fill(event, layout) adds the map of the layout, and what the further columns tell.
template <typename Fill>
void read_transaction(KeyStream* stream, const char* key, Vector<RowEvent>* events,
                      const Fill& fill)
{
    const Datum* values = stream->slot->tts_values;
    for (; stream->is_at(key); stream->advance()) {
        CHECK_FOR_INTERRUPTS();
        RowEvent event{};
        event.transaction = DatumGetFullTransactionId(values[kEventTransaction]);
        if (!events->empty() &&
            !FullTransactionIdEquals(events->front().transaction, event.transaction))
            break;
        event.id = DatumGetInt64(values[kEventId]);
        event.occurred_at = DatumGetTimestampTz(values[kEventOccurredAt]);
        event.command = DatumGetInt32(values[kEventCommand]);
        event.change = DatumGetInt64(values[kEventChange]);
        event.kind = static_cast<EventKind>(DatumGetChar(values[kEventKind]));
        if (!stream->slot->tts_isnull[kEventData])
            event.data = unpacked_values(values[kEventData]);
        fill(&event, DatumGetInt32(values[kEventLayout]));
        events->push_back(event);
    }
    order_events(events->data(), events->data() + events->size());
}

}  // namespace journal
