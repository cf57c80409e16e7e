// See result_reader.hpp.
#include "restore/result_reader.hpp"

#include "restore/deletion.hpp"

namespace journal {

namespace {

/// In the class, text is a function.
const char* characters_of(Datum value)
{
    return TextDatumGetCString(value);
}

}  // namespace

TupleDesc describe_columns(std::initializer_list<Oid> types)
{
    TupleDesc descriptor = CreateTemplateTupleDesc(static_cast<int>(types.size()));
    AttrNumber number = 0;
    for (const Oid type : types)
        TupleDescInitEntry(descriptor, ++number, nullptr, type, -1, 0);
    return descriptor;
}

ResultReader ResultReader::open(MemoryContext context, const char* sql, TupleDesc columns,
                                std::initializer_list<QueryArgument> arguments)
{
    ResultReader reader;
    MemoryContext caller = MemoryContextSwitchTo(context);
    reader.context_ = context;
    reader.row_ = AllocSetContextCreate(context, "event_journal result", ALLOCSET_DEFAULT_SIZES);
    auto* types = make_array_in<Oid>(context, arguments.size());
    auto* values = make_array_in<Datum>(context, arguments.size());
    int count = 0;
    for (const QueryArgument& argument : arguments) {
        types[count] = argument.type;
        values[count++] = argument.value;
    }
    // The caller may have made columns in the memory of the query, in which select_rows leaves us.
    reader.slot_ = MakeSingleTupleTableSlot(CreateTupleDescCopy(columns), &TTSOpsMinimalTuple);
    reader.rows_ = select_rows(sql, count, types, values);
    MemoryContextSwitchTo(caller);
    return reader;
}

bool ResultReader::next()
{
    CHECK_FOR_INTERRUPTS();
    MemoryContextReset(row_);
    // A row that comes from disk is the slot's, which outlives the caller's memory context.
    MemoryContext caller = MemoryContextSwitchTo(context_);
    const bool found = tuplestore_gettupleslot(rows_, true, false, slot_);
    if (found)
        slot_getallattrs(slot_);
    MemoryContextSwitchTo(caller);
    return found;
}

Datum ResultReader::value(int column, bool* is_null) const
{
    *is_null = slot_->tts_isnull[column - 1];
    return slot_->tts_values[column - 1];
}

bool ResultReader::is_null(int column) const
{
    return slot_->tts_isnull[column - 1];
}

int32 ResultReader::int4(int column) const
{
    return is_null(column) ? 0 : DatumGetInt32(slot_->tts_values[column - 1]);
}

int64 ResultReader::int8(int column) const
{
    return is_null(column) ? 0 : DatumGetInt64(slot_->tts_values[column - 1]);
}

bool ResultReader::boolean(int column) const
{
    return !is_null(column) && DatumGetBool(slot_->tts_values[column - 1]);
}

char ResultReader::character(int column) const
{
    return is_null(column) ? '\0' : DatumGetChar(slot_->tts_values[column - 1]);
}

const char* ResultReader::text(int column) const
{
    if (is_null(column))
        return nullptr;
    MemoryContext caller = MemoryContextSwitchTo(row_);
    const char* result = characters_of(slot_->tts_values[column - 1]);
    MemoryContextSwitchTo(caller);
    return result;
}

void ResultReader::close()
{
    ExecDropSingleTupleTableSlot(slot_);
    tuplestore_end(rows_);
    MemoryContextDelete(row_);
    *this = ResultReader();
}

}  // namespace journal
