// See shown_value.hpp.
#include "wording/shown_value.hpp"

#include "base/memory.hpp"
#include "catalog/entry_data.hpp"
#include "values/server_text.hpp"

namespace journal {

namespace {

constexpr int kLongestText = 300;  // characters that are shown of a text
constexpr int kBeforeChange = 40;  // those before what differs

bool is_of_type(const char* type, const char* name)
{
    if (type == nullptr)
        return false;
    // Since 17 json has no schema, as a type of the SQL standard.
    return strcmp(strncmp(type, "pg_catalog.", 11) == 0 ? type + 11 : type, name) == 0;
}

/// Appends text on one line.
void append_line(StringInfo line, const char* text, int length)
{
    for (const char* end = text + length; text < end; text++)
        appendStringInfoChar(line, *text == '\n' || *text == '\r' || *text == '\t' ? ' ' : *text);
}

/// Whether a text has to stand in quotes to be seen.
bool is_blank(const char* text)
{
    return strspn(text, " ") == strlen(text);
}

/// How a moment is written by a language's form, as to_char does it.
const char* formed(Timestamp moment, const char* form)
{
    return TextDatumGetCString(DirectFunctionCall2Coll(
        timestamp_to_char, C_COLLATION_OID, TimestampGetDatum(moment), CStringGetTextDatum(form)));
}

/// Seconds and their fraction, where they are not 0: ":05", ":05.25".
const char* seconds_text(int seconds, fsec_t fraction)
{
    if (seconds == 0 && fraction == 0)
        return "";
    char* text = psprintf(":%02d", seconds);
    if (fraction == 0)
        return text;
    text = psprintf("%s.%06d", text, static_cast<int>(fraction));
    for (char* end = text + strlen(text) - 1; *end == '0'; end--)
        *end = '\0';
    return text;
}

/// A moment in the language's form, in the time zone if its type has one.
const char* moment_text(const char* stored, bool has_zone, const Writing& writing)
{
    const TimestampTz moment = DatumGetTimestampTz(
        DirectFunctionCall3(has_zone ? timestamptz_in : timestamp_in, CStringGetDatum(stored),
                            ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
    struct pg_tm tm {};
    fsec_t fraction = 0;
    int offset = 0;
    const char* zone = nullptr;
    Timestamp local = 0;
    if (TIMESTAMP_NOT_FINITE(moment) ||
        timestamp2tm(moment, has_zone ? &offset : nullptr, &tm, &fraction,
                     has_zone ? &zone : nullptr, writing.time_zone) != 0 ||
        tm.tm_year <= 0 || tm2timestamp(&tm, fraction, nullptr, &local) != 0)
        return stored;
    return psprintf("%s %s%s", formed(local, writing.words->word("format.date")),
                    formed(local, writing.words->word("format.time")),
                    seconds_text(tm.tm_sec, fraction));
}

const char* date_text(const char* stored, const Writing& writing)
{
    const DateADT date = DatumGetDateADT(DirectFunctionCall1(date_in, CStringGetDatum(stored)));
    if (DATE_NOT_FINITE(date) || pg_str_endswith(stored, " BC"))
        return stored;
    const Timestamp midnight =
        DatumGetTimestamp(DirectFunctionCall1(date_timestamp, DateADTGetDatum(date)));
    return formed(midnight, writing.words->word("format.date"));
}

/// A number of digits and point as a language writes it: 1,250.50.
const char* number_text(const char* digits, const Writing& writing)
{
    const char* group = writing.words->word("format.group");
    StringInfoData text;
    initStringInfo(&text);
    const auto whole = static_cast<int>(strspn(digits, "0123456789"));
    for (int i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % 3 == 0)
            appendStringInfoString(&text, group);
        appendStringInfoChar(&text, digits[i]);
    }
    digits += whole;
    if (*digits == '.') {
        appendStringInfoString(&text, writing.words->word("format.decimal"));
        digits++;
    }
    appendStringInfoString(&text, digits);
    return text.data;
}

/// A number in the form of its column: # stands for it.
const char* in_form(const char* form, const char* digits, const Writing& writing)
{
    const char* sign = *digits == '-' ? "-" : "";
    const char* number = number_text(digits + strlen(sign), writing);
    const char* place = strchr(form, '#');
    return place == nullptr ? psprintf("%s%s %s", sign, number, form)
                            : psprintf("%s%.*s%s%s", sign, static_cast<int>(place - form), form,
                                       number, place + 1);
}

/// The text of a string of a column of that type, before it is cut.
const char* string_text(const char* text, const char* type, const Writing& writing)
{
    if (type == nullptr)
        return text;
    if (strncmp(type, "timestamp", 9) == 0 && pg_str_endswith(type, " time zone"))
        return moment_text(text, pg_str_endswith(type, " with time zone"), writing);
    if (is_of_type(type, "date"))
        return date_text(text, writing);
    if (is_of_type(type, "bytea"))
        return in_form(writing.words->word("format.bytes"), psprintf("%zu", (strlen(text) - 2) / 2),
                       writing);
    return text;
}

/// Where to begin to show two texts of which one is long: a little before they differ.
int skipped(const char* a, const char* b)
{
    int characters = 0;
    for (int at = 0, length = 0; a[at] != '\0' && b[at] != '\0'; at += length, characters++) {
        length = pg_mblen(a + at);
        if (strncmp(a + at, b + at, length) != 0)
            break;
    }
    int from = 0;
    for (int i = kBeforeChange; i < characters; i++)
        from += pg_mblen(a + from);
    return from;
}

bool is_long(const char* text)
{
    return pg_mbstrlen(text) > kLongestText;
}

void append_part(StringInfo line, const char* text, int from)
{
    if (from > 0)
        appendStringInfoString(line, server_text("…", "..."));
    append_text(line, text + from);
}

/// A json column's text as jsonb, unless something in it is beyond that type.
const JsonbValue* as_container(const JsonbValue* value, const char* type)
{
    if (value == nullptr || value->type != jbvString || !is_of_type(type, "json"))
        return value;
    const char* text = value_text(value);
    // A number of more digits than numeric has is longer than that.
    constexpr std::size_t kLongestContainer = 100000;
    if (*text != '{' || strstr(text, "\\u") != nullptr || strlen(text) > kLongestContainer)
        return value;
    for (const char* at = text; *at != '\0'; at++)
        if ((*at == 'e' || *at == 'E') && strspn(at + 1, "+-0123456789") > 5)
            return value;
    Jsonb* json = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));
    auto* container = make_in<JsonbValue>(CurrentMemoryContext);
    container->type = jbvBinary;
    container->val.binary.data = &json->root;
    container->val.binary.len = VARSIZE(json) - VARHDRSZ;
    return container;
}

bool is_object(const JsonbValue* value)
{
    return value != nullptr && value->type == jbvBinary &&
           JsonContainerIsObject(value->val.binary.data);
}

/// The keys of two objects: those of the first, then what only the second has.
Vector<const char*> keys_of(const JsonbValue* a, const JsonbValue* b)
{
    Vector<const char*> keys(CurrentMemoryContext);
    for (const JsonbValue* object : {a, b}) {
        JsonbIterator* iterator = JsonbIteratorInit(object->val.binary.data);
        JsonbValue item;
        for (JsonbIteratorToken token = JsonbIteratorNext(&iterator, &item, true);
             token != WJB_DONE; token = JsonbIteratorNext(&iterator, &item, true)) {
            JsonbValue found;
            if (token == WJB_KEY && (object == a || getKeyJsonValueFromContainer(
                                                        a->val.binary.data, item.val.string.val,
                                                        item.val.string.len, &found) == nullptr))
                keys.push_back(pnstrdup(item.val.string.val, item.val.string.len));
        }
    }
    return keys;
}

const JsonbValue* member(const JsonbValue* object, const char* key)
{
    const JsonbValue* found = getKeyJsonValueFromContainer(object->val.binary.data, key,
                                                           static_cast<int>(strlen(key)), nullptr);
    static const JsonbValue kNone{};  // jbvNull
    return found == nullptr ? &kNone : found;
}

/// Objects in objects are told apart so deep; what is deeper is shown whole.
constexpr int kDeepest = 20;

bool append_keys(StringInfo line, const char* name, const JsonbValue* old_value,
                 const JsonbValue* new_value, const Writing& writing, int depth)
{
    bool any = false;
    for (const char* key : keys_of(old_value, new_value)) {
        CHECK_FOR_INTERRUPTS();
        const JsonbValue* was = member(old_value, key);
        const JsonbValue* is = member(new_value, key);
        const char* path = psprintf("%s.%s", name, key);
        if (same_value(was, is))
            continue;
        any = true;
        if (is_object(was) && is_object(is) && depth < kDeepest) {
            append_keys(line, path, was, is, writing, depth + 1);
            continue;
        }
        append_name(line, path);
        append_values(line, was, is, ValueKind{}, writing);
    }
    return any;
}

}  // namespace

