// See jsonb_writer.hpp.
#include "values/jsonb_writer.hpp"

namespace journal {

namespace {

// What an entry can say of an element's length or end. The data of the outermost container with its
// entries may have as much, as the server has it.
constexpr std::size_t kMost = VARHDRSZ + JENTRY_OFFLENMASK;

// A little more room than that, so that only what is really written decides.
constexpr std::size_t kSlack = 64;

// A numeric after its varlena header begins with a uint16 that tells its format (numeric.c: what
// NUMERIC_SIGN_MASK covers). In the short one it holds sign, scale and weight, and digits to the
// base of 10,000 follow, without zeros at either end; the weight is the power of that base that the
// first digit stands for.
constexpr uint16 kFormat = 0xC000;
constexpr uint16 kSpecialNumeric = 0xC000;
constexpr uint16 kShortNumeric = 0x8000;
constexpr uint16 kNegative = 0x2000;
constexpr int kBase = 10000;
constexpr int kMostDigits = 5;  // of an int64

}  // namespace

JsonbWriter::JsonbWriter(std::size_t expected_size, TooLarge too_large, const void* owner)
    : buffer_(nullptr),
      used_(VARHDRSZ),
      capacity_(static_cast<uint32>(std::min(expected_size, kMost) + kSlack)),
      array_{},
      too_large_(too_large),
      owner_(owner)
{
    buffer_ = static_cast<char*>(palloc(capacity_));
}

void JsonbWriter::grow(std::size_t length)
{
    if (length > kMost + kSlack - used_)
        too_large_(owner_);
    const std::size_t wanted = std::max<std::size_t>(used_ + length, std::size_t{2} * capacity_);
    capacity_ = static_cast<uint32>(std::min(wanted, kMost + kSlack));
    buffer_ = static_cast<char*>(repalloc(buffer_, capacity_));
}

JsonbWriter::Array JsonbWriter::begin_array(int count)
{
    const Array outer = array_;
    const std::size_t size = sizeof(uint32) + sizeof(JEntry) * static_cast<std::size_t>(count);
    array_.start = used_;
    char* start = reserve_aligned(size);
    const uint32 header = static_cast<uint32>(count) | JB_FARRAY;
    memcpy(start, &header, sizeof(header));
    array_.entry = used_ + sizeof(uint32);
    used_ += static_cast<uint32>(size);
    array_.data = used_;
    array_.written = 0;
    return outer;
}

void JsonbWriter::end_array(const Array& outer)
{
    const uint32 length = used_ - array_.start;
    array_ = outer;
    // The outermost array is nobody's element.
    if (array_.data != 0)
        add_entry(JENTRY_ISCONTAINER, length);
}

void JsonbWriter::add_integer(int64 value)
{
    if (value > 0 && value < kBase) {
        const uint16 content[] = {kShortNumeric, static_cast<uint16>(value)};
        add_numeric(reinterpret_cast<const char*>(content), sizeof(content));
        return;
    }
    uint64 rest = value < 0 ? uint64{0} - static_cast<uint64>(value) : static_cast<uint64>(value);
    std::array<int16, kMostDigits> digits;
    int first = kMostDigits;
    for (; rest != 0; rest /= kBase)
        digits[--first] = static_cast<int16>(rest % kBase);
    const int weight = first == kMostDigits ? 0 : kMostDigits - first - 1;
    int end = kMostDigits;
    while (end > first && digits[end - 1] == 0)
        end--;
    std::array<char, sizeof(uint16) * (1 + kMostDigits)> content;
    const auto header = static_cast<uint16>(kShortNumeric | (value < 0 ? kNegative : 0) | weight);
    const std::size_t size = sizeof(int16) * (end - first);
    memcpy(content.data(), &header, sizeof(header));
    memcpy(content.data() + sizeof(header), digits.data() + first, size);
    add_numeric(content.data(), sizeof(header) + size);
}

void JsonbWriter::add_numeric(const char* content, std::size_t length)
{
    const uint32 start = used_;
    char* number = reserve_aligned(VARHDRSZ + length);
    SET_VARSIZE(number, VARHDRSZ + length);
    memcpy(number + VARHDRSZ, content, length);
    used_ += static_cast<uint32>(VARHDRSZ + length);
    add_entry(JENTRY_ISNUMERIC, used_ - start);
}

bool JsonbWriter::is_special(const char* content)
{
    uint16 header = 0;
    memcpy(&header, content, sizeof(header));
    return (header & kFormat) == kSpecialNumeric;
}

void JsonbWriter::add_container(const char* container, std::size_t length)
{
    const uint32 start = used_;
    memcpy(reserve_aligned(length), container, length);
    used_ += static_cast<uint32>(length);
    add_entry(JENTRY_ISCONTAINER, used_ - start);
}

Jsonb* JsonbWriter::finish()
{
    if (used_ > kMost)
        too_large_(owner_);
    SET_VARSIZE(buffer_, used_);
    return reinterpret_cast<Jsonb*>(buffer_);
}

}  // namespace journal
