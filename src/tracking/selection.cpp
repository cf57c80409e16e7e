// See selection.hpp.
#include "tracking/selection.hpp"

#include "base/function.hpp"
#include "catalog/event_type.hpp"
#include "tracking/stated_condition.hpp"

namespace journal {

namespace {

constexpr const char* kOperations[] = {"insert", "update", "delete"};

bool includes(ArrayType* operations, const char* operation)
{
    if (operations == nullptr)
        return true;
    Datum* elements = nullptr;
    int count = 0;
    deconstruct_array(operations, TEXTOID, -1, false, TYPALIGN_INT, &elements, nullptr, &count);
    for (int i = 0; i < count; i++)
        if (strcmp(TextDatumGetCString(elements[i]), operation) == 0)
            return true;
    return false;
}

// Where an operation has no such row, its columns are NULL: a condition over them alone would hold
// for none of its changes.
void require_row(const Selection& selection, const NamedColumns& named)
{
    const char* operation = nullptr;
    if (named.of_new && !named.of_old && includes(selection.operations, "delete"))
        operation = "delete";
    else if (named.of_old && !named.of_new && includes(selection.operations, "insert"))
        operation = "insert";
    if (operation == nullptr)
        return;
    const bool is_delete = operation[0] == 'd';
    ereport(
        ERROR,
        (errcode(kRuleRefused), errmsg("%s is refused: %s", kTrackCondition, selection.condition),
         errdetail("It names columns of %s only, which %s does not have: none would be recorded.",
                   is_delete ? "new" : "old", is_delete ? "a deletion" : "an insertion"),
         errhint("Write coalesce(new.column, old.column), or leave \"%s\" out of operations.",
                 operation)));
}

}  // namespace

ArrayType* operations_argument(FunctionCallInfo fcinfo, int number)
{
    if (PG_ARGISNULL(number))
        return nullptr;
    Datum* elements = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(number), TEXTOID, -1, false, TYPALIGN_INT, &elements,
                      &nulls, &count);
    if (count == 0)
        ereport(ERROR, (errcode(kEmptyList), errmsg("operations cannot be an empty list"),
                        errhint("NULL means all; journal.untrack() ends the recording.")));
    bool given[lengthof(kOperations)] = {};
    for (int i = 0; i < count; i++) {
        if (nulls[i])
            ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                            errmsg("operations cannot contain NULL")));
        given[known_code("operation", TextDatumGetCString(elements[i]), lengthof(kOperations),
                         kOperations)] = true;
    }
    Datum present[lengthof(kOperations)];
    int present_count = 0;
    for (std::size_t i = 0; i < lengthof(kOperations); i++)
        if (given[i])
            present[present_count++] = CStringGetTextDatum(kOperations[i]);
    return present_count == lengthof(kOperations)
               ? nullptr
               : construct_array(present, present_count, TEXTOID, -1, false, TYPALIGN_INT);
}

StatedSelection check_selection(const Selection& selection, Relation relation, const Layout* layout)
{
    StatedSelection stated{};
    if (selection.condition != nullptr || selection.deleted_when != nullptr)
        stated.search_path = present_search_path();
    NamedColumns named{};
    stated.condition_columns = columns_of_condition(
        {kTrackCondition, selection.condition, stated.search_path, 'u', -1, nullptr}, relation,
        layout, &named);
    require_row(selection, named);
    // It is asked of a row, before and after.
    stated.deleted_when_columns = columns_of_condition(
        {kDeletedWhen, selection.deleted_when, stated.search_path, 'i', -1, nullptr}, relation,
        layout, nullptr);
    if (selection.deleted_when != nullptr && !includes(selection.operations, "update"))
        ereport(ERROR, (errcode(kRuleRefused),
                        errmsg("deleted_when needs updates, which operations leaves out"),
                        errhint("Add \"update\" to operations.")));
    return stated;
}

}  // namespace journal
