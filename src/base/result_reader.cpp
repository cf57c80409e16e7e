// See result_reader.hpp.
#include "base/result_reader.hpp"

#include "base/memory.hpp"

namespace journal {

namespace {

ParamListInfo parameters_of(std::initializer_list<QueryArgument> arguments)
{
    ParamListInfo parameters = makeParamList(static_cast<int>(arguments.size()));
    ParamExternData* parameter = parameters->params;
    for (const QueryArgument& argument : arguments)
        *parameter++ = {argument.value, argument.is_null, PARAM_FLAG_CONST, argument.type};
    return parameters;
}

SPIPlanPtr prepare(const char* sql, std::initializer_list<QueryArgument> arguments)
{
    auto* types = make_array_in<Oid>(CurrentMemoryContext, arguments.size());
    std::transform(arguments.begin(), arguments.end(), types,
                   [](const QueryArgument& argument) { return argument.type; });
    SPIPlanPtr plan = SPI_prepare_cursor(sql, static_cast<int>(arguments.size()), types,
                                         CURSOR_OPT_CUSTOM_PLAN | CURSOR_OPT_PARALLEL_OK);
    if (plan == nullptr)
        elog(ERROR, "SPI_prepare_cursor failed: %s: %s", SPI_result_code_string(SPI_result), sql);
    return plan;
}

TupleDesc columns_of(SPIPlanPtr plan)
{
    auto* source = static_cast<CachedPlanSource*>(linitial(SPI_plan_get_plan_sources(plan)));
    return CreateTupleDescCopy(source->resultDesc);
}

}  // namespace

Tuplestorestate* select_rows(const char* sql, std::initializer_list<QueryArgument> arguments,
                             TupleDesc* columns)
{
    MemoryContext caller = CurrentMemoryContext;
    SPIPlanPtr plan = prepare(sql, arguments);
    MemoryContextSwitchTo(caller);
    if (columns != nullptr)
        *columns = columns_of(plan);
    Tuplestorestate* rows = tuplestore_begin_heap(true, false, work_mem);
    SPIExecuteOptions options{};
    options.params = parameters_of(arguments);
    options.dest = CreateDestReceiver(DestTuplestore);
    SetTuplestoreDestReceiverParams(options.dest, rows, caller, true, nullptr, nullptr);
    const int code = SPI_execute_plan_extended(plan, &options);
    if (code < 0)
        elog(ERROR, "SPI_execute_plan_extended failed: %s: %s", SPI_result_code_string(code), sql);
    SPI_freeplan(plan);
    MemoryContextSwitchTo(caller);
    return rows;
}

TupleDesc describe_named(std::initializer_list<NamedColumn> columns)
{
    return describe_named(columns.begin(), static_cast<int>(columns.size()));
}

TupleDesc describe_named(const NamedColumn* columns, int count)
{
    TupleDesc descriptor = CreateTemplateTupleDesc(count);
    for (int i = 0; i < count; i++)
        TupleDescInitEntry(descriptor, static_cast<AttrNumber>(i + 1), columns[i].name,
                           columns[i].type, -1, 0);
    return descriptor;
}

void require_columns(TupleDesc result, TupleDesc columns)
{
    if (result->natts != columns->natts)
        elog(ERROR, "the result has %d columns, not %d", result->natts, columns->natts);
    for (int i = 0; i < columns->natts; i++) {
        const auto* found = TupleDescAttr(result, i);
        const auto* column = TupleDescAttr(columns, i);
        if (strcmp(NameStr(found->attname), NameStr(column->attname)) != 0 ||
            found->atttypid != column->atttypid)
            elog(ERROR, "column %d of the result is \"%s\", not \"%s\"", i + 1,
                 NameStr(found->attname), NameStr(column->attname));
    }
}

ResultReader ResultReader::open(MemoryContext context, const char* sql,
                                std::initializer_list<QueryArgument> arguments)
{
    return in_context(context, [&] {
        TupleDesc columns = nullptr;
        Tuplestorestate* rows = select_rows(sql, arguments, &columns);
        return of(rows, columns);
    });
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
    reader.bindings_ = make_array_in<Binding>(CurrentMemoryContext, columns->natts);
    return reader;
}

void ResultReader::bind(const char* column, Field kind, void* field)
{
    TupleDesc columns = slot_->tts_tupleDescriptor;
    if (count_ == columns->natts)
        elog(ERROR, "more fields than columns");
    const Binding binding{column_number(columns, column), kind, field};
    bindings_[count_++] = binding;
}

const char* ResultReader::only_column() const
{
    TupleDesc columns = slot_->tts_tupleDescriptor;
    if (columns->natts != 1)
        elog(ERROR, "the result has %d columns, not one", columns->natts);
    return NameStr(TupleDescAttr(columns, 0)->attname);
}

bool ResultReader::next()
{
    CHECK_FOR_INTERRUPTS();
    MemoryContextReset(row_);
    // A row that comes from disk is the slot's, which outlives the caller's memory context.
    const bool found = in_context(context_, [this] {
        const bool is_there = tuplestore_gettupleslot(rows_, true, false, slot_);
        if (is_there)
            slot_getallattrs(slot_);
        return is_there;
    });
    for (int i = 0; found && i < count_; i++)
        fill(bindings_[i]);
    return found;
}

Value ResultReader::value_of(AttrNumber column) const
{
    return {slot_->tts_values[column - 1], slot_->tts_isnull[column - 1],
            TupleDescAttr(slot_->tts_tupleDescriptor, column - 1)->atttypid};
}

void ResultReader::fill(const Binding& binding) const
{
    const Value value = value_of(binding.column);
    switch (binding.kind) {
        case Field::kBoolean:
            *static_cast<bool*>(binding.field) = value.boolean();
            break;
        case Field::kCharacter:
            *static_cast<char*>(binding.field) = value.character();
            break;
        case Field::kInt4:
            *static_cast<int32*>(binding.field) = value.int4();
            break;
        case Field::kInt8:
            *static_cast<int64*>(binding.field) =
                value.type == TIMESTAMPTZOID ? value.time() : value.int8();
            break;
        case Field::kOid:
            *static_cast<Oid*>(binding.field) = value.oid();
            break;
        case Field::kTransaction:
            *static_cast<FullTransactionId*>(binding.field) = value.transaction();
            break;
        case Field::kText:
            *static_cast<const char**>(binding.field) = value.text(row_);
            break;
        case Field::kValue:
            *static_cast<Value*>(binding.field) = value;
            break;
    }
}

void ResultReader::close()
{
    ExecDropSingleTupleTableSlot(slot_);
    tuplestore_end(rows_);
    MemoryContextDelete(row_);
    *this = ResultReader();
}

}  // namespace journal
