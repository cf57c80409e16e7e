// See packed_values.hpp. Every size is looked at before it is believed: a page may be damaged.
#include "values/packed_values.hpp"

#include "base/function.hpp"
#include "values/jsonb_form.hpp"
#include "values/jsonb_writer.hpp"
#include "values/packed_writer.hpp"
#include "values/text_in_place.hpp"

namespace journal {

namespace {

// Arrays in arrays are those of details.
constexpr int kMostDepth = 2;

[[noreturn]] void raise_damaged()
{
    ereport(ERROR,
            (errcode(ERRCODE_DATA_CORRUPTED), errmsg("a value of the journal is damaged"),
             errdetail("What is stored in its place is of no form that the extension writes."),
             errhint("Look for damaged storage, and restore the journal from a backup.")));
}

void too_large(const void*)
{
    raise_damaged();
}

/// What was written in a database of another encoding, in this one's.
Jsonb* converted(Jsonb* value, int encoding)
{
    JsonbIterator* iterator = JsonbIteratorInit(&value->root);
    JsonbParseState* state = nullptr;
    JsonbValue* result = nullptr;
    JsonbValue part;
    for (JsonbIteratorToken token = JsonbIteratorNext(&iterator, &part, false); token != WJB_DONE;
         token = JsonbIteratorNext(&iterator, &part, false)) {
        CHECK_FOR_INTERRUPTS();
        const bool is_value = token == WJB_KEY || token == WJB_VALUE || token == WJB_ELEM;
        if (is_value && part.type == jbvString) {
            auto* text = reinterpret_cast<unsigned char*>(
                pnstrdup(part.val.string.val, part.val.string.len));
            part.val.string.val = reinterpret_cast<char*>(pg_do_encoding_conversion(
                text, part.val.string.len, encoding, GetDatabaseEncoding()));
            part.val.string.len = static_cast<int>(strlen(part.val.string.val));
        }
        const bool is_scalar = token == WJB_BEGIN_ARRAY && part.val.array.rawScalar;
        result = pushJsonbValue(&state, token, is_value || is_scalar ? &part : nullptr);
    }
    return JsonbValueToJsonb(result);
}

class PackedReader {
  public:
    PackedReader(const char* data, std::size_t size) : at_(data), end_(data + size) {}

    /// All there is, as one value.
    Jsonb* read();

  private:
    void unpack(JsonbWriter* jsonb, unsigned char kind, int depth);
    void unpack_numeric(JsonbWriter* jsonb);
    void unpack_in_place(JsonbWriter* jsonb, Oid type, Datum value);
    Jsonb* container(const char* bytes, std::size_t size, bool is_outermost);
    void add_container(JsonbWriter* jsonb, const Jsonb* value)
    {
        jsonb->add_container(VARDATA(value), VARSIZE(value) - VARHDRSZ);
    }

    std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
    unsigned char byte() { return static_cast<unsigned char>(*take(1)); }
    const char* take(std::size_t size)
    {
        if (size > left())
            raise_damaged();
        const char* taken = at_;
        at_ += size;
        return taken;
    }
    uint64 number()
    {
        uint64 number = 0;
        for (int bits = 0; bits < 64; bits += 7) {
            const unsigned char next = byte();
            number |= static_cast<uint64>(next & 127) << bits;
            if (next < 128)
                return number;
        }
        raise_damaged();
    }
    template <typename Number>
    Number fixed()
    {
        Number value = 0;
        memcpy(&value, take(sizeof(value)), sizeof(value));
        return lowest_first(value);
    }

