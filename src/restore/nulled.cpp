// See nulled.hpp. What a transaction did to a row is put together from the entries of its updates:
// the values that its columns had before the first and after the last. A foreign key whose columns
// held the key of a deleted row before, and are NULL after, is set back.
#include "restore/nulled.hpp"

#include "base/query.hpp"
#include "base/settings.hpp"
#include "base/stored_jsonb.hpp"
#include "base/text_form.hpp"
#include "catalog/tracked_relation.hpp"

namespace journal {

namespace {

/// A deleted row that comes back.
struct DeletedKey {
    int32 relation;
    const char* transaction;
    const char* key;

    int compare(const DeletedKey& other) const
    {
        if (relation != other.relation)
            return relation < other.relation ? -1 : 1;
        const int order = strcmp(transaction, other.transaction);
        return order != 0 ? order : strcmp(key, other.key);
    }
    bool operator<(const DeletedKey& other) const { return compare(other) < 0; }
};
using DeletedKeys = Vector<DeletedKey>;

/// What became of a column in a transaction.
struct ColumnHistory {
    int32 id;
    const JsonbValue* before;
    const JsonbValue* after;
};

/// A row that a transaction updated.
struct UpdatedRow {
    Deletion row;  // its facts as of the last update; entry: that update's change
    const char* transaction;
    int column_count;
    int column_room;
    ColumnHistory* columns;
};

/// What is set back in a row.
struct References {
    RowValues values;
    const JsonbValue** expected;
};

enum UpdateColumn {
    kChange = 1,
    kRelation,
    kLayout,
    kObjectType,
    kObjectId,
    kLabel,
    kTransaction,
    kData
};

void read_deleted_keys(const Ids& deletions, DeletedKeys* keys)
{
    MemoryContext context = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    const uint64 rows = query.run(
        "SELECT e.relation, s.incarnation || ' ' || e.transaction_id, e.object_id "
        "FROM journal.entry e JOIN journal.session s ON s.id = e.session "
        "WHERE e.id = ANY ($1) AND e.id BETWEEN $2 AND $3 AND e.relation IS NOT NULL "
        "  AND e.object_id IS NOT NULL",
        {{INT8ARRAYOID, ids_datum(deletions)},
         int8_argument(deletions.front()),
         int8_argument(deletions.back())});
    for (uint64 i = 0; i < rows; i++)
        keys->push_back({query.int4(i, 1), query.text(i, 2, context), query.text(i, 3, context)});
    query.end();
    std::sort(keys->begin(), keys->end());
}

/// The updates of the deletions' transactions, row after row, in their order.
Tuplestorestate* select_updates(const Ids& deletions)
{
    MemoryContext caller = CurrentMemoryContext;
    Query query = Query::begin(RunAs::kOwner);
    const Oid types[] = {INT8ARRAYOID, INT8OID, INT8OID};
    const Datum values[] = {ids_datum(deletions), Int64GetDatum(deletions.front()),
                            Int64GetDatum(deletions.back())};
    MemoryContext connected = MemoryContextSwitchTo(caller);
    Tuplestorestate* rows = select_rows(
        "WITH gone AS MATERIALIZED ("
        "  SELECT DISTINCT o.transaction_id, os.incarnation, o.account "
        "  FROM journal.entry o JOIN journal.session os ON os.id = o.session "
        "  WHERE o.id = ANY ($1) AND o.id BETWEEN $2 AND $3) "
        "SELECT e.change, e.relation, e.layout, e.object_type, e.object_id, e.label, "
        "       s.incarnation || ' ' || e.transaction_id, e.data "
        "FROM journal.entry e JOIN journal.session s ON s.id = e.session "
        "WHERE e.operation = 'u' AND e.data IS NOT NULL AND e.layout IS NOT NULL "
        "  AND e.object_id IS NOT NULL AND NOT e.backfilled "
        "  AND e.transaction_id BETWEEN (SELECT min(transaction_id) FROM gone) "
        "                           AND (SELECT max(transaction_id) FROM gone) "
        "  AND EXISTS (SELECT FROM gone g WHERE g.transaction_id = e.transaction_id "
        "              AND g.incarnation = s.incarnation AND e.account IN (g.account, '')) "
        "ORDER BY e.relation, e.object_id, 7, e.command, e.id",
        lengthof(types), types, values);
    MemoryContextSwitchTo(connected);
    query.end();
    return rows;
}

TupleTableSlot* update_slot()
{
    TupleDesc descriptor = CreateTemplateTupleDesc(kData);
    const auto column = [descriptor](UpdateColumn number, Oid type) {
        TupleDescInitEntry(descriptor, static_cast<AttrNumber>(number), "?", type, -1, 0);
    };
    column(kChange, INT8OID);
    column(kRelation, INT4OID);
    column(kLayout, INT4OID);
    column(kObjectType, TEXTOID);
    column(kObjectId, TEXTOID);
    column(kLabel, TEXTOID);
    column(kTransaction, TEXTOID);
    column(kData, JSONBOID);
    return MakeSingleTupleTableSlot(descriptor, &TTSOpsMinimalTuple);
}

const char* text_of(TupleTableSlot* slot, UpdateColumn column)
{
    bool is_null = false;
    const Datum value = slot_getattr(slot, column, &is_null);
    return is_null ? nullptr : TextDatumGetCString(value);
}

/// Takes another update into a row's history, in the current memory context.
void add_update(UpdatedRow* updated, TupleTableSlot* slot)
{
    bool is_null = false;
    updated->row.entry = DatumGetInt64(slot_getattr(slot, kChange, &is_null));
    updated->row.relation = DatumGetInt32(slot_getattr(slot, kRelation, &is_null));
    updated->row.layout = layout_by_id(DatumGetInt32(slot_getattr(slot, kLayout, &is_null)));
    updated->row.object_type = text_of(slot, kObjectType);
    updated->row.object_id = text_of(slot, kObjectId);
    updated->row.label = text_of(slot, kLabel);
    updated->transaction = text_of(slot, kTransaction);
    const Datum data = datumCopy(slot_getattr(slot, kData, &is_null), false, -1);
    const EntryChanges changes = read_changes(updated->row.layout, stored_jsonb(data, true));
    for (int i = 0; i < changes.count; i++) {
        const int32 id = updated->row.layout->columns[changes.changes[i].position].id;
        int known = 0;
        while (known < updated->column_count && updated->columns[known].id != id)
            known++;
        if (known == updated->column_room) {
            auto* more =
                make_array_in<ColumnHistory>(CurrentMemoryContext, updated->column_room * 2 + 8);
            std::copy_n(updated->columns, updated->column_count, more);
            updated->columns = more;
            updated->column_room = updated->column_room * 2 + 8;
        }
        if (known == updated->column_count) {
            updated->columns[updated->column_count++] = {id, changes.changes[i].old_value, nullptr};
        }
        updated->columns[known].after = changes.changes[i].new_value;
    }
}

const ColumnHistory* history_of(const UpdatedRow& updated, int32 id)
{
    for (int i = 0; i < updated.column_count; i++)
        if (updated.columns[i].id == id)
            return &updated.columns[i];
    return nullptr;
}

/// Whether a deleted key is the one that a reference had before, as far as the update changed it.
bool had_key(const UpdatedRow& updated, const LayoutForeignKey& reference, char** texts)
{
    for (int i = 0; i < reference.count; i++) {
        const ColumnHistory* history =
            history_of(updated, updated.row.layout->columns[reference.positions[i]].id);
        if (history == nullptr)
            continue;
        const char* before = value_text(history->before);
        if (before == nullptr || strcmp(before, texts[i]) != 0)
            return false;
    }
    return true;
}

/// The texts of the key of a deleted row that a reference led to before the transaction; nullptr if
/// there is none that comes back.
char** former_key(const UpdatedRow& updated, const LayoutForeignKey& reference,
                  const DeletedKeys& keys)
{
    const DeletedKey first{reference.relation, updated.transaction, ""};
    for (auto found = std::lower_bound(keys.begin(), keys.end(), first);
         found != keys.end() && found->relation == reference.relation &&
         strcmp(found->transaction, updated.transaction) == 0;
         ++found) {
        CHECK_FOR_INTERRUPTS();
        char** texts = split_key(found->key, reference.count);
        if (had_key(updated, reference, texts))
            return texts;
    }
    return nullptr;
}

/// Whether the referenced key of which all columns were changed is a deleted one; saves looking at
/// all of them.
bool is_deleted_key(const UpdatedRow& updated, const LayoutForeignKey& reference,
                    const DeletedKeys& keys)
{
    char** texts = make_array_in<char*>(CurrentMemoryContext, reference.count);
    for (int i = 0; i < reference.count; i++) {
        const ColumnHistory* history =
            history_of(updated, updated.row.layout->columns[reference.positions[i]].id);
        if (history == nullptr)
            return true;
        texts[i] = history->before == nullptr ? nullptr : value_text(history->before);
        if (texts[i] == nullptr)
            return false;
    }
    const DeletedKey key{reference.relation, updated.transaction,
                         object_key(reference.count, texts)};
    return std::binary_search(keys.begin(), keys.end(), key);
}

/// Whether deleting what a table's rows refer to puts the columns' defaults into them.
bool sets_default(Oid table, int32 referenced)
{
    const TrackedRelation* tracked = tracked_relation_by_id(referenced);
    if (tracked == nullptr)
        return false;
    Query query = Query::begin(RunAs::kOwner);
    const bool found =
        query.run(
            "SELECT FROM pg_constraint WHERE contype = 'f' AND conrelid = $1 AND confrelid = $2 "
            "AND confdeltype = 'd'",
            {{OIDOID, ObjectIdGetDatum(table)}, {OIDOID, ObjectIdGetDatum(tracked->relation)}}) > 0;
    query.end();
    return found;
}

/// Whether the transaction took a reference away, and gave the row no other instead.
bool was_taken_away(const UpdatedRow& updated, const LayoutForeignKey& reference,
                    const Target* target)
{
    bool is_changed = false;
    bool is_null = true;
    for (int i = 0; i < reference.count; i++) {
        const ColumnHistory* history =
            history_of(updated, updated.row.layout->columns[reference.positions[i]].id);
        if (history == nullptr)
            continue;
        if (history->before == nullptr || history->before->type == jbvNull)
            return false;
        is_changed = true;
        is_null = is_null && history->after->type == jbvNull;
    }
    return is_changed && (is_null || sets_default(target->table, reference.relation));
}

const JsonbValue* text_value(char* text)
{
    auto* value = make_in<JsonbValue>(CurrentMemoryContext);
    value->type = jbvString;
    value->val.string.val = text;
    value->val.string.len = static_cast<int>(strlen(text));
    return value;
}

/// Adds the columns of a reference; false if one of them is not there any more.
bool add_reference(References* references, const UpdatedRow& updated,
                   const LayoutForeignKey& reference, const Target* target, char** texts)
{
    for (int i = 0; i < reference.count; i++) {
        int column = 0;
        while (column < target->count && target->positions[column] != reference.positions[i])
            column++;
        if (column == target->count)
            return false;
        int known = 0;
        while (known < references->values.count &&
               references->values.columns[known].column != target->columns[column].column)
            known++;
        if (known < references->values.count)
            continue;
        const ColumnHistory* history =
            history_of(updated, updated.row.layout->columns[reference.positions[i]].id);
        const JsonbValue* key = text_value(texts[i]);
        references->values.columns[known] = target->columns[column];
        references->values.columns[known].retyped = false;
        references->values.values[known] = history == nullptr ? key : history->before;
        references->expected[known] = history == nullptr ? key : history->after;
        references->values.count++;
    }
    return true;
}

bool can_be_changed(const UpdatedRow& updated)
{
    const TrackedRelation* tracked = tracked_relation_by_id(updated.row.relation);
    return tracked != nullptr && OidIsValid(tracked->relation) &&
           get_rel_relkind(tracked->relation) != '\0' && strcmp(tracked->capture, "events") == 0;
}

/// Adds the update that sets a row's references back, if there are any.
void set_back(Collection* collection, const UpdatedRow& updated, const DeletedKeys& keys)
{
    const Layout* layout = updated.row.layout;
    const DeletedKey itself{updated.row.relation, updated.transaction, updated.row.object_id};
    if (std::binary_search(keys.begin(), keys.end(), itself))
        return;
    References references{};
    references.values.columns =
        make_array_in<SetColumn>(CurrentMemoryContext, layout->column_count);
    references.values.values =
        make_array_in<const JsonbValue*>(CurrentMemoryContext, layout->column_count);
    references.expected =
        make_array_in<const JsonbValue*>(CurrentMemoryContext, layout->column_count);
    const Target* target = nullptr;
    for (int i = 0; i < layout->foreign_key_count; i++) {
        const LayoutForeignKey& reference = layout->foreign_keys[i];
        if (!is_deleted_key(updated, reference, keys) || !can_be_changed(updated))
            continue;
        if (target == nullptr)
            target = target_of(collection, updated.row);
        if (!was_taken_away(updated, reference, target))
            continue;
        char** texts = former_key(updated, reference, keys);
        if (texts != nullptr)
            add_reference(&references, updated, reference, target, texts);
    }
    if (references.values.count > 0)
        add_row_change(collection, RowOperation::kUpdate, target, updated.row, references.values,
                       references.expected);
}

}  // namespace

void add_nulled_references(Collection* collection, const Ids& deletions)
{
    ContextResource memory(CurrentMemoryContext);
    DeletedKeys keys(&memory);
    read_deleted_keys(deletions, &keys);
    Tuplestorestate* rows = select_updates(deletions);
    TupleTableSlot* slot = update_slot();
    MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "event_journal references",
                                               ALLOCSET_DEFAULT_SIZES);
    const int level = enter_exact_settings();
    UpdatedRow updated{};
    bool more = tuplestore_gettupleslot(rows, true, false, slot);
    while (more) {
        CHECK_FOR_INTERRUPTS();
        MemoryContext caller = MemoryContextSwitchTo(work);
        bool is_null = false;
        const auto is_same_row = [&]() {
            return DatumGetInt32(slot_getattr(slot, kRelation, &is_null)) == updated.row.relation &&
                   strcmp(text_of(slot, kObjectId), updated.row.object_id) == 0 &&
                   strcmp(text_of(slot, kTransaction), updated.transaction) == 0;
        };
        updated = UpdatedRow{};
        do {
            add_update(&updated, slot);
            MemoryContextSwitchTo(caller);
            more = tuplestore_gettupleslot(rows, true, false, slot);
            MemoryContextSwitchTo(work);
        } while (more && is_same_row());
        set_back(collection, updated, keys);
        MemoryContextSwitchTo(caller);
        MemoryContextReset(work);
    }
    leave_exact_settings(level);
    MemoryContextDelete(work);
    ExecDropSingleTupleTableSlot(slot);
    tuplestore_end(rows);
}

}  // namespace journal
