// See nulled.hpp. Which references were taken away is told by taken.hpp; of those count the ones
// that led to a row that the same transaction deleted and that comes back now.
#include "restore/nulled.hpp"

#include "base/function.hpp"
#include "base/list.hpp"
#include "base/operator_name.hpp"
#include "base/query.hpp"
#include "base/settings.hpp"
#include "catalog/tracked_relation.hpp"
#include "months/entry_months.hpp"
#include "restore/taken.hpp"
#include "values/packed_values.hpp"
#include "values/text_form.hpp"

namespace journal {

namespace {

/// A deleted row that comes back.
struct DeletedKey {
    int32 relation;
    const char* transaction;
    const char* columns;  // "": the key; else those that a foreign key refers to
    const char* key;

    int compare(const DeletedKey& other) const
    {
        if (relation != other.relation)
            return relation < other.relation ? -1 : 1;
        if (const int order = strcmp(transaction, other.transaction))
            return order;
        const int order = strcmp(columns, other.columns);
        return order != 0 ? order : strcmp(key, other.key);
    }
    bool operator<(const DeletedKey& other) const { return compare(other) < 0; }
};

}  // namespace

struct NulledReferences {
    NulledReferences(MemoryContext context, const Ids& returning)
        : memory(context), deletions(&returning), keys(context)
    {
    }

    MemoryContext memory;  // of this and of the keys
    const Ids* deletions;
    TakenReader* reader = nullptr;
    Vector<DeletedKey> keys;  // sorted; of rows to which an updated row may have referred
};

namespace {

/// What is set back in a living row.
struct References {
    RowValues values;
    const JsonbValue** expected;
};

/// A deletion that comes back, as it is stored.
struct ReturningRow {
    int32 relation;
    const char* transaction;
    const char* object_id;
    int32 layout;  // 0: none
    Value data;    // packed

