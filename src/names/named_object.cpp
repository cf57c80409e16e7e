// See named_object.hpp.
#include "names/named_object.hpp"

namespace journal {

namespace {

int compare_objects(const Reference& a, const Reference& b)
{
    if (a.target != b.target)
        return a.target->id < b.target->id ? -1 : 1;
    return strcmp(a.key, b.key);
}

}  // namespace

bool by_object_newest_first(const Reference* a, const Reference* b)
{
    const int order = compare_objects(*a, *b);
    return order != 0 ? order < 0 : a->entry > b->entry;
}

bool is_same_object(const Reference& a, const Reference& b)
{
    return compare_objects(a, b) == 0;
}

bool begins_object(const Vector<Reference*>& sorted, std::size_t i)
{
    return i == 0 || !is_same_object(*sorted[i - 1], *sorted[i]);
}

bool may_have_present_name(const Reference& one)
{
    return one.entry > one.target->named_since && one.occurred_at >= one.target->lost_until;
}

void answer(Reference* reference, const char* label)
{
    reference->labelled = true;
    reference->label = label;
}

}  // namespace journal