void append_text(StringInfo line, const char* text)
{
    const auto length = static_cast<int>(strlen(text));
    const int shown =
        length <= kLongestText ? length : pg_mbcharcliplen(text, length, kLongestText);
    append_line(line, text, shown);
    if (shown < length)
        appendStringInfoString(line, server_text("…", "..."));
}

void append_arrow(StringInfo line)
{
    appendStringInfoString(line, server_text(" → ", " -> "));
}

void append_name(StringInfo line, const char* name)
{
    appendStringInfoString(line, line->len == 0 ? "" : "; ");
    append_text(line, name);
    appendStringInfoString(line, ": ");
}

void append_value(StringInfo line, const JsonbValue* value, const ValueKind& kind,
                  const Writing& writing)
{
    switch (value->type) {
        case jbvNull:
            appendStringInfoString(line, writing.words->word("empty"));
            break;
        case jbvBool:
            appendStringInfoString(line, writing.words->word(value->val.boolean ? "yes" : "no"));
            break;
        case jbvString: {
            const char* text = string_text(value_text(value), kind.type, writing);
            if (is_blank(text))
                appendStringInfo(line, "\"%s\"", text);
            else
                append_text(line, text);
            break;
        }
        case jbvNumeric: {
            const char* text = value_text(value);
            append_text(line, kind.form == nullptr ? text : in_form(kind.form, text, writing));
            break;
        }
        default:
            append_text(line, value_text(value));
    }
}

void append_values(StringInfo line, const JsonbValue* old_value, const JsonbValue* new_value,
                   const ValueKind& kind, const Writing& writing)
{
    if (old_value->type == jbvString && new_value->type == jbvString) {
        const char* was = string_text(value_text(old_value), kind.type, writing);
        const char* is = string_text(value_text(new_value), kind.type, writing);
        if (is_long(was) || is_long(is)) {
            const int from = skipped(was, is);
            append_part(line, was, from);
            append_arrow(line);
            append_part(line, is, from);
            return;
        }
    }
    append_value(line, old_value, kind, writing);
    append_arrow(line);
    append_value(line, new_value, kind, writing);
}

bool has_keys(const ValueKind& kind)
{
    return is_of_type(kind.type, "jsonb") || is_of_type(kind.type, "json");
}

bool append_changed_keys(StringInfo line, const char* name, const JsonbValue* old_value,
                         const JsonbValue* new_value, const ValueKind& kind, const Writing& writing)
{
    const JsonbValue* was = as_container(old_value, kind.type);
    const JsonbValue* is = as_container(new_value, kind.type);
    return is_object(was) && is_object(is) && append_keys(line, name, was, is, writing, 1);
}

}  // namespace journal
