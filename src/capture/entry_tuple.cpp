// See entry_tuple.hpp. Alignments are those of the columns' types in pg_type.
#include "capture/entry_tuple.hpp"

namespace journal {

namespace {

// The data begins here, behind the header and the bitmap. BITMAPLEN is no constant on every
// version.
constexpr std::size_t kDataOffset =
    MAXALIGN(SizeofHeapTupleHeader + (EntryTuple::kColumns + BITS_PER_BYTE - 1) / BITS_PER_BYTE);

// More than the columns of fixed size can take.
constexpr std::size_t kFixedSize = EntryTuple::kColumns * sizeof(int64);

}  // namespace

EntryTuple::EntryTuple(std::size_t variable_size)
{
    auto* memory =
        static_cast<char*>(palloc(HEAPTUPLESIZE + kDataOffset + kFixedSize + variable_size));
    memset(memory, 0, HEAPTUPLESIZE + kDataOffset);
    tuple_ = reinterpret_cast<HeapTuple>(memory);
    tuple_->t_data = reinterpret_cast<HeapTupleHeader>(memory + HEAPTUPLESIZE);
    data_ = memory + HEAPTUPLESIZE + kDataOffset;
    end_ = data_;
}

void EntryTuple::align(std::size_t alignment)
{
    while ((end_ - data_) % alignment != 0)
        *end_++ = '\0';
}

void EntryTuple::add(Datum value)
{
    values_[count_] = value;
    nulls_[count_] = false;
    tuple_->t_data->t_bits[count_ >> 3] |= 1 << (count_ & 7);
    count_++;
}

void EntryTuple::add_null()
{
    values_[count_] = Datum{0};
    nulls_[count_++] = true;
}

void EntryTuple::add_int8(int64 value)
{
    align(sizeof(int64));
    memcpy(end_, &value, sizeof(int64));
    end_ += sizeof(int64);
    add(Int64GetDatum(value));
}

void EntryTuple::add_int4(int32 value)
{
    align(sizeof(int32));
    memcpy(end_, &value, sizeof(int32));
    end_ += sizeof(int32);
    add(Int32GetDatum(value));
}

void EntryTuple::add_byte(char value)
{
    *end_++ = value;
    add(CharGetDatum(value));
}

void EntryTuple::add_variable(const char* data, std::size_t size)
{
    if (size + VARHDRSZ_SHORT > VARATT_SHORT_MAX)
        align(sizeof(int32));
    char* begin = end_;
    if (size + VARHDRSZ_SHORT <= VARATT_SHORT_MAX) {
        SET_VARSIZE_SHORT(begin, size + VARHDRSZ_SHORT);
        end_ += VARHDRSZ_SHORT;
    } else {
        SET_VARSIZE(begin, size + VARHDRSZ);
        end_ += VARHDRSZ;
    }
    memcpy(end_, data, size);
    end_ += size;
    add(PointerGetDatum(begin));
}

void EntryTuple::add_text(const char* text)
{
    if (text == nullptr)
        add_null();
    else
        add_variable(text, strlen(text));
}

void EntryTuple::add_values(const bytea* packed)
{
    if (packed == nullptr)
        add_null();
    else
        add_variable(VARDATA(packed), VARSIZE(packed) - VARHDRSZ);
}

HeapTuple EntryTuple::finish()
{
    Assert(count_ == kColumns);
    HeapTupleHeader header = tuple_->t_data;
    HeapTupleHeaderSetNatts(header, kColumns);
    header->t_hoff = kDataOffset;
    header->t_infomask = HEAP_HASNULL | HEAP_HASVARWIDTH;
    ItemPointerSetInvalid(&header->t_ctid);
    ItemPointerSetInvalid(&tuple_->t_self);
    tuple_->t_len = kDataOffset + (end_ - data_);
    return tuple_;
}

}  // namespace journal
