// See undo_find.hpp: the list of rows found.
#include "undo/undo_find.hpp"

#include "base/query.hpp"
#include "changes/statement.hpp"

namespace journal {

namespace {

enum FindColumn {
    kFindNumber,
    kSet,
    kRow,
    kTracked,
    kKey,
    kSince,
    kColumns,
    kDerived,
    kByAll,
    kWhat,
    kOtherwise,
    kRelation,
    kObjectType,
    kObjectId,
    kLabel,
    kAction,
    kEntry,
    kConflict,
    kCode,
    kDetail,
    kHint,
    kFindColumns
};

struct ColumnOfFinds {
    const char* name;
    Oid type;
};

constexpr ColumnOfFinds kColumnsOfFinds[kFindColumns] = {
    {"number", INT8OID},       {"set", INT4OID},       {"row", INT8OID},
    {"relation", INT4OID},     {"key", TEXTOID},       {"since", INT8OID},
    {"columns", INT4ARRAYOID}, {"derived", BOOLOID},   {"by_all", BOOLOID},
    {"what", TEXTOID},         {"otherwise", TEXTOID}, {"table", OIDOID},
    {"object_type", TEXTOID},  {"object_id", TEXTOID}, {"label", TEXTOID},
    {"action", CHAROID},       {"entry", INT8OID},     {"conflict", TEXTOID},
    {"code", INT4OID},         {"detail", TEXTOID},    {"hint", TEXTOID}};

}  // namespace

Finds begin_finds()
{
    Finds finds{};
    finds.context = CurrentMemoryContext;
    finds.row_context =
        AllocSetContextCreate(finds.context, "event_journal found row", ALLOCSET_DEFAULT_SIZES);
    finds.descriptor = CreateTemplateTupleDesc(kFindColumns);
    for (int i = 0; i < kFindColumns; i++)
        TupleDescInitEntry(finds.descriptor, static_cast<AttrNumber>(i + 1),
                           kColumnsOfFinds[i].name, kColumnsOfFinds[i].type, -1, 0);
    finds.rows = tuplestore_begin_heap(true, false, work_mem);
    finds.slot = MakeSingleTupleTableSlot(finds.descriptor, &TTSOpsMinimalTuple);
    return finds;
}

void add_find(Finds* finds, const Found& found)
{
    MemoryContext caller = MemoryContextSwitchTo(finds->row_context);
    Datum values[kFindColumns] = {};
    bool nulls[kFindColumns] = {};
    const auto put_text = [&values, &nulls](FindColumn column, const char* text) {
        nulls[column] = text == nullptr;
        if (text != nullptr)
            values[column] = CStringGetTextDatum(text);
    };
    const Issue& issue = found.issue;
    values[kFindNumber] = Int64GetDatum(finds->count++);
    values[kSet] = Int32GetDatum(issue.set);
    values[kRow] = Int64GetDatum(issue.number);
    values[kTracked] = Int32GetDatum(found.relation);
    put_text(kKey, found.key);
    values[kSince] = Int64GetDatum(found.since);
    nulls[kColumns] = found.columns == nullptr;
    values[kColumns] = PointerGetDatum(found.columns);
    values[kDerived] = BoolGetDatum(found.derived);
    values[kByAll] = BoolGetDatum(found.by_all);
    put_text(kWhat, found.what);
    put_text(kOtherwise, found.otherwise);
    values[kRelation] = ObjectIdGetDatum(issue.relation);
    put_text(kObjectType, issue.object_type);
    put_text(kObjectId, issue.object_id);
    put_text(kLabel, issue.label);
    values[kAction] = CharGetDatum(static_cast<char>(issue.action));
    values[kEntry] = Int64GetDatum(issue.entry);
    put_text(kConflict, issue.conflict);
    values[kCode] = Int32GetDatum(issue.code);
    put_text(kDetail, issue.detail);
    put_text(kHint, issue.hint);
    MemoryContextSwitchTo(finds->context);
    tuplestore_putvalues(finds->rows, finds->descriptor, values, nulls);
    MemoryContextSwitchTo(caller);
    MemoryContextReset(finds->row_context);
}

void rewind_finds(Finds* finds)
{
    tuplestore_select_read_pointer(finds->rows, 0);
    tuplestore_rescan(finds->rows);
}

bool read_find(Finds* finds, Found* found)
{
    // A row that comes from disk is the slot's, which outlives the caller's memory context.
    MemoryContext caller = MemoryContextSwitchTo(finds->context);
    tuplestore_select_read_pointer(finds->rows, 0);
    const bool is_found = tuplestore_gettupleslot(finds->rows, true, false, finds->slot);
    if (is_found)
        slot_getallattrs(finds->slot);
    MemoryContextSwitchTo(caller);
    if (!is_found)
        return false;
    const Datum* values = finds->slot->tts_values;
    const auto text_of = [finds, values](FindColumn column) {
        return finds->slot->tts_isnull[column] ? nullptr : TextDatumGetCString(values[column]);
    };
    *found = Found{};
    found->relation = DatumGetInt32(values[kTracked]);
    found->key = text_of(kKey);
    found->since = DatumGetInt64(values[kSince]);
    if (!finds->slot->tts_isnull[kColumns])
        found->columns = DatumGetArrayTypePCopy(values[kColumns]);
    found->derived = DatumGetBool(values[kDerived]);
    found->by_all = DatumGetBool(values[kByAll]);
    found->what = text_of(kWhat);
    found->otherwise = text_of(kOtherwise);
    Issue* issue = &found->issue;
    issue->relation = DatumGetObjectId(values[kRelation]);
    issue->object_type = text_of(kObjectType);
    issue->object_id = text_of(kObjectId);
    issue->label = text_of(kLabel);
    issue->action = static_cast<RowOperation>(DatumGetChar(values[kAction]));
    issue->entry = DatumGetInt64(values[kEntry]);
    issue->conflict = text_of(kConflict);
    issue->code = DatumGetInt32(values[kCode]);
    issue->detail = text_of(kDetail);
    issue->hint = text_of(kHint);
    issue->set = DatumGetInt32(values[kSet]);
    issue->number = DatumGetInt64(values[kRow]);
    return true;
}

void register_finds(Finds* finds)
{
    register_named("event_journal_finds", finds->rows, finds->descriptor);
}

void end_finds(Finds* finds)
{
    ExecDropSingleTupleTableSlot(finds->slot);
    tuplestore_end(finds->rows);
    MemoryContextDelete(finds->row_context);
}

}  // namespace journal