    const char* at_;
    const char* end_;
};

// Looked over before anything believes it. An array of one scalar stands for the scalar elsewhere.
Jsonb* PackedReader::container(const char* bytes, std::size_t size, bool is_outermost)
{
    if (size > JENTRY_OFFLENMASK)
        raise_damaged();
    auto* value = static_cast<Jsonb*>(palloc(VARHDRSZ + size));
    SET_VARSIZE(value, VARHDRSZ + size);
    memcpy(VARDATA(value), bytes, size);
    if (!is_jsonb(VARDATA(value), size) || (JB_ROOT_IS_SCALAR(value) && !is_outermost))
        raise_damaged();
    return value;
}

void PackedReader::unpack_numeric(JsonbWriter* jsonb)
{
    const std::size_t size = number();
    const char* content = take(size);
    if (size < sizeof(uint16) || size % sizeof(uint16) != 0)
        raise_damaged();
    auto* words = static_cast<uint16*>(palloc(size));
    memcpy(words, content, size);
    for (std::size_t i = 0; i < size / sizeof(uint16); i++)
        words[i] = lowest_first(words[i]);
    // Its own header takes two bytes if that begins with a 1 bit, else four.
    const bool is_short = (words[0] & 0x8000) != 0;
    if (JsonbWriter::is_special(reinterpret_cast<const char*>(words)) ||
        (!is_short && size < sizeof(uint32)))
        raise_damaged();
    jsonb->add_numeric(reinterpret_cast<const char*>(words), size);
    pfree(words);
}

void PackedReader::unpack_in_place(JsonbWriter* jsonb, Oid type, Datum value)
{
    char* text = jsonb->reserve_string(static_cast<std::size_t>(room_in_place(type)));
    jsonb->end_string(static_cast<std::size_t>(write_in_place(type, value, text) - text));
}

void PackedReader::unpack(JsonbWriter* jsonb, unsigned char kind, int depth)
{
    if (kind >= kPackedShortString) {
        const std::size_t size = kind - kPackedShortString;
        jsonb->add_string(take(size), size);
        return;
    }
    if (kind >= kPackedSmallInteger) {
        jsonb->add_integer(kind - kPackedSmallInteger);
        return;
    }
    switch (kind) {
        case kPackedNull:
            jsonb->add_null();
            break;
        case kPackedFalse:
        case kPackedTrue:
            jsonb->add_boolean(kind == kPackedTrue);
            break;
        case kPackedInteger: {
            const uint64 value = number();
            jsonb->add_integer(static_cast<int64>(value >> 1 ^ (0 - (value & 1))));
            break;
        }
        case kPackedNumeric:
            unpack_numeric(jsonb);
            break;
        case kPackedString: {
            const std::size_t size = number();
            jsonb->add_string(take(size), size);
            break;
        }
        case kPackedContainer: {
            const std::size_t size = number();
            add_container(jsonb, container(take(size), size, false));
            break;
        }
        case kPackedArray: {
            const uint64 count = number();
            if (depth == kMostDepth || count > left())
                raise_damaged();
            const JsonbWriter::Array outer = jsonb->begin_array(static_cast<int>(count));
            for (uint64 i = 0; i < count; i++)
                unpack(jsonb, byte(), depth + 1);
            jsonb->end_array(outer);
            break;
        }
        case kPackedTimestamptz:
        case kPackedTimestamp: {
            const auto value = fixed<int64>();
            if (!TIMESTAMP_NOT_FINITE(value) && !IS_VALID_TIMESTAMP(value))
                raise_damaged();
            unpack_in_place(jsonb, kind == kPackedTimestamptz ? TIMESTAMPTZOID : TIMESTAMPOID,
                            TimestampTzGetDatum(value));
            break;
        }
        case kPackedDate: {
            const auto value = fixed<int32>();
            if (!DATE_NOT_FINITE(value) && !IS_VALID_DATE(value))
                raise_damaged();
            unpack_in_place(jsonb, DATEOID, DateADTGetDatum(value));
            break;
        }
        case kPackedUuid: {
            pg_uuid_t uuid;
            memcpy(uuid.data, take(UUID_LEN), UUID_LEN);
            unpack_in_place(jsonb, UUIDOID, UUIDPGetDatum(&uuid));
            break;
        }
        default:
            raise_damaged();
    }
}

Jsonb* PackedReader::read()
{
    int encoding = PG_UTF8;
    unsigned char kind = byte();
    if (kind == kPackedEncoding) {
        encoding = byte();
        if (!PG_VALID_BE_ENCODING(encoding))
            raise_damaged();
        kind = byte();
    }
    const std::size_t size = left();
    Jsonb* value = nullptr;
    if (kind == kPackedContainer) {
        const std::size_t length = number();
        value = container(take(length), length, true);
    } else if (kind == kPackedArray) {
        JsonbWriter jsonb(3 * size, too_large, nullptr);
        unpack(&jsonb, kind, 0);
        value = jsonb.finish();
    } else if (kind >= kPackedShortString || kind == kPackedString) {
        JsonbValue string;
        string.type = jbvString;
        string.val.string.len =
            static_cast<int>(kind == kPackedString ? number() : kind - kPackedShortString);
        string.val.string.val = const_cast<char*>(take(string.val.string.len));
        value = JsonbValueToJsonb(&string);
    }
    if (value == nullptr || left() > 0)
        raise_damaged();
    return encoding == GetDatabaseEncoding() ? value : converted(value, encoding);
}

void never_too_large(const void*)
{
    ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                    errmsg("a value is too large for the journal"),
                    errhint("Values of an event take at most %d bytes.", JENTRY_OFFLENMASK)));
}

}  // namespace

Jsonb* unpacked_values(Datum packed)
{
    const bytea* bytes = DatumGetByteaPP(packed);
    return PackedReader(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes)).read();
}

bytea* packed_values(const Jsonb* value)
{
    if (value == nullptr)
        return nullptr;
    const std::size_t size = VARSIZE(value) - VARHDRSZ;
    PackedWriter writer(size, never_too_large, nullptr);
    writer.add_container(VARDATA(value), size);
    return writer.finish();
}

bytea* packed_string(std::string_view value)
{
    PackedWriter writer(value.size(), never_too_large, nullptr);
    writer.add_string(value.data(), value.size());
    return writer.finish();
}

}  // namespace journal

/// packed(value)
JOURNAL_FUNCTION(journal_packed)
{
    PG_RETURN_BYTEA_P(journal::packed_values(PG_GETARG_JSONB_P(0)));
}

/// unpacked(value)
JOURNAL_FUNCTION(journal_unpacked)
{
    PG_RETURN_JSONB_P(journal::unpacked_values(PG_GETARG_DATUM(0)));
}