    void bind(ResultReader* reader)
    {
        reader->bind("relation", &relation);
        reader->bind("transaction", &transaction);
        reader->bind("object_id", &object_id);
        reader->bind("layout", &layout);
        reader->bind("data", &data);
    }
};

Deletion deletion_in(const ReturningRow& row)
{
    Deletion deletion{};
    deletion.relation = row.relation;
    deletion.object_id = row.object_id;
    if (!row.data.is_null && row.layout != 0) {
        deletion.layout = layout_by_id(row.layout);
        deletion.row = read_snapshot(deletion.layout, unpacked_values(row.data.datum));
    }
    return deletion;
}

void read_deleted_keys(NulledReferences* nulled)
{
    const List* references = references_of(nulled->reader);
    if (references == NIL)
        return;
    ResultReader reader =
        read_about(RunAs::kOwner,
                   psprintf("SELECT e.relation, %s AS transaction, e.object_id, e.layout, "
                            "%s AS data "
                            "FROM journal.entry e JOIN journal.session s ON s.id = e.session "
                            "WHERE %s AND e.relation IS NOT NULL AND e.object_id IS NOT NULL",
                            transaction_name("e", "s"),
                            refers_to_values(references) ? "e.data" : "NULL::pg_catalog.bytea",
                            is_entry_among("e", *nulled->deletions)),
                   *nulled->deletions);
    ReturningRow row{};
    row.bind(&reader);
    const char* transaction = "";
    while (reader.next()) {
        in_context(reader.row_memory(), [&] {
            const Deletion deletion = deletion_in(row);
            if (strcmp(row.transaction, transaction) != 0)
                transaction = MemoryContextStrdup(nulled->memory, row.transaction);
            for (const auto* reference : items<LayoutForeignKey>(references)) {
                const char* key = found_by(*reference, deletion);
                if (key != nullptr)
                    nulled->keys.push_back(
                        {deletion.relation, transaction,
                         reference->referenced == nullptr
                             ? ""
                             : MemoryContextStrdup(nulled->memory, referenced_columns(*reference)),
                         MemoryContextStrdup(nulled->memory, key)});
            }
        });
    }
    reader.close();
    std::sort(nulled->keys.begin(), nulled->keys.end());
}

/// Whether any row of the table that a reference leads to, deleted by that transaction, comes back.
bool may_come_back(const NulledReferences* nulled, const TakenRow& taken,
                   const TakenReference& reference)
{
    const DeletedKey first{reference.key->relation, taken.transaction,
                           referenced_columns(*reference.key), ""};
    const auto found = std::lower_bound(nulled->keys.begin(), nulled->keys.end(), first);
    return found != nulled->keys.end() && found->relation == first.relation &&
           strcmp(found->transaction, first.transaction) == 0 &&
           strcmp(found->columns, first.columns) == 0;
}

/// Whether the row of that key comes back; raises an error for a reference of which the caller must
/// not know.
bool comes_back(const NulledReferences* nulled, const TakenRow& taken,
                const TakenReference& reference, const char* key)
{
    if (!std::binary_search(nulled->keys.begin(), nulled->keys.end(),
                            DeletedKey{reference.key->relation, taken.transaction,
                                       referenced_columns(*reference.key), key}))
        return false;
    if (reference.hidden)
        ereport(
            ERROR,
            (errcode(kNotRestorable), errmsg("what belonged to the row cannot be restored with it"),
             errdetail("References to it were taken away by changes that are of another account, "
                       "or older than your plan shows."),
             errhint("Restore the row alone (related => 'none'), or ask a role that sees them.")));
    return true;
}

/// Position in a layout of a column of a taken reference, or -1.
int position_of(const Layout* layout, const TakenRow& taken, const TakenReference& reference,
                int column)
{
    return layout_position(layout, taken.row.layout->columns[reference.key->positions[column]].id);
}

/// Puts a reference's values into a deleted row, unless another has given the row different ones.
void put_reference(const TakenRow& taken, const TakenReference& reference, const Layout* layout,
                   const JsonbValue* deleted, JsonbValue* values)
{
    for (int i = 0; i < reference.key->count; i++) {
        if (reference.before[i] == nullptr)
            continue;
        const int position = position_of(layout, taken, reference, i);
        if (!same_value(&values[position], &deleted[position]) &&
            !same_value(&values[position], reference.before[i]))
            return;
    }
    for (int i = 0; i < reference.key->count; i++)
        if (reference.before[i] != nullptr)
            values[position_of(layout, taken, reference, i)] = *reference.before[i];
}

/// The present value of a key's columns that a transaction did not change, in a living row, as
/// texts; false if there is no such row, or if one is NULL. Read as the server reads it for the
/// foreign key: who may not see the row is not told what is in it.
bool read_unchanged(const Target* target, const TakenRow& taken, const TakenReference& reference,
                    char** texts)
{
    MemoryContext context = CurrentMemoryContext;
    const RelationPlan* plan = target->plan;
    char** keys = split_key(taken.row.object_id, plan->key_count);
    auto* arguments = make_array_in<QueryArgument>(context, plan->key_count);
    StringInfoData sql;
    StringInfoData condition;
    initStringInfo(&sql);
    initStringInfo(&condition);
    Relation table = table_open(target->table, AccessShareLock);
    const Rights rights = Rights::of_constraint(table);
    for (int i = 0; i < plan->key_count; i++) {
        const PlanColumn& column = plan->columns[plan->key[i]];
        ValueReader reader{};
        // Not of a domain, whose checks would run.
        arguments[i].type = getBaseType(column.type);
        prepare_value_reader(&reader, arguments[i].type, -1, context);
        arguments[i].value = read_text_form(&reader, keys[i], &arguments[i].is_null);
        appendStringInfo(&condition, "%st.%s %s $%d", i == 0 ? "" : " AND ",
                         quote_identifier(column.name), equality_operator(column.type), i + 1);
    }
    auto* columns = make_array_in<const PlanColumn*>(context, reference.key->count);
    for (int i = 0; i < reference.key->count; i++) {
        if (texts[i] != nullptr)
            continue;
        const int position =
            plan_position(plan, taken.row.layout->columns[reference.key->positions[i]].id);
        if (position < 0) {
            rights.end();
            table_close(table, NoLock);
            return false;
        }
        columns[i] = &plan->columns[position];
        appendStringInfo(&sql, "%st.%s", sql.len == 0 ? "" : ", ",
                         quote_identifier(plan->columns[position].name));
    }
    const char* only = get_rel_relkind(target->table) == RELKIND_RELATION ? "ONLY " : "";
    Query query = Query::begin(RunAs::kCaller);
    bool found = query.run(psprintf("SELECT %s FROM %s%s t WHERE %s", sql.data, only,
                                    qualified_name(target->table), condition.data),
                           plan->key_count, arguments, true) == 1;
    for (int i = 0; i < reference.key->count && found; i++) {
        if (texts[i] != nullptr)
            continue;
        const Value value = query.value(0, columns[i]->name);
        found = !value.is_null;
        if (found)
            texts[i] = MemoryContextStrdup(context, text_form_once(columns[i]->type, value.datum));
    }
    query.end();
    rights.end();
    table_close(table, NoLock);
    return found;
}

/// The texts of the key that a living row's reference led to; nullptr if that does not come back.
char** former_key(const NulledReferences* nulled, const Target* target, const TakenRow& taken,
                  const TakenReference& reference)
{
    const int count = reference.key->count;
    char** texts = make_array_in<char*>(CurrentMemoryContext, count);
    for (int i = 0; i < count; i++)
        texts[i] = reference.before[i] == nullptr ? nullptr : value_text(reference.before[i]);
    if (std::find(texts, texts + count, nullptr) != texts + count &&
        !read_unchanged(target, taken, reference, texts))
        return nullptr;
    char** keys = make_array_in<char*>(CurrentMemoryContext, count);
    for (int i = 0; i < count; i++)
        keys[i] = reference.before[i] == nullptr ? texts[i] : key_text(reference.before[i]);
    return comes_back(nulled, taken, reference, object_key(count, keys)) ? texts : nullptr;
}

const JsonbValue* text_value(char* text)
{
    auto* value = make_in<JsonbValue>(CurrentMemoryContext);
    value->type = jbvString;
    value->val.string.val = text;
    value->val.string.len = static_cast<int>(strlen(text));
    return value;
}

/// Index of the target's column for a layout's, or -1 if it is not there any more.
int target_column(const Target* target, int position)
{
    for (int i = 0; i < target->count; i++)
        if (target->positions[i] == position)
            return i;
    return -1;
}

int known_value(const References& references, const PlanColumn* column)
{
    int known = 0;
    while (known < references.values.count && references.values.columns[known].column != column)
        known++;
    return known;
}

/// Adds the columns of a reference; false if one of them is not there any more, or is given another
/// value by a reference that was added before.
bool add_reference(References* references, const TakenReference& reference, const Target* target,
                   char** texts)
{
    const LayoutForeignKey& key = *reference.key;
    for (int i = 0; i < key.count; i++) {
        const int column = target_column(target, key.positions[i]);
        if (column < 0)
            return false;
        const int known = known_value(*references, target->columns[column].column);
        if (known < references->values.count &&
            strcmp(value_text(references->values.values[known]), texts[i]) != 0)
            return false;
    }
    for (int i = 0; i < key.count; i++) {
        const SetColumn& column = target->columns[target_column(target, key.positions[i])];
        const int known = known_value(*references, column.column);
        if (known < references->values.count)
            continue;
        const JsonbValue* unchanged =
            reference.before[i] == nullptr ? text_value(texts[i]) : nullptr;
        references->values.columns[known] = column;
        references->values.columns[known].retyped = false;
        references->values.values[known] = unchanged == nullptr ? reference.before[i] : unchanged;
        references->expected[known] = unchanged == nullptr ? reference.after[i] : unchanged;
        references->values.count++;
    }
    return true;
}

bool can_be_changed(const TakenRow& taken)
{
    const TrackedRelation* tracked = tracked_relation_by_id(taken.row.relation);
    return tracked != nullptr && OidIsValid(tracked->relation) &&
           get_rel_relkind(tracked->relation) != '\0' && strcmp(tracked->capture, "events") == 0;
}

/// Adds the update that sets a living row's references back, if there are any.
void set_back(Restore* restore, const NulledReferences* nulled, const TakenRow& taken)
{
    const Layout* layout = taken.row.layout;
    References references{};
    references.values.columns =
        make_array_in<SetColumn>(CurrentMemoryContext, layout->column_count);
    references.values.values =
        make_array_in<const JsonbValue*>(CurrentMemoryContext, layout->column_count);
    references.expected =
        make_array_in<const JsonbValue*>(CurrentMemoryContext, layout->column_count);
    Deletion row = taken.row;
    row.entry = 0;
    const Target* target = nullptr;
    for (int i = 0; i < taken.count; i++) {
        const TakenReference& reference = taken.references[i];
        if (!may_come_back(nulled, taken, reference) || !can_be_changed(taken))
            continue;
        if (target == nullptr)
            target = target_of(restore, taken.row);
        if (target->unfit != nullptr) {
            leave_behind(restore,
                         issue_of(*target->unfit, RowOperation::kUpdate, target->root, row));
            return;
        }
        char** texts = former_key(nulled, target, taken, reference);
        if (texts != nullptr && add_reference(&references, reference, target, texts))
            row.entry = std::max(row.entry, reference.change);
    }
    if (references.values.count > 0)
        add_row_change(restore, RowOperation::kUpdate, target, row, references.values,
                       references.expected);
}

}  // namespace

NulledReferences* begin_nulled(const Ids& deletions)
{
    MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "event_journal deleted keys",
                                                 ALLOCSET_DEFAULT_SIZES);
    auto* nulled = new (MemoryContextAlloc(memory, sizeof(NulledReferences)))
        NulledReferences(memory, deletions);
    nulled->reader = begin_taken(deletions);
    read_deleted_keys(nulled);
    return nulled;
}

