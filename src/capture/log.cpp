// journal.log: events that are no row change.
#include "accounts/confinement.hpp"
#include "base/bounds.hpp"
#include "base/function.hpp"
#include "base/settings.hpp"
#include "capture/clock.hpp"
#include "capture/entry_writer.hpp"
#include "catalog/event_type.hpp"
#include "catalog/marked_right.hpp"
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

// The moment of an import, which has to be over. Whoever may log may not, for that alone, write
// into the past.
TimestampTz past_moment(TimestampTz moment)
{
    if (!has_marked_right(GetUserId(), "journal.importer()"))
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("role \"%s\" may not log what occurred earlier",
                               GetUserNameFromId(GetUserId(), false)),
                        errhint("GRANT EXECUTE ON FUNCTION journal.importer() TO %s; or leave out "
                                "occurred_at: the event is recorded as of now.",
                                quote_identifier(GetUserNameFromId(GetUserId(), false)))));
    if (TIMESTAMP_NOT_FINITE(moment) || moment > GetCurrentTimestamp())
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("occurred_at %s is not in the past", timestamptz_to_str(moment)),
                        errhint("What is still to come has not occurred.")));
    return moment;
}

// A member of an object of links, as text; nullptr if it is none.
char* text_member(JsonbContainer* object, const char* name)
{
    JsonbValue member;
    const JsonbValue* value =
        getKeyJsonValueFromContainer(object, name, static_cast<int>(strlen(name)), &member);
    if (value == nullptr)
        return nullptr;
    if (value->type == jbvString)
        return pnstrdup(value->val.string.val, value->val.string.len);
    return value->type == jbvNumeric ? numeric_normalize(value->val.numeric) : nullptr;
}

bool is_true(JsonbContainer* object, const char* name)
{
    JsonbValue member;
    const JsonbValue* value =
        getKeyJsonValueFromContainer(object, name, static_cast<int>(strlen(name)), &member);
    return value != nullptr && value->type == jbvBool && value->val.boolean;
}

/// Checks links as a report shows them: an array of objects with type and id. The one that says
/// that it is the document becomes the entry's.
void take_links(Jsonb* links, Entry* entry)
{
    bool is_valid = JB_ROOT_IS_ARRAY(links) && !JB_ROOT_IS_SCALAR(links);
    for (uint32 i = 0; is_valid && i < JB_ROOT_COUNT(links); i++) {
        const JsonbValue* link = getIthJsonbValueFromContainer(&links->root, i);
        is_valid = link->type == jbvBinary && JsonContainerIsObject(link->val.binary.data);
        if (!is_valid)
            break;
        JsonbContainer* object = link->val.binary.data;
        const char* type = text_member(object, "type");
        char* id = text_member(object, "id");
        is_valid = type != nullptr && id != nullptr;
        if (!is_valid || !is_true(object, "document"))
            continue;
        if (entry->document_id != nullptr)
            ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                            errmsg("two links of a logged event are its document"),
                            errhint("Say \"document\": true in one of them.")));
        check_object_type(type);
        entry->document_type = type;
        entry->document_id = shortened(id, kLongestKey);
    }
    if (!is_valid)
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                 errmsg("links of a logged event have the wrong form"),
                 errdetail("Links are an array of objects, each with \"type\" and \"id\", "
                           "with \"label\" if known, and with \"document\": true if the event "
                           "belongs to it."),
                 errhint("For example: '[{\"type\": \"order\", \"id\": \"17\"}]'.")));
}

}  // namespace

/// journal.log(event, object_type, object_id, label, details, location, links, occurred_at,
/// account, employee): number of the new entry.
JOURNAL_FUNCTION(journal_log)
{
    require_writable("journal.log()");
    if (PG_ARGISNULL(0))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("event cannot be NULL"),
                        errhint("SELECT code FROM journal.event_types lists the codes.")));
    const EventType* event = event_type_by_code(text_to_cstring(PG_GETARG_TEXT_PP(0)));
    const CommandId command = GetCurrentCommandId(true);

    Entry entry{};
    const TimestampTz now = moment_of(command);
    entry.occurred_at = PG_ARGISNULL(7) ? now : past_moment(PG_GETARG_TIMESTAMPTZ(7));
    entry.recorded_at = PG_ARGISNULL(7) ? 0 : now;
    entry.command = command;
    entry.event_type = event->id;
    entry.operation = 'l';
    entry.reported = true;
    const char* account =
        PG_ARGISNULL(8) ? settings.account : bounded_argument(fcinfo, 8, "account", kLongestName);
    entry.account = account_to_record(account);
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
        take_links(links, &entry);
    entry.details = packed_values(details);
    entry.links = packed_values(links);
    entry.employee = text_argument_or(fcinfo, 9, settings.employee);
    check_length("employee", entry.employee, kLongestName);
    PG_RETURN_INT64(write_entry(entry));
}

}  // namespace journal
