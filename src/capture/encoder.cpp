// See encoder.hpp.
#include "capture/encoder.hpp"

#include "base/memory.hpp"
#include "base/settings.hpp"
#include "values/exact_form.hpp"
#include "values/jsonb_writer.hpp"
#include "values/packed_writer.hpp"
#include "values/text_form.hpp"
#include "values/text_in_place.hpp"

namespace journal {

namespace {

// How a column's values are written, decided once for each plan.
enum class ValueForm : char {
    kHidden,
    kBoolean,
    kInt2,
    kInt4,
    kInt8,
    kNumeric,
    kString,
    kJsonb,
    kTimestamptz,
    kTimestamp,
    kDate,
    kUuid,
    kInPlace,
    kBytes,
    kText,
    kChecked
};

struct ColumnEncoder {
    ValueForm form;
    TextForm text;
    ExactForm* exact;  // kChecked
};

ValueForm form_of(const PlanColumn& column)
{
    if (column.mode == ColumnMode::kExcluded || column.mode == ColumnMode::kMasked ||
        column.mode == ColumnMode::kVirtual)
        return ValueForm::kHidden;
    const Oid type = getBaseType(column.type);
    switch (type) {
        case BOOLOID:
            return ValueForm::kBoolean;
        case INT2OID:
            return ValueForm::kInt2;
        case INT4OID:
            return ValueForm::kInt4;
        case INT8OID:
            return ValueForm::kInt8;
        case NUMERICOID:
            return ValueForm::kNumeric;
        case TEXTOID:
        case VARCHAROID:
        case BPCHAROID:
            return ValueForm::kString;
        case JSONBOID:
            return ValueForm::kJsonb;
        case BYTEAOID:
            return ValueForm::kBytes;
        case TIMESTAMPTZOID:
            return ValueForm::kTimestamptz;
        case TIMESTAMPOID:
            return ValueForm::kTimestamp;
        case DATEOID:
            return ValueForm::kDate;
        case UUIDOID:
            return ValueForm::kUuid;
        default:
            return room_in_place(type) > 0 ? ValueForm::kInPlace : ValueForm::kText;
    }
}

}  // namespace

struct RowEncoder {
    ColumnEncoder* columns;
    std::size_t row_size;  // of the last row's array
};

namespace {

// A guess beyond this is no better than growing.
constexpr std::size_t kLargestGuess = 16 * 1024;

// What is being written, for the error that it is too large.
struct Subject {
    const RelationPlan* plan;
    int largest;  // position of the column with the largest value so far
    std::size_t largest_size;

    void note(int position, std::size_t size)
    {
        if (size <= largest_size)
            return;
        largest = position;
        largest_size = size;
    }
};

void too_large(const void* owner)
{
    const auto* subject = static_cast<const Subject*>(owner);
    ereport(ERROR,
            (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
             errmsg("column \"%s\" of relation \"%s\" makes a change too large for the journal",
                    subject->plan->columns[subject->largest].name,
                    get_rel_name(subject->plan->relation)),
             errdetail("The values of a change are kept as jsonb, which holds at most %d bytes.",
                       JENTRY_OFFLENMASK),
             errhint("Track the table without the column: "
                     "journal.track(..., excluded => '{...}').")));
}

// Packed values that hold parts of a row.
class RowWriter {
  public:
    RowWriter(const RelationPlan* plan, std::size_t expected_size)
        : subject_{plan, 0, 0}, packed_(expected_size, too_large, &subject_)
    {
    }

    PackedWriter& packed() { return packed_; }

    void add(int position, Datum value, bool is_null);
    void add_columns(const int* positions, int count, const RowImage& row);
    void add_key(const int* positions, int count, const RowImage& row);

  private:
    ColumnEncoder& column(int position) { return subject_.plan->encoder->columns[position]; }
    void add_in_place(const TextForm& form, Datum value);
    void add_text(int position, Datum value);
    void add_string(int position, char* text);
    void add_checked(int position, Datum value);
    void add_varlena(int position, Datum value);

