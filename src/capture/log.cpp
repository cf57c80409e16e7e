// journal.log: events that are no row change.
#include "base/bounds.hpp"
#include "base/function.hpp"
#include "base/settings.hpp"
#include "capture/clock.hpp"
#include "capture/entry_writer.hpp"
#include "catalog/confinement.hpp"
#include "catalog/event_type.hpp"
#include "values/packed_values.hpp"
#include "values/text_form.hpp"

namespace journal {

namespace {

// An argument, or otherwise where it is NULL; '' is none, as in journal.set_context.
const char* text_argument_or(FunctionCallInfo fcinfo, int number, const char* otherwise)
{
    const char* given = otherwise;
    if (!PG_ARGISNULL(number))
        given = text_to_cstring(PG_GETARG_TEXT_PP(number));
    return given == nullptr || *given == '\0' ? nullptr : given;
}

/// An object's key under which rows of the object are found too.
const char* key_argument(FunctionCallInfo fcinfo, int number)
{
    return PG_ARGISNULL(number)
               ? nullptr
               : shortened(text_to_cstring(PG_GETARG_TEXT_PP(number)), kLongestKey);
}

bool has_text_member(JsonbContainer* object, const char* name)
{
    JsonbValue member;
    const JsonbValue* value =
        getKeyJsonValueFromContainer(object, name, static_cast<int>(strlen(name)), &member);
    return value != nullptr && (value->type == jbvString || value->type == jbvNumeric);
}

/// Checks links as a report shows them: an array of objects with type and id.
void check_links(Jsonb* links)
{
    bool is_valid = JB_ROOT_IS_ARRAY(links) && !JB_ROOT_IS_SCALAR(links);
    for (uint32 i = 0; is_valid && i < JB_ROOT_COUNT(links); i++) {
        const JsonbValue* link = getIthJsonbValueFromContainer(&links->root, i);
        is_valid = link->type == jbvBinary && JsonContainerIsObject(link->val.binary.data) &&
                   has_text_member(link->val.binary.data, "type") &&
                   has_text_member(link->val.binary.data, "id");
    }
    if (!is_valid)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("links of a logged event have the wrong form"),
                        errdetail("Links are an array of objects, each with \"type\" and \"id\", "
                                  "and with \"label\" if known."),
                        errhint("For example: '[{\"type\": \"order\", \"id\": \"17\"}]'.")));
}

}  // namespace

/// journal.log(event, object_type, object_id, label, details, location, links): number of the new
/// entry.
JOURNAL_FUNCTION(journal_log)
{
    require_writable("journal.log()");
    if (PG_ARGISNULL(0))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("event cannot be NULL"),
                        errhint("SELECT code FROM journal.event_types lists the codes.")));
    const EventType* event = event_type_by_code(text_to_cstring(PG_GETARG_TEXT_PP(0)));
    const CommandId command = GetCurrentCommandId(true);

    Entry entry{};
    entry.occurred_at = moment_of(command);
    entry.command = command;
    entry.event_type = event->id;
    entry.operation = 'l';
    entry.reported = true;
    entry.account = account_to_record();
    entry.object_type = text_argument_or(fcinfo, 1, event->object_type);
    entry.object_id = key_argument(fcinfo, 2);
    if (entry.object_type != nullptr)
        check_object_type(entry.object_type);
    entry.label = text_argument_or(fcinfo, 3, nullptr);
    const Jsonb* details = PG_ARGISNULL(4) ? nullptr : PG_GETARG_JSONB_P(4);
    entry.location = text_argument_or(fcinfo, 5, settings.location);
    Jsonb* links = PG_ARGISNULL(6) ? nullptr : PG_GETARG_JSONB_P(6);
    check_length("label", entry.label, kLongestReason);
    check_length("details", details, kLongestDetails);
    check_length("location", entry.location, kLongestName);
    check_length("links", links, kLongestDetails);
    if (links != nullptr)
        check_links(links);
    entry.details = packed_values(details);
    entry.links = packed_values(links);
    entry.employee = *settings.employee == '\0' ? nullptr : settings.employee;
    PG_RETURN_INT64(write_entry(entry));
}

}  // namespace journal
