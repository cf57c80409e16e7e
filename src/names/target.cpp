// See target.hpp.
#include "names/target.hpp"

#include "catalog/own_trigger.hpp"
#include "catalog/present_layout.hpp"
#include "catalog/unrecorded.hpp"
#include "months/gone_months.hpp"
#include "names/target_query.hpp"
#include "values/text_form.hpp"

namespace journal {

namespace {

/// Whether values of a type change with the rows alone: not with what an enum's value, or an object
/// of the database, is called.
bool is_plain(Oid type)
{
    const Oid base = getBaseType(type);
    return get_typtype(base) == TYPTYPE_BASE && !OidIsValid(get_element_type(base)) &&
           !is_object_name(base);
}

/// The latest moment until which a month of the journal is lost, and with it what ended a name.
TimestampTz names_lost_until()
{
    Query query = Query::begin(RunAs::kOwner);
    query.run("SELECT max(least(to_moment, gone_at)) FROM " JOURNAL_MONTHS
              " AS m WHERE gone_at IS NOT NULL AND NOT was_empty",
              {}, true);
    const Value moment = query.value(0);
    const TimestampTz until = moment.is_null ? DT_NOBEGIN : moment.time();
    query.end();
    return until;
}

/// Whether the present names of a target's rows may be those of earlier times.
bool may_tell_names(const Target& target, Relation relation)
{
    return strcmp(target.capture, "events") == 0 && !has_unrecorded(target.id) &&
           is_recorded(relation) &&
           (target.label_column == 0 ||
            (target.label != InvalidAttrNumber &&
             is_plain(TupleDescAttr(RelationGetDescr(relation), target.label - 1)->atttypid)));
}

/// Adds what is to be known of the table itself, which stays locked, since its columns are told by
/// number.
void judge(Target* target)
{
    Relation relation = OidIsValid(target->relation)
                            ? try_relation_open(target->relation, AccessShareLock)
                            : nullptr;
    if (relation == nullptr) {
        target->named_since = PG_INT64_MAX;
        return;
    }
    const AttributePair columns =
        attributes_of(target->id, target->relation, target->label_column, target->account_column);
    target->label = columns.first;
    target->account = columns.second;
    if (!may_tell_names(*target, relation))
        target->named_since = PG_INT64_MAX;
    target->may_hide_rows = target->account_column == 0 &&
                            check_enable_rls(target->relation, GetUserId(), true) == RLS_ENABLED;
    relation_close(relation, NoLock);
}

}  // namespace

void read_targets(const WantedTargets& wanted, MemoryContext context, Vector<Target*>* targets)
{
    const std::size_t first = targets->size();
    Query query = Query::begin(RunAs::kOwner);
    const uint64 rows = query.run(kTargets, {wanted.ids, wanted.types, wanted.sources}, true);
    for (uint64 i = 0; i < rows; i++) {
        auto* target = make_in<Target>(context);
        target->id = query.value(i, "id").int4();
        target->relation = query.value(i, "relation").oid();
        target->capture = query.value(i, "capture").text(context);
        target->object_type = query.value(i, "object_type").text(context);
        target->label_column = query.value(i, "label_column").int4();
        target->account_column = query.value(i, "account_column").int4();
        target->records_all = query.value(i, "records_all").boolean();
        target->named_since = query.value(i, "named_since").int8();
        target->is_whole = query.value(i, "is_whole").boolean();
        targets->push_back(target);
    }
    query.end();
    const TimestampTz lost_until = names_lost_until();
    for (std::size_t i = first; i < targets->size(); i++) {
        (*targets)[i]->lost_until = lost_until;
        judge((*targets)[i]);
    }
}

}  // namespace journal
