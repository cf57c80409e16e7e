// Rows of the past out of segments: values as they were at a moment, as the present types write
// them.
//
// A column's value at a moment is the first old value later than it; where a segment has none, the
// value is that of where the row went on, the deleted row's, or the live row's.
#include "base/function.hpp"
#include "base/query.hpp"
#include "catalog/tracked_relation.hpp"
#include "past/past.hpp"

namespace journal {

namespace {

/// The row at hand while its values are made, for the message of an error.
struct Conversion {
    const char* key;
    const PastColumn* column;
    int64 entry;
};

/// The value of a column at one of the moments, or of the live row where there is none in the
/// entries.
const StoredValue* find_value(const Segment* segment, Side side, int column, const Segment** last)
{
    for (; segment != nullptr; segment = segment->next) {
        *last = segment;
        if (segment->first_later[side][column].value != nullptr)
            return &segment->first_later[side][column];
        if (segment->end == Edge::kChanged)
            return segment->deleted[column].value == nullptr ? nullptr : &segment->deleted[column];
    }
    return nullptr;
}

[[noreturn]] void raise_unconvertible(const Past* past, const Conversion* conversion,
                                      const ErrorData* error)
{
    ereport(ERROR, (errcode(kRelationGone),
                    errmsg("the past of %s does not fit column \"%s\" as it is now",
                           row_name(past, conversion->key), conversion->column->name),
                    // The message may tell a value that the table's policies hide.
                    past->rows_are_hidden ? errdetail("Its type does not take the value.")
                                          : errdetail_internal("%s", error->message),
                    errhint("The value is in entry %lld; journal.entries shows it.",
                            static_cast<long long>(conversion->entry))));
    pg_unreachable();
}

/// Raises JE050 unless the values of a row at one of the moments are those that it had.
void require_known_values(const Past* past, const Segment* segment, Side side)
{
    for (int i = 0; past->has_computed && i < past->column_count; i++) {
        const Segment* last = nullptr;
        const StoredValue* value = find_value(segment, side, i, &last);
        require_known_value(past, side, i, value == nullptr ? 0 : value->entry);
    }
}

/// Converts the values of a row at one of the moments to the table's present types.
void fill_row(Past* past, const Segment* segment, Side side, Datum* values, bool* nulls,
              Conversion* conversion)
{
    for (int i = 0; i < past->column_count; i++) {
        PastColumn& column = past->columns[i];
        const int attribute = column.number - 1;
        if (!column.is_known)
            continue;
        const Segment* last = nullptr;
        const StoredValue* value = find_value(segment, side, i, &last);
        if (value != nullptr) {
            conversion->column = &column;
            conversion->entry = value->entry;
            values[attribute] = present_value(&column, *value, &nulls[attribute]);
        } else if (last != nullptr && last->live_values != nullptr) {
            values[attribute] = last->live_values[attribute];
            nulls[attribute] = last->live_nulls[attribute];
        }
    }
    conversion->column = nullptr;
}

void emit_row(Past* past, const Segment* segment, Side side)
{
    const char* object = object_of(past, segment->key);
    if (past->sink.changed == nullptr ||
        (past->only_key != nullptr && strcmp(object, past->only_key) != 0))
        return;
    require_known_values(past, segment, side);
    const int count = past->descriptor->natts;
    auto* values = make_array_in<Datum>(CurrentMemoryContext, count);
    bool* nulls = make_array_in<bool>(CurrentMemoryContext, count);
    memset(nulls, true, sizeof(bool) * count);
    auto* conversion = make_in<Conversion>(CurrentMemoryContext);
    conversion->key = segment->key;
    MemoryContext context = CurrentMemoryContext;
    // The checks of a domain are its author's code, and nobody lends him his rights by looking.
    const Rights caller = Rights::lent_by(past->root);
    PG_TRY();
    {
        fill_row(past, segment, side, values, nulls, conversion);
    }
    PG_CATCH();
    {
        caller.end();
        if (conversion->column == nullptr || geterrcode() == ERRCODE_QUERY_CANCELED)
            PG_RE_THROW();
        MemoryContextSwitchTo(context);
        const ErrorData* error = CopyErrorData();
        FlushErrorState();
        raise_unconvertible(past, conversion, error);
    }
    PG_END_TRY();
    caller.end();
    if (past->rows_are_hidden)
        hold_row(past, side, segment->key, values, nulls);
    else
        past->sink.changed(past, side, segment->key, values, nulls);
}

/// Whether the segment's row had the key at one of the moments.
bool is_there(const Segment& segment, Side side)
{
    return (segment.begin == Edge::kPresent || !segment.begins_after[side]) &&
           (segment.end == Edge::kPresent || segment.ends_after[side]);
}

}  // namespace

const char* row_name(const Past* past, const char* key)
{
    return psprintf("%s %s", past->plan->object_type, object_of(past, key));
}

void emit_segment(Past* past, const Segment& segment)
{
    for (int side = 0; side < past->side_count; side++)
        if (is_there(segment, static_cast<Side>(side)))
            emit_row(past, &segment, static_cast<Side>(side));
}

}  // namespace journal
