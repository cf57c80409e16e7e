// See index_columns.hpp.
#include "base/index_columns.hpp"

#include "base/memory.hpp"
#include "base/object_hash.hpp"
#include "base/object_lookup.hpp"

namespace journal {

namespace {

struct KnownFunction {
    PGFunction address;
    int arguments;
    KnownColumn::Kind kind;
};

bool is_attribute(const Node* node, AttrNumber* number)
{
    if (!IsA(node, Var))
        return false;
    *number = castNode(Var, const_cast<Node*>(node))->varattno;
    return *number > 0;
}

/// Whether an expression is a call of one of our functions with columns for arguments. A function
/// is known by its code, which it has not where it was given settings or is replaced.
bool read_call(const Node* expression, KnownColumn* column)
{
    const KnownFunction functions[] = {{journal_account_hash, 1, KnownColumn::kAccountHash},
                                       {journal_object_hash, 3, KnownColumn::kObjectHash},
                                       {journal_entry_hash, 4, KnownColumn::kEntryHash},
                                       {journal_entry_facts, 5, KnownColumn::kEntryFacts}};
    if (!IsA(expression, FuncExpr))
        return false;
    const auto* call = castNode(FuncExpr, const_cast<Node*>(expression));
    FmgrInfo function;
    fmgr_info(call->funcid, &function);
    for (const KnownFunction& known : functions) {
        if (function.fn_addr != known.address || list_length(call->args) != known.arguments)
            continue;
        column->kind = known.kind;
        bool are_attributes = true;
        for (int i = 0; i < known.arguments; i++)
            are_attributes &= is_attribute(static_cast<const Node*>(list_nth(call->args, i)),
                                           &column->attributes[i]);
        return are_attributes;
    }
    return false;
}

std::string_view bytes_of(Datum value)
{
    const auto* plain = DatumGetTextPP(value);
    return {VARDATA_ANY(plain), VARSIZE_ANY_EXHDR(plain)};
}

int64 number_of_account(const KnownColumn& column, Datum account, AccountNumber* known)
{
    if (known->attribute != column.attributes[0])
        *known = {column.attributes[0], account_hash(bytes_of(account))};
    return known->number;
}

}  // namespace

const KnownColumn* known_columns(const IndexInfo* index)
{
    if (index->ii_Unique || index->ii_ExclusionOps != nullptr || !index->ii_ReadyForInserts)
        return nullptr;
    auto* columns = make_array_in<KnownColumn>(CurrentMemoryContext, index->ii_NumIndexAttrs);
    int expression = 0;
    for (int i = 0; i < index->ii_NumIndexAttrs; i++) {
        const AttrNumber number = index->ii_IndexAttrNumbers[i];
        if (number > 0)
            columns[i] = {KnownColumn::kAttribute, {number}};
        else if (number < 0 ||
                 !read_call(static_cast<const Node*>(list_nth(index->ii_Expressions, expression++)),
                            &columns[i]))
            return nullptr;
    }
    return columns;
}

void form_known_columns(const KnownColumn* columns, int count, const Datum* row,
                        const bool* row_nulls, AccountNumber* account, Datum* values, bool* nulls)
{
    for (int i = 0; i < count; i++) {
        const KnownColumn& column = columns[i];
        const int first = column.attributes[0] - 1;
        const int second = column.attributes[1] - 1;
        const int third = column.attributes[2] - 1;
        const int fourth = column.attributes[3] - 1;
        nulls[i] = row_nulls[first];
        switch (column.kind) {
            case KnownColumn::kAttribute:
                values[i] = row[first];
                break;
            case KnownColumn::kAccountHash:
                if (!nulls[i])
                    values[i] = Int64GetDatum(number_of_account(column, row[first], account));
                break;
            case KnownColumn::kObjectHash:
                nulls[i] = row_nulls[first] || row_nulls[second] || row_nulls[third];
                if (!nulls[i])
                    values[i] =
                        Int64GetDatum(object_hash(number_of_account(column, row[first], account),
                                                  bytes_of(row[second]), bytes_of(row[third])));
                break;
            case KnownColumn::kEntryHash:
                nulls[i] = row_nulls[first] || row_nulls[second] || row_nulls[third];
                if (!nulls[i]) {
                    const int64 object = object_hash(number_of_account(column, row[first], account),
                                                     bytes_of(row[second]), bytes_of(row[third]));
                    values[i] = Int64GetDatum(
                        is_deletion(DatumGetChar(row[fourth])) ? deletion_hash(object) : object);
                }
                break;
            case KnownColumn::kEntryFacts: {
                nulls[i] = row_nulls[first] || row_nulls[second] || row_nulls[third];
                const int fifth = column.attributes[4] - 1;
                values[i] = Int64GetDatum(
                    entry_facts(event_key(DatumGetInt32(row[first]), DatumGetBool(row[second]),
                                          DatumGetChar(row[third])),
                                row_nulls[fourth] ? 0 : text_hash(bytes_of(row[fourth])),
                                row_nulls[fifth] ? 0 : text_hash(bytes_of(row[fifth]))));
                break;
            }
        }
    }
}

}  // namespace journal
