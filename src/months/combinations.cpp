// See combinations.hpp.
#include "months/combinations.hpp"

namespace journal {

namespace {

using Bytes = Vector<unsigned char>;

void put_number(Bytes* bytes, uint64 number)
{
    for (; number >= 0x80; number >>= 7)
        bytes->push_back(static_cast<unsigned char>(number | 0x80));
    bytes->push_back(static_cast<unsigned char>(number));
}

[[noreturn]] void raise_damaged()
{
    ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
                    errmsg("the summary of a closed month cannot be read"),
                    errhint("DELETE FROM journal.closed_month; as the extension's owner: the next "
                            "journal.maintenance() makes all summaries anew.")));
    pg_unreachable();
}

uint64 read_number(const unsigned char** position, const unsigned char* end)
{
    uint64 number = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (*position == end)
            raise_damaged();
        const unsigned char byte = *(*position)++;
        number |= static_cast<uint64>(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            return number;
    }
    raise_damaged();
}

bytea* make_bytea(const Bytes& bytes, MemoryContext context)
{
    auto* result = static_cast<bytea*>(MemoryContextAlloc(context, VARHDRSZ + bytes.size()));
    SET_VARSIZE(result, VARHDRSZ + bytes.size());
    memcpy(VARDATA(result), bytes.data(), bytes.size());
    return result;
}

/// Puts the values that one member of the combinations has into numbers, sorted, each once.
void find_present(const Vector<Combination>& combinations, int32 Combination::*member,
                  Vector<int32>* numbers)
{
    for (const Combination& combination : combinations)
        if (numbers->empty() || numbers->back() != combination.*member)
            numbers->push_back(combination.*member);
    std::sort(numbers->begin(), numbers->end());
    numbers->erase(std::unique(numbers->begin(), numbers->end()), numbers->end());
}

/// The order of numbers without a sign is that of those with one.
uint32 unsigned_of(int32 number)
{
    return static_cast<uint32>(number) ^ 0x80000000U;
}

void put_numbers(Bytes* bytes, const Vector<int32>& numbers)
{
    put_number(bytes, numbers.size());
    uint32 last = 0;
    for (const int32 number : numbers) {
        put_number(bytes, unsigned_of(number) - last);
        last = unsigned_of(number);
    }
}

PresentNumbers read_numbers(const unsigned char** position, const unsigned char* end)
{
    const uint64 count = read_number(position, end);
    if (count > static_cast<uint64>(end - *position))
        raise_damaged();
    PresentNumbers numbers{static_cast<int>(count),
                           make_array_in<int32>(CurrentMemoryContext, count)};
    uint32 last = 0;
    for (int i = 0; i < numbers.count; i++) {
        last += static_cast<uint32>(read_number(position, end));
        numbers.items[i] = static_cast<int32>(last ^ 0x80000000U);
    }
    return numbers;
}

uint64 place_of(const Vector<int32>& numbers, int32 number)
{
    return static_cast<uint64>(std::lower_bound(numbers.begin(), numbers.end(), number) -
                               numbers.begin());
}

}  // namespace

PackedCombinations pack_combinations(const Vector<Combination>& sorted, bool keep,
                                     MemoryContext context)
{
    Vector<int32> employees(context);
    find_present(sorted, &Combination::employee, &employees);
    Vector<int32> locations(context);
    find_present(sorted, &Combination::location, &locations);
    Vector<int32> event_keys(context);
    find_present(sorted, &Combination::event_key, &event_keys);
    Bytes present(context);
    put_numbers(&present, employees);
    put_numbers(&present, locations);
    put_numbers(&present, event_keys);
    PackedCombinations packed{make_bytea(present, context), nullptr};
    if (!keep)
        return packed;

    Bytes combinations(context);
    uint64 last = 0;
    for (const Combination& combination : sorted) {
        CHECK_FOR_INTERRUPTS();
        const uint64 number = (place_of(employees, combination.employee) * locations.size() +
                               place_of(locations, combination.location)) *
                                  event_keys.size() +
                              place_of(event_keys, combination.event_key);
        put_number(&combinations, number - last);
        put_number(&combinations, static_cast<uint64>(combination.entries));
        last = number;
    }
    packed.combinations = make_bytea(combinations, context);
    return packed;
}

PresentValues unpack_present(const bytea* present)
{
    const auto* position = reinterpret_cast<const unsigned char*>(VARDATA_ANY(present));
    const unsigned char* end = position + VARSIZE_ANY_EXHDR(present);
    PresentValues values{};
    values.employees = read_numbers(&position, end);
    values.locations = read_numbers(&position, end);
    values.event_keys = read_numbers(&position, end);
    if (position != end)
        raise_damaged();
    return values;
}

CombinationReader::CombinationReader(const PresentValues& present, const bytea* combinations)
    : position_(reinterpret_cast<const unsigned char*>(VARDATA_ANY(combinations))),
      end_(position_ + VARSIZE_ANY_EXHDR(combinations)),
      employees_(static_cast<uint64>(present.employees.count)),
      locations_(static_cast<uint64>(present.locations.count)),
      event_keys_(static_cast<uint64>(present.event_keys.count))
{
}

bool CombinationReader::next()
{
    if (position_ == end_)
        return false;
    number_ += read_number(&position_, end_);
    entries_ = static_cast<int64>(read_number(&position_, end_));
    if (number_ >= employees_ * locations_ * event_keys_)
        raise_damaged();
    return true;
}

}  // namespace journal
