// See result_row.hpp.
#include "engine/result_row.hpp"

#include "base/memory.hpp"

namespace journal {

ResultRow::ResultRow(const ReturnSetInfo* result, MemoryContext context)
    : result_(result),
      context_(context),
      values_(make_array_in<Datum>(context, result->setDesc->natts)),
      nulls_(make_array_in<bool>(context, result->setDesc->natts))
{
    std::fill_n(nulls_, result->setDesc->natts, true);
}

void ResultRow::put(const char* column, Datum value)
{
    for (int i = 0; i < result_->setDesc->natts; i++)
        if (strcmp(NameStr(TupleDescAttr(result_->setDesc, i)->attname), column) == 0) {
            values_[i] = value;
            nulls_[i] = false;
        }
}

void ResultRow::put(const char* column, const char* text)
{
    if (text != nullptr)
        in_context(context_, [&] { put(column, CStringGetTextDatum(text)); });
}

void ResultRow::store() const
{
    tuplestore_putvalues(result_->setResult, result_->setDesc, values_, nulls_);
}

void put_row(ResultRow* result, Oid root, RowOperation action, const SetRow& row)
{
    if (OidIsValid(root))
        result->put("relation", ObjectIdGetDatum(root));
    result->put("object_type", row.object_type);
    result->put("object_id", row.key);
    result->put("object_label", row.label);
    result->put("action", action == RowOperation::kInsert   ? "insert"
                          : action == RowOperation::kUpdate ? "update"
                                                            : "delete");
    const int64 entry = row.entry != 0 ? row.entry : row.written_entry;
    if (entry != 0)
        result->put("entry", Int64GetDatum(entry));
}

}  // namespace journal
