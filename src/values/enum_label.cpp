// See enum_label.hpp.
#include "values/enum_label.hpp"

namespace journal {

namespace {

// Two values whose ids meet in one place take turns.
constexpr Oid kPlaces = 64;

struct Label {
    Oid value;
    uint8 length;
    char text[NAMEDATALEN];
};

Label labels[kPlaces];
bool are_stale = true;

void label_changed(Datum, int, uint32)
{
    are_stale = true;
}

void forget_labels()
{
    static bool is_registered = false;
    if (!is_registered) {
        CacheRegisterSyscacheCallback(ENUMOID, label_changed, Datum{0});
        is_registered = true;
    }
    are_stale = false;
    memset(labels, 0, sizeof(labels));
}

void look_up(Oid value, Label* label)
{
    HeapTuple row = SearchSysCache1(ENUMOID, ObjectIdGetDatum(value));
    if (!HeapTupleIsValid(row))
        ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
                        errmsg("invalid internal value for enum: %u", value)));
    const char* text = NameStr(reinterpret_cast<Form_pg_enum>(GETSTRUCT(row))->enumlabel);
    label->length = static_cast<uint8>(strlen(text));
    memcpy(label->text, text, label->length);
    label->value = value;
    ReleaseSysCache(row);
}

}  // namespace

char* write_enum_label(Oid value, char* at)
{
    if (are_stale)
        forget_labels();
    Label& label = labels[value % kPlaces];
    if (label.value != value)
        look_up(value, &label);
    memcpy(at, label.text, label.length);
    return at + label.length;
}

}  // namespace journal