    Subject subject_;
    PackedWriter packed_;
};

void RowWriter::add_in_place(const TextForm& form, Datum value)
{
    char* text = packed_.reserve_string(form.room);
    packed_.end_string(write_in_place(form.type, value, text) - text);
}

void RowWriter::add_text(int position, Datum value)
{
    add_string(position, text_form(&column(position).text, value));
}

void RowWriter::add_string(int position, char* text)
{
    const std::size_t length = strlen(text);
    subject_.note(position, length);
    packed_.add_string(text, length);
    pfree(text);
}

void RowWriter::add_checked(int position, Datum value)
{
    char* text = nullptr;
    Jsonb* other = exact_form(column(position).exact, value, &text);
    if (other == nullptr) {
        add_string(position, text);
        return;
    }
    const std::size_t size = VARSIZE(other) - VARHDRSZ;
    subject_.note(position, size);
    packed_.add_container(VARDATA(other), size);
    pfree(other);
}

void RowWriter::add_varlena(int position, Datum value)
{
    auto* stored = reinterpret_cast<varlena*>(DatumGetPointer(value));
    const bool is_elsewhere = VARATT_IS_EXTERNAL(stored) || VARATT_IS_COMPRESSED(stored);
    if (is_elsewhere) {
        const Size size = toast_raw_datum_size(value) - VARHDRSZ;
        subject_.note(position, size);
        packed_.expect(size);
    }
    varlena* plain = is_elsewhere ? pg_detoast_datum_packed(stored) : stored;
    const char* content = VARDATA_ANY(plain);
    const auto length = static_cast<std::size_t>(VARSIZE_ANY_EXHDR(plain));
    uint32 header = 0;
    switch (column(position).form) {
        case ValueForm::kNumeric:
            if (JsonbWriter::is_special(content))
                add_text(position, PointerGetDatum(plain));
            else
                packed_.add_numeric(content, length);
            break;
        case ValueForm::kJsonb:
            memcpy(&header, content, sizeof(header));
            if ((header & JB_FSCALAR) != 0)
                add_text(position, PointerGetDatum(plain));
            else
                packed_.add_container(content, length);
            break;
        case ValueForm::kBytes: {
            char* text = packed_.reserve_string(2 + 2 * length);
            text[0] = '\\';
            text[1] = 'x';
            packed_.end_string(2 + hex_encode(content, length, text + 2));
            break;
        }
        default:
            packed_.add_string(content, length);
            break;
    }
    if (is_elsewhere)
        pfree(plain);
}

void RowWriter::add(int position, Datum value, bool is_null)
{
    ColumnEncoder& column = this->column(position);
    if (is_null) {
        packed_.add_null();
        return;
    }
    switch (column.form) {
        case ValueForm::kHidden:
            packed_.add_null();
            break;
        case ValueForm::kBoolean:
            packed_.add_boolean(DatumGetBool(value));
            break;
        case ValueForm::kInt2:
            packed_.add_integer(DatumGetInt16(value));
            break;
        case ValueForm::kInt4:
            packed_.add_integer(DatumGetInt32(value));
            break;
        case ValueForm::kInt8:
            packed_.add_integer(DatumGetInt64(value));
            break;
        case ValueForm::kNumeric:
        case ValueForm::kString:
        case ValueForm::kJsonb:
        case ValueForm::kBytes:
            add_varlena(position, value);
            break;
        case ValueForm::kTimestamptz:
            packed_.add_timestamp(kPackedTimestamptz, DatumGetTimestampTz(value));
            break;
        case ValueForm::kTimestamp:
            packed_.add_timestamp(kPackedTimestamp, DatumGetTimestamp(value));
            break;
        case ValueForm::kDate:
            packed_.add_date(DatumGetDateADT(value));
            break;
        case ValueForm::kUuid:
            packed_.add_uuid(DatumGetUUIDP(value));
            break;
        case ValueForm::kInPlace:
            add_in_place(column.text, value);
            break;
        case ValueForm::kText:
            add_text(position, value);
            break;
        case ValueForm::kChecked:
            add_checked(position, value);
            break;
    }
}

void RowWriter::add_columns(const int* positions, int count, const RowImage& row)
{
    packed_.begin_array(count);
    for (int i = 0; i < count; i++) {
        bool is_null = false;
        const Datum value = column_value(subject_.plan, positions[i], row, &is_null);
        add(positions[i], value, is_null);
    }
}

void RowWriter::add_key(const int* positions, int count, const RowImage& row)
{
    // A key of one column that is written in place is never long enough to be shortened.
    if (count == 1 && column(positions[0]).text.room > 0) {
        bool is_null = false;
        const Datum value = column_value(subject_.plan, positions[0], row, &is_null);
        if (is_null)
            packed_.add_null();
        else
            add_in_place(column(positions[0]).text, value);
        return;
    }
    char* key = row_key(const_cast<RelationPlan*>(subject_.plan), positions, count, row);
    if (key == nullptr)
        packed_.add_null();
    else
        packed_.add_string(key, strlen(key));
}

// Room for some columns' values of the usual size, and for what is around them.
std::size_t usual_size(int count)
{
    return 64 + 48 * static_cast<std::size_t>(count);
}

}  // namespace

RowEncoder* encoder_for(RelationPlan* plan)
{
    if (plan->encoder != nullptr)
        return plan->encoder;
    auto* encoder = make_in<RowEncoder>(plan->context);
    encoder->columns = make_array_in<ColumnEncoder>(plan->context, plan->column_count);
    encoder->row_size = usual_size(plan->column_count);
    for (int i = 0; i < plan->column_count; i++) {
        ColumnEncoder& column = encoder->columns[i];
        column.form = form_of(plan->columns[i]);
        prepare_text_form(&column.text, plan->columns[i].type, plan->context);
        if (column.form == ValueForm::kText)
            column.exact = prepare_exact_form(plan->columns[i].type, plan->context);
        if (column.exact != nullptr)
            column.form = ValueForm::kChecked;
    }
    plan->encoder = encoder;
    return encoder;
}

bytea* encode_row(RelationPlan* plan, const RowImage& row)
{
    RowEncoder* encoder = plan->encoder;
    RowWriter writer(plan, encoder->row_size);
    slot_getallattrs(row.slot);
    writer.packed().begin_array(plan->column_count);
    for (int i = 0; i < plan->column_count; i++) {
        const int attribute = plan->columns[i].number - 1;
        writer.add(i, row.slot->tts_values[attribute], row.slot->tts_isnull[attribute]);
    }
    encoder->row_size = std::min(writer.packed().size(), kLargestGuess);
    return writer.packed().finish();
}

bytea* encode_changes(RelationPlan* plan, const ChangedColumn* columns, int count)
{
    RowWriter writer(plan, usual_size(3 * count));
    PackedWriter& packed = writer.packed();
    packed.begin_array(3 * count);
    for (int i = 0; i < count; i++)
        packed.add_integer(columns[i].position);
    for (int i = 0; i < count; i++)
        writer.add(columns[i].position, columns[i].old_value, columns[i].old_null);
    for (int i = 0; i < count; i++)
        writer.add(columns[i].position, columns[i].new_value, columns[i].new_null);
    return packed.finish();
}

bytea* encode_new_value(RelationPlan* plan, int position, const RowImage& row)
{
    RowWriter writer(plan, usual_size(2));
    writer.packed().begin_array(2);
    writer.packed().add_integer(position);
    bool is_null = false;
    const Datum value = column_value(plan, position, row, &is_null);
    writer.add(position, value, is_null);
    return writer.packed().finish();
}

bytea* encode_details(RelationPlan* plan, const Rule& rule, bool with_row, const RowImage& row)
{
    const int count = rule.detail_count;
    if (count == 0)
        return nullptr;
    if (with_row && rule.row_details != nullptr)
        return rule.row_details;
    RowWriter writer(plan, usual_size(2 * count));
    writer.packed().begin_array(2);
    writer.packed().begin_array(count);
    for (int i = 0; i < count; i++)
        writer.packed().add_integer(rule.details[i]);
    writer.add_columns(rule.details, count, row);
    return writer.packed().finish();
}

bytea* encode_links(RelationPlan* plan, const RowImage& row)
{
    if (plan->link_count == 0)
        return nullptr;
    RowWriter writer(plan, usual_size(plan->link_count));
    writer.packed().begin_array(plan->link_count);
    for (int i = 0; i < plan->link_count; i++)
        writer.add_key(plan->links[i]->positions, plan->links[i]->count, row);
    return writer.packed().finish();
}

char* column_text(RelationPlan* plan, int position, const RowImage& row)
{
    bool is_null = false;
    const Datum value = column_value(plan, position, row, &is_null);
    return is_null ? nullptr : text_form(&plan->encoder->columns[position].text, value);
}

char* account_of(RelationPlan* plan, const RowImage& row)
{
    char* account = plan->account < 0 ? nullptr : column_text(plan, plan->account, row);
    return account == nullptr ? nullptr : shortened(account, kLongestAccount);
}

char* row_key(RelationPlan* plan, const int* positions, int count, const RowImage& row)
{
    if (count == 0)
        return nullptr;
    char* texts[INDEX_MAX_KEYS];
    for (int i = 0; i < count; i++) {
        texts[i] = column_text(plan, positions[i], row);
        if (texts[i] == nullptr)
            return nullptr;
    }
    return object_key(count, texts);
}

}  // namespace journal
