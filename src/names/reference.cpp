// See reference.hpp.
#include "names/reference.hpp"

#include "catalog/name_rights.hpp"
#include "names/present_name.hpp"
#include "names/recorded_name.hpp"
#include "names/target.hpp"

#include <algorithm>

namespace journal {

namespace {

bool wants_name(const Reference& one)
{
    return one.wants_label && !one.labelled;
}

/// Whether a row has to be looked up whatever the journal has written down.
bool wants_row(const Reference& one)
{
    return one.wants_presence ||
           (one.wants_label && (one.target->may_hide_rows ||
                                (may_have_present_name(one) && one.target->label_column != 0)));
}

/// Looks up the rows that some references to one target are to, sorted by object: what the caller
/// sees of them, and what they are called. A name may be shown by the word of whoever tracked the
/// table, so its owner lends his rights where the caller has none, unless policies hide rows of
/// which the journal does not know whose they are.
void look_up_rows(const char* account, Reference* const* asked, std::size_t count,
                  MemoryContext context)
{
    const Target& target = *asked[0]->target;
    auto** keys = make_array_in<const char*>(context, count);
    int distinct = 0;
    bool any_named = false;
    for (std::size_t i = 0; i < count; i++) {
        if (i == 0 || !is_same_object(*asked[i - 1], *asked[i]))
            keys[distinct++] = asked[i]->key;
        any_named |= asked[i]->wants_label && may_have_present_name(*asked[i]);
    }
    auto* live = make_array_in<LiveRow>(context, distinct);
    look_up_live(target, LookUpAs::kCaller, account, distinct, keys, context, live);
    LiveRow* present = live;
    if (any_named && !target.may_hide_rows && !sees_names(target)) {
        present = make_array_in<LiveRow>(context, distinct);
        look_up_live(target, LookUpAs::kOwner, account, distinct, keys, context, present);
    }
    for (std::size_t i = 0, at = 0; i < count; i++) {
        if (i > 0 && !is_same_object(*asked[i - 1], *asked[i]))
            at++;
        asked[i]->looked_up = true;
        asked[i]->live = live[at];
        asked[i]->present = present[at];
    }
}

struct OwnedTarget {
    const Target* target;
    Oid owner;  // of the table
};

const OwnedTarget* find_by_id(const Vector<OwnedTarget>& by_id, int32 id)
{
    auto found = std::lower_bound(
        by_id.begin(), by_id.end(), id,
        [](const OwnedTarget& one, int32 wanted) { return one.target->id < wanted; });
    return found != by_id.end() && found->target->id == id ? &*found : nullptr;
}

const Target* find_by_type(const Vector<const Target*>& by_type, const char* type)
{
    auto found = std::lower_bound(
        by_type.begin(), by_type.end(), type,
        [](const Target* one, const char* wanted) { return strcmp(one->object_type, wanted) < 0; });
    return found != by_type.end() && strcmp((*found)->object_type, type) == 0 ? *found : nullptr;
}

}  // namespace

References::References(MemoryContext context) : context_(context), all_(context), targets_(context)
{
}

Reference* References::add(const EntryRow& entry, int32 relation, const char* type, const char* key)
{
    auto* reference = make_in<Reference>(context_);
    reference->relation = relation;
    reference->type = type;
    reference->key = MemoryContextStrdup(context_, key);
    reference->entry = entry.id;
    reference->source = entry.relation;
    reference->occurred_at = entry.occurred_at;
    reference->outside_order = entry.backfilled || entry.imported;
    reference->transaction =
        U64FromFullTransactionId(DatumGetFullTransactionId(entry.transaction_id));
    reference->session = entry.session;
    reference->command = entry.command;
    all_.push_back(reference);
    return reference;
}

Reference* References::to_relation(const EntryRow& entry, int32 relation, const char* key)
{
    return add(entry, relation, nullptr, key);
}

Reference* References::to_object(const EntryRow& entry, const char* type, const char* key)
{
    return add(entry, 0, MemoryContextStrdup(context_, type), key);
}

void References::find_targets()
{
    auto* ids = make_array_in<int32>(CurrentMemoryContext, all_.size());
    auto** types = make_array_in<const char*>(CurrentMemoryContext, all_.size());
    auto* sources = make_array_in<int32>(CurrentMemoryContext, all_.size());
    for (std::size_t i = 0; i < all_.size(); i++) {
        ids[i] = all_[i]->relation;
        types[i] = all_[i]->type;
        sources[i] = all_[i]->source;
    }
    const int count = static_cast<int>(all_.size());
    read_targets({int4_array_argument(ids, count), text_array_argument(types, count),
                  int4_array_argument(sources, count)},
                 context_, &targets_);
    Vector<OwnedTarget> by_id(context_);
    for (const Target* target : targets_)
        by_id.push_back({target, owner_of(target->relation)});
    std::sort(by_id.begin(), by_id.end(), [](const OwnedTarget& a, const OwnedTarget& b) {
        return a.target->id < b.target->id;
    });
    Vector<const Target*> by_type(context_);
    for (const Target* target : targets_)
        if (target->object_type != nullptr)
            by_type.push_back(target);
    std::sort(by_type.begin(), by_type.end(), [](const Target* a, const Target* b) {
        return strcmp(a->object_type, b->object_type) < 0;
    });
    for (Reference* one : all_) {
        if (const OwnedTarget* source = find_by_id(by_id, one->source))
            one->source_owner = source->owner;
        if (one->type != nullptr)
            one->target = find_by_type(by_type, one->type);
        else if (const OwnedTarget* found = find_by_id(by_id, one->relation))
            one->target = found->target;
    }
}

void References::look_up(const char* account, bool (*wanted)(const Reference&))
{
    Vector<Reference*> asked(context_);
    for (Reference* one : all_)
        if (!one->looked_up && wanted(*one))
            asked.push_back(one);
    for (std::size_t first = 0; first < asked.size();) {
        CHECK_FOR_INTERRUPTS();
        std::size_t end = first;
        while (end < asked.size() && asked[end]->target == asked[first]->target)
            end++;
        look_up_rows(account, &asked[first], end - first, context_);
        first = end;
    }
}

/// What is still without a name is called what the caller sees.
void References::answer_from_live()
{
    for (Reference* one : all_) {
        one->presence = one->live.presence;
        if (one->held && one->label != nullptr && one->presence == Presence::kPresent)
            answer(one, one->label);
        if (wants_name(*one))
            answer(one, one->live.has_label ? one->live.label : nullptr);
    }
}

void References::resolve(const char* account)
{
    if (all_.empty())
        return;
    find_targets();
    all_.erase(std::remove_if(all_.begin(), all_.end(),
                              [](const Reference* one) { return one->target == nullptr; }),
               all_.end());
    // Once: whoever picks some of them keeps their order.
    std::sort(all_.begin(), all_.end(), by_object_newest_first);
    look_up(account, wants_row);
    answer_from_present(account, all_, context_);
    answer_from_records(account, all_, context_);
    look_up(account, wants_name);
    answer_from_live();
}

}  // namespace journal
