// See taken.hpp.
//
// A row's changes are read in their order, and each foreign key is followed through them by the
// values of its columns: what it led to before the first change is known from that change's old
// values. Columns that never change are left open; a deleted row's snapshot has them.
#include "restore/taken.hpp"

#include "accounts/account.hpp"
#include "base/journal_tables.hpp"
#include "base/list.hpp"
#include "months/entry_months.hpp"
#include "restore/set_default.hpp"
#include "restore/transaction_query.hpp"
#include "values/packed_values.hpp"
#include "values/text_form.hpp"

namespace journal {

namespace {

/// A change of a column that belongs to a foreign key.
struct ColumnChange {
    int64 change;
    int32 column;
    bool hidden;
    const JsonbValue* before;
    const JsonbValue* after;
};

/// Those of a row, in their order.
struct ColumnChanges {
    int count;
    int room;
    ColumnChange* items;
};

}  // namespace

struct TakenReader {
    ResultReader updates;
    TransactionUpdate update;
    bool more;              // update is one of the next row
    MemoryContext context;  // of the row that is read
    bool sees_everything;   // the caller: no policy applies
    const Ids* returning;   // or nullptr
    List* defaults;         // of KeyDefaults
    List* references;       // of LayoutForeignKey
    TakenRow row;
};

namespace {

void read_on(TakenReader* reader)
{
    reader->more = reader->updates.next();
}

/// The defaults of each layout's keys, evaluated before anything else, under the settings of the
/// caller; and what the keys lead to.
void look_at_layouts(TakenReader* reader)
{
    List* layouts = NIL;
    for (read_on(reader); reader->more; read_on(reader))
        layouts = list_append_unique_int(layouts, reader->update.layout);
    for (const int id : integers(layouts)) {
        const Layout* layout = layout_by_id(id);
        reader->defaults = lappend(reader->defaults, find_key_defaults(layout));
        for (int i = 0; i < layout->foreign_key_count; i++)
            reader->references = add_reference_to(reader->references, &layout->foreign_keys[i]);
    }
}

bool belongs_to_key(const Layout* layout, int position)
{
    for (int i = 0; i < layout->foreign_key_count; i++)
        for (int k = 0; k < layout->foreign_keys[i].count; k++)
            if (layout->foreign_keys[i].positions[k] == position)
                return true;
    return false;
}

void add_column_change(ColumnChanges* changes, const ColumnChange& change)
{
    if (changes->count == changes->room) {
        const int room = changes->room * 2 + 8;
        auto* more = make_array_in<ColumnChange>(CurrentMemoryContext, room);
        std::copy_n(changes->items, changes->count, more);
        changes->items = more;
        changes->room = room;
    }
    changes->items[changes->count++] = change;
}

bool is_hidden_entry(const TakenReader* reader)
{
    return !reader->sees_everything &&
           reader->update.occurred_at < visible_since(reader->update.account);
}

/// Takes the update into the row.
void add_update(TakenReader* reader, ColumnChanges* changes)
{
    const TransactionUpdate& update = reader->update;
    Deletion& row = reader->row.row;
    row.entry = update.change;
    row.relation = update.relation;
    row.layout = layout_by_id(update.layout);
    row.object_type = pstrdup(update.object_type);
    row.object_id = pstrdup(update.key);
    row.label = update.label == nullptr ? nullptr : pstrdup(update.label);
    reader->row.transaction = pstrdup(update.transaction);
    reader->row.deletion = update.deletion;
    if (row.layout->foreign_key_count == 0)
        return;
    const bool hidden = is_hidden_entry(reader);
    const Datum data = update.data.copy(CurrentMemoryContext);
    const EntryChanges read = read_changes(row.layout, unpacked_values(data));
    for (int i = 0; i < read.count; i++) {
        const EntryChange& change = read.changes[i];
        if (change.old_value != nullptr && belongs_to_key(row.layout, change.position))
            add_column_change(changes, {row.entry, row.layout->columns[change.position].id, hidden,
                                        change.old_value, change.new_value});
    }
}

int position_in_key(const Layout* layout, const LayoutForeignKey& key, int32 column)
{
    for (int i = 0; i < key.count; i++)
        if (layout->columns[key.positions[i]].id == column)
            return i;
    return -1;
}

/// Whether a reference leads to a row, as far as its values are known.
bool is_whole(int count, const JsonbValue* const* values)
{
    return std::none_of(values, values + count, [](const JsonbValue* value) {
        return value != nullptr && value->type == jbvNull;
    });
}

bool are_same(int count, const JsonbValue* const* a, const JsonbValue* const* b)
{
    for (int i = 0; i < count; i++)
        if (a[i] != nullptr && b[i] != nullptr && !same_value(a[i], b[i]))
            return false;
    return true;
}

/// Follows a foreign key through the changes; false if nothing was taken from it.
bool follow_key(const TakenReader* reader, const Layout* layout, int number,
                const ColumnChanges& changes, TakenReference* reference)
{
    const LayoutForeignKey& key = layout->foreign_keys[number];
    const auto values = [&key]() {
        return make_array_in<const JsonbValue*>(CurrentMemoryContext, key.count);
    };
    const JsonbValue** now = values();
    *reference = {&key, 0, false, values(), values()};
    for (int i = 0; i < changes.count; i++) {
        const int column = position_in_key(layout, key, changes.items[i].column);
        if (column < 0)
            continue;
        if (now[column] == nullptr)
            now[column] = changes.items[i].before;
        reference->after[column] = changes.items[i].after;
        reference->hidden |= changes.items[i].hidden;
    }
    int64 last = 0;
    for (int i = 0; i < changes.count; i++) {
        const ColumnChange& change = changes.items[i];
        const int column = position_in_key(layout, key, change.column);
        if (column < 0)
            continue;
        if (change.change != last && is_whole(key.count, now) &&
            !are_same(key.count, now, reference->after)) {
            reference->change = change.change;
            std::copy_n(now, key.count, reference->before);
        }
        last = change.change;
        now[column] = change.after;
    }
    if (reference->change == 0)
        return false;
    for (int i = 0; i < key.count; i++)
        if (reference->after[i] != nullptr && reference->after[i]->type != jbvNull &&
            !same_value(reference->before[i], reference->after[i]) &&
            !is_key_default(reader->defaults, layout->id, number, i, *reference->after[i]))
            return false;
    return true;
}

void follow_keys(TakenReader* reader, const ColumnChanges& changes)
{
    const Layout* layout = reader->row.row.layout;
    reader->row.references =
        make_array_in<TakenReference>(CurrentMemoryContext, layout->foreign_key_count);
    for (int i = 0; i < layout->foreign_key_count && changes.count > 0; i++)
        if (follow_key(reader, layout, i, changes, &reader->row.references[reader->row.count]))
            reader->row.count++;
}

/// Whether the update is of a row that is there again without having been asked for, or
/// has been there all the time.
bool is_there(const TakenReader* reader)
{
    const int64 deletion = reader->update.deletion;
    return deletion == 0 ||
           (reader->update.is_restored &&
            !std::binary_search(reader->returning->begin(), reader->returning->end(), deletion));
}

/// Reads on to the next row that counts; false after the last.
bool read_row(TakenReader* reader)
{
    while (reader->more && reader->returning != nullptr && !is_there(reader))
        read_on(reader);
    if (!reader->more)
        return false;
    MemoryContextReset(reader->context);
    MemoryContext caller = MemoryContextSwitchTo(reader->context);
    reader->row = TakenRow{};
    ColumnChanges changes{};
    const auto is_same_row = [reader]() {
        return reader->update.deletion == reader->row.deletion &&
               reader->update.relation == reader->row.row.relation &&
               strcmp(reader->update.key, reader->row.row.object_id) == 0 &&
               strcmp(reader->update.transaction, reader->row.transaction) == 0;
    };
    do {
        CHECK_FOR_INTERRUPTS();
        add_update(reader, &changes);
        read_on(reader);
    } while (reader->more && is_same_row());
    follow_keys(reader, changes);
    MemoryContextSwitchTo(caller);
    return true;
}

}  // namespace

TakenReader* begin_taken(const Ids& deletions)
{
    auto* reader = make_in<TakenReader>(CurrentMemoryContext);
    reader->updates =
        read_about(RunAs::kOwner,
                   psprintf(kUpdatesOfTransactions, is_entry_among("o", deletions),
                            transaction_name("e", "s"), is_in_transactions_of("e", deletions)),
                   deletions);
    reader->update.bind(&reader->updates);
    reader->context = AllocSetContextCreate(CurrentMemoryContext, "event_journal references",
                                            ALLOCSET_DEFAULT_SIZES);
    reader->sees_everything =
        check_enable_rls(journal_table("entry"), InvalidOid, true) != RLS_ENABLED;
    look_at_layouts(reader);
    rewind_taken(reader, nullptr);
    return reader;
}

const List* references_of(const TakenReader* reader)
{
    return reader->references;
}

const TakenRow* taken_before(TakenReader* reader, int64 deletion)
{
    while (reader->more && reader->update.deletion != 0 && reader->update.deletion < deletion)
        read_on(reader);
    if (!reader->more || reader->update.deletion != deletion)
        return nullptr;
    return read_row(reader) && reader->row.count > 0 ? &reader->row : nullptr;
}

void rewind_taken(TakenReader* reader, const Ids* returning)
{
    reader->updates.rewind();
    reader->returning = returning;
    read_on(reader);
}

const TakenRow* next_taken(TakenReader* reader)
{
    while (read_row(reader))
        if (reader->row.count > 0)
            return &reader->row;
    return nullptr;
}

void end_taken(TakenReader* reader)
{
    reader->updates.close();
    MemoryContextDelete(reader->context);
}

char* taken_key(const TakenRow& taken, const TakenReference& reference, const Deletion& deletion)
{
    const LayoutForeignKey& key = *reference.key;
    char** texts = make_array_in<char*>(CurrentMemoryContext, key.count);
    for (int i = 0; i < key.count; i++) {
        const int position =
            layout_position(deletion.layout, taken.row.layout->columns[key.positions[i]].id);
        if (position < 0)
            return nullptr;
        const JsonbValue& left = deletion.row.values[position];
        if (reference.after[i] != nullptr && !same_value(&left, reference.after[i]))
            return nullptr;
        texts[i] = key_text(reference.before[i] == nullptr ? &left : reference.before[i]);
        if (texts[i] == nullptr)
            return nullptr;
    }
    return object_key(key.count, texts);
}

const char* transaction_name(const char* entry, const char* session)
{
    return psprintf("%s.incarnation || ' ' || %s.transaction_id", session, entry);
}

}  // namespace journal
