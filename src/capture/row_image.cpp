// See row_image.hpp.
//
// The data of a tuple is its columns in order, each at its type's alignment, without those that are
// NULL. Two versions of a row are walked side by side. Where the second stands behind or before the
// first by a multiple of the largest alignment, equal bytes mean equal columns at equal places, so
// that a whole stretch is compared at once and the columns in it are only stepped over; a column
// that differs ends the stretch, and the next one begins as soon as both are in step again. Where
// they are not (a text grew by a byte), columns are compared one by one.
#include "capture/row_image.hpp"

#include "base/memory.hpp"
#include "values/exact_form.hpp"
#include "values/text_form.hpp"

namespace journal {

// An attribute of the plan's table, as far as the walk needs it.
struct StoredAttribute {
    int16 length;  // as attlen: -1 varlena, -2 a C string
    uint8 alignment;
    bool by_value;
    int position;  // in the layout; -1 if it is dropped, excluded or virtual
};

namespace {

uint8 alignment_of(char alignment)
{
    switch (alignment) {
        case TYPALIGN_CHAR:
            return 1;
        case TYPALIGN_SHORT:
            return ALIGNOF_SHORT;
        case TYPALIGN_INT:
            return ALIGNOF_INT;
        default:
            return ALIGNOF_DOUBLE;
    }
}

const StoredAttribute* stored_attributes(RelationPlan* plan, TupleDesc descriptor)
{
    if (plan->attributes != nullptr)
        return plan->attributes;
    auto* attributes = make_array_in<StoredAttribute>(plan->context, plan->attribute_count);
    for (int i = 0; i < plan->attribute_count; i++) {
        const Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
        attributes[i] = {attribute->attlen, alignment_of(attribute->attalign), attribute->attbyval,
                         plan->position_of[i]};
        const int position = attributes[i].position;
        if (position >= 0 && (plan->columns[position].mode == ColumnMode::kExcluded ||
                              plan->columns[position].mode == ColumnMode::kVirtual))
            attributes[i].position = -1;
    }
    plan->attributes = attributes;
    return attributes;
}

// How many bytes two stretches of memory have in common at their beginning.
std::size_t common_length(const char* a, const char* b, std::size_t length)
{
    std::size_t i = 0;
    for (; i + sizeof(uint64) <= length; i += sizeof(uint64)) {
        uint64 x;
        uint64 y;
        memcpy(&x, a + i, sizeof(x));
        memcpy(&y, b + i, sizeof(y));
        if (x != y)
            break;
    }
    while (i < length && a[i] == b[i])
        i++;
    return i;
}

// Fetches out-of-line values without decompressing them, and tells whether they have the same
// bytes. Two that differ may still be the same value, compressed by different versions.
bool same_compressed(varlena* a, varlena* b)
{
    struct varatt_external p, q;
    VARATT_EXTERNAL_GET_POINTER(p, a);
    VARATT_EXTERNAL_GET_POINTER(q, b);
    if (p.va_valueid == q.va_valueid && p.va_toastrelid == q.va_toastrelid)
        return true;
    const bool is_compressed =
        static_cast<int64>(VARATT_EXTERNAL_GET_EXTSIZE(p)) < int64{p.va_rawsize} - VARHDRSZ;
    if (p.va_rawsize != q.va_rawsize || p.va_extinfo != q.va_extinfo || !is_compressed)
        return false;
    varlena* x = detoast_external_attr(a);
    varlena* y = detoast_external_attr(b);
    const bool same = memcmp(x, y, VARSIZE(x)) == 0;
    pfree(x);
    pfree(y);
    return same;
}

// Whether two arrays are the same but for a bitmap of NULLs, which an array keeps when its last
// NULL is replaced.
bool same_array(Oid type, Datum a, Datum b)
{
    return ARR_HASNULL(DatumGetArrayTypeP(a)) != ARR_HASNULL(DatumGetArrayTypeP(b)) &&
           has_telling_text(type) && strcmp(text_form_once(type, a), text_form_once(type, b)) == 0;
}

// Whether two values whose stored bytes differ are equal all the same.
bool same_value(const RelationPlan* plan, const StoredAttribute& attribute, const char* a,
                const char* b)
{
    if (attribute.length != -1)
        return false;
    auto* x = reinterpret_cast<varlena*>(const_cast<char*>(a));
    auto* y = reinterpret_cast<varlena*>(const_cast<char*>(b));
    if (VARATT_IS_EXTERNAL_ONDISK(x) && VARATT_IS_EXTERNAL_ONDISK(y) && same_compressed(x, y))
        return true;
    if (datum_image_eq(PointerGetDatum(x), PointerGetDatum(y), false, -1))
        return true;
    const Oid type = getBaseType(plan->columns[attribute.position].type);
    return OidIsValid(get_element_type(type)) &&
           same_array(type, PointerGetDatum(x), PointerGetDatum(y));
}

// A tuple that is walked.
struct Walk {
    const char* data;
    std::size_t length;
    const bits8* nulls;  // nullptr: none is NULL
    int count;           // attributes
    std::size_t at;      // how far it is walked
};

Walk walk_of(TupleTableSlot* slot)
{
    bool is_copy = false;
    const HeapTuple tuple = ExecFetchSlotHeapTuple(slot, false, &is_copy);
    const HeapTupleHeader header = tuple->t_data;
    return {reinterpret_cast<const char*>(header) + header->t_hoff, tuple->t_len - header->t_hoff,
            HeapTupleHasNulls(tuple) ? header->t_bits : nullptr,
            static_cast<int>(HeapTupleHeaderGetNatts(header)), 0};
}

bool is_null(const Walk& walk, int attribute)
{
    return walk.nulls != nullptr && att_isnull(attribute, walk.nulls);
}

bool same_nulls(const Walk& a, const Walk& b)
{
    if (a.nulls == nullptr || b.nulls == nullptr)
        return a.nulls == b.nulls;
    return a.count == b.count && memcmp(a.nulls, b.nulls, BITMAPLEN(a.count)) == 0;
}

// Where an attribute that is not NULL begins, at or behind a place.
std::size_t aligned(const char* data, std::size_t at, const StoredAttribute& attribute)
{
    // A varlena with a short header is not aligned, and padding is zero, which no header is.
    return attribute.length == -1 && VARATT_NOT_PAD_BYTE(data + at)
               ? at
               : TYPEALIGN(attribute.alignment, at);
}

std::size_t stored_length(const char* value, const StoredAttribute& attribute)
{
    if (attribute.length > 0)
        return static_cast<std::size_t>(attribute.length);
    return attribute.length == -1 ? VARSIZE_ANY(value) : strlen(value) + 1;
}

Datum value_at(const StoredAttribute& attribute, const char* place)
{
    return fetch_att(place, attribute.by_value, attribute.length);
}

// Compares an attribute at the place where both walks are, and walks past it.
bool differs_here(const RelationPlan* plan, const StoredAttribute& attribute, Walk* a, Walk* b,
                  ChangedColumn* found)
{
    std::size_t a_length = 0;
    std::size_t b_length = 0;
    if (!found->old_null) {
        a->at = aligned(a->data, a->at, attribute);
        a_length = stored_length(a->data + a->at, attribute);
    }
    if (!found->new_null) {
        b->at = aligned(b->data, b->at, attribute);
        b_length = stored_length(b->data + b->at, attribute);
    }
    const char* x = a->data + a->at;
    const char* y = b->data + b->at;
    a->at += a_length;
    b->at += b_length;
    if (attribute.position < 0)
        return false;
    if (found->old_null == found->new_null && a_length == b_length && memcmp(x, y, a_length) == 0)
        return false;
    if (!found->old_null && !found->new_null && same_value(plan, attribute, x, y))
        return false;
    found->old_value = found->old_null ? Datum{0} : value_at(attribute, x);
    found->new_value = found->new_null ? Datum{0} : value_at(attribute, y);
    return true;
}

// Compares an attribute that one of the tuples is too old to have.
bool missing_differs(const RelationPlan* plan, const StoredAttribute& attribute, int number,
                     const RowImage& old_row, const RowImage& new_row, ChangedColumn* found)
{
    if (attribute.position < 0)
        return false;
    found->old_value = slot_getattr(old_row.slot, number, &found->old_null);
    found->new_value = slot_getattr(new_row.slot, number, &found->new_null);
    if (found->old_null || found->new_null)
        return found->old_null != found->new_null;
    return !datum_image_eq(found->old_value, found->new_value, attribute.by_value,
                           attribute.length) &&
           !same_value(plan, attribute, DatumGetPointer(found->old_value),
                       DatumGetPointer(found->new_value));
}

}  // namespace

int changed_columns(RelationPlan* plan, const RowImage& old_row, const RowImage& new_row,
                    ChangedColumn* changed)
{
    const StoredAttribute* attributes = stored_attributes(plan, old_row.slot->tts_tupleDescriptor);
    Walk a = walk_of(old_row.slot);
    Walk b = walk_of(new_row.slot);
    const int common = std::min({a.count, b.count, plan->attribute_count});
    const bool is_null_alike = a.count == b.count && same_nulls(a, b);
    int count = 0;
    std::size_t equal_until = 0;  // of a: up to here its bytes equal those of b
    for (int i = 0; i < common; i++) {
        const StoredAttribute& attribute = attributes[i];
        const bool a_null = is_null(a, i);
        const bool b_null = is_null(b, i);
        if (a_null && b_null)
            continue;
        if (!a_null && !b_null) {
            if (a.at >= equal_until && (a.at - b.at) % MAXIMUM_ALIGNOF == 0) {
                equal_until = a.at + common_length(a.data + a.at, b.data + b.at,
                                                   std::min(a.length - a.at, b.length - b.at));
                if (is_null_alike && equal_until == a.length && a.length - a.at == b.length - b.at)
                    break;
            }
            // Within the stretch, what is read of a stands in b too.
            if (a.at < equal_until) {
                std::size_t next = aligned(a.data, a.at, attribute);
                if (next < equal_until) {
                    next += stored_length(a.data + next, attribute);
                    if (next <= equal_until) {
                        b.at += next - a.at;
                        a.at = next;
                        continue;
                    }
                }
            }
        }
        changed[count] = {attribute.position, a_null, b_null, 0, 0};
        if (differs_here(plan, attribute, &a, &b, &changed[count]))
            count++;
        equal_until = 0;
    }
    for (int i = common; i < plan->attribute_count; i++) {
        changed[count].position = attributes[i].position;
        if (missing_differs(plan, attributes[i], i + 1, old_row, new_row, &changed[count]))
            count++;
    }
    return count;
}

}  // namespace journal