void give_references_back(NulledReferences* nulled, Deletion* deletion)
{
    const TakenRow* taken = taken_before(nulled->reader, deletion->entry);
    if (taken == nullptr || deletion->row.count == 0)
        return;
    const JsonbValue* deleted = deletion->row.values;
    auto* values = make_array_in<JsonbValue>(CurrentMemoryContext, deletion->row.count);
    std::copy_n(deleted, deletion->row.count, values);
    for (int i = 0; i < taken->count; i++) {
        const TakenReference& reference = taken->references[i];
        const char* key = taken_key(*taken, reference, *deletion);
        if (key != nullptr && comes_back(nulled, *taken, reference, key))
            put_reference(*taken, reference, deletion->layout, deleted, values);
    }
    deletion->row.values = values;
}

void add_nulled_references(Restore* restore, NulledReferences* nulled)
{
    MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "event_journal references",
                                               ALLOCSET_DEFAULT_SIZES);
    const int level = enter_exact_settings();
    rewind_taken(nulled->reader, nulled->deletions);
    const TakenRow* taken = nullptr;
    while ((taken = next_taken(nulled->reader)) != nullptr) {
        CHECK_FOR_INTERRUPTS();
        in_context(work, [&] { set_back(restore, nulled, *taken); });
        MemoryContextReset(work);
    }
    leave_exact_settings(level);
    MemoryContextDelete(work);
}

void end_nulled(NulledReferences* nulled)
{
    end_taken(nulled->reader);
    MemoryContextDelete(nulled->memory);
}

}  // namespace journal
