// See result_reader.hpp.
#include "base/result_reader.hpp"

#include "base/memory.hpp"

namespace journal {

namespace {

/// In the class, text is a function.
const char* characters_of(Datum value)
{
    return TextDatumGetCString(value);
}

}  // namespace

Tuplestorestate* select_rows(const char* sql, int count, const Oid* types, const Datum* values)
{
    ParamListInfo parameters = makeParamList(count);
    for (int i = 0; i < count; i++) {
        parameters->params[i].value = values[i];
        parameters->params[i].isnull = false;
        parameters->params[i].ptype = types[i];
        parameters->params[i].pflags = PARAM_FLAG_CONST;
    }
    Tuplestorestate* rows = tuplestore_begin_heap(true, false, work_mem);
    SPIExecuteOptions options{};
    options.params = parameters;
    options.dest = CreateDestReceiver(DestTuplestore);
    SetTuplestoreDestReceiverParams(options.dest, rows, CurrentMemoryContext, true, nullptr,
                                    nullptr);
    const int code = SPI_execute_extended(sql, &options);
    if (code < 0)
        elog(ERROR, "SPI_execute_extended failed: %s: %s", SPI_result_code_string(code), sql);
    return rows;
}

TupleDesc describe_columns(std::initializer_list<Oid> types)
{
    TupleDesc descriptor = CreateTemplateTupleDesc(static_cast<int>(types.size()));
    AttrNumber number = 0;
    for (const Oid type : types)
        TupleDescInitEntry(descriptor, ++number, nullptr, type, -1, 0);
    return descriptor;
}

TupleDesc describe_named(std::initializer_list<NamedColumn> columns)
{
    TupleDesc descriptor = CreateTemplateTupleDesc(static_cast<int>(columns.size()));
    AttrNumber number = 0;
    for (const NamedColumn& column : columns)
        TupleDescInitEntry(descriptor, ++number, column.name, column.type, -1, 0);
    return descriptor;
}

ResultReader ResultReader::open(MemoryContext context, const char* sql, TupleDesc columns,
                                std::initializer_list<QueryArgument> arguments)
{
    MemoryContext caller = MemoryContextSwitchTo(context);
    auto* types = make_array_in<Oid>(context, arguments.size());
    auto* values = make_array_in<Datum>(context, arguments.size());
    int count = 0;
    for (const QueryArgument& argument : arguments) {
        types[count] = argument.type;
        values[count++] = argument.value;
    }
    // Leaves us in the memory of the query.
    Tuplestorestate* rows = select_rows(sql, count, types, values);
    MemoryContextSwitchTo(context);
    ResultReader reader = of(rows, columns);
    MemoryContextSwitchTo(caller);
    return reader;
}

ResultReader ResultReader::of(Tuplestorestate* rows, TupleDesc columns)
{
    ResultReader reader;
    reader.context_ = CurrentMemoryContext;
    reader.row_ =
        AllocSetContextCreate(CurrentMemoryContext, "event_journal result", ALLOCSET_DEFAULT_SIZES);
    // The caller may have made columns in the memory of the query.
    reader.slot_ = MakeSingleTupleTableSlot(CreateTupleDescCopy(columns), &TTSOpsMinimalTuple);
    reader.rows_ = rows;
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
