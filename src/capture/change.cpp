// See change.hpp.
#include "capture/change.hpp"

#include "accounts/confinement.hpp"
#include "base/memory.hpp"
#include "base/settings.hpp"
#include "base/sqlstates.hpp"
#include "capture/actor.hpp"
#include "capture/change_id.hpp"
#include "capture/clock.hpp"
#include "capture/document_account.hpp"
#include "capture/encoder.hpp"
#include "capture/entry_writer.hpp"
#include "capture/soft_restoration.hpp"
#include "catalog/plan_selection.hpp"
#include "catalog/rename.hpp"
#include "catalog/restoring.hpp"
#include "catalog/rule.hpp"

namespace journal {

namespace {

constexpr int kNobody = -1;  // a changed column that no rule's entry holds yet

// One change while its entries are made. Lives in the memory context of one trigger call.
struct Change {
    RelationPlan* plan;
    char operation;
    TupleTableSlot* old_row;
    TupleTableSlot* new_row;
    RowImage before;    // empty for an insert
    RowImage after;     // empty for a delete
    int changed_count;  // of an update
    ChangedColumn* changed;
    int* owner;  // for each of them the event (from 0) that holds it, or kNobody

    bool has_account;  // the row says itself whose it is; known with the facts

    const RowImage& present() const { return operation == 'd' ? before : after; }
};

// Finds the columns that an update changed; false if none of them is worth an event.
bool find_changes(Change* change)
{
    RelationPlan* plan = change->plan;
    change->changed = static_cast<ChangedColumn*>(
        palloc(sizeof(ChangedColumn) * (static_cast<std::size_t>(plan->attribute_count) + 1)));
    change->owner = make_array_in<int>(CurrentMemoryContext, plan->column_count);
    change->changed_count = changed_columns(plan, change->before, change->after, change->changed);
    bool is_event = false;
    for (int i = 0; i < change->changed_count; i++) {
        is_event |= !plan->columns[change->changed[i].position].ignored;
        change->owner[i] = kNobody;
    }
    return is_event;
}

bool touches(const Change& change, const Rule& rule)
{
    for (int i = 0; i < change.changed_count; i++)
        for (int j = 0; j < rule.column_count; j++)
            if (change.changed[i].position == rule.columns[j])
                return true;
    return false;
}

bool matches(const Change& change, Rule& rule)
{
    return rule.operation == change.operation &&
           (rule.column_count == 0 || touches(change, rule)) &&
           condition_holds(rule.condition, change.old_row, change.new_row);
}

// Gives an event those of its rule's changed columns that no earlier event holds.
void claim_columns(Change* change, const Rule& rule, int event)
{
    for (int i = 0; i < change->changed_count; i++)
        for (int j = 0; j < rule.column_count; j++)
            if (change->changed[i].position == rule.columns[j] && change->owner[i] == kNobody)
                change->owner[i] = event;
}

// Whether columns that no event holds are worth one of their own.
bool is_rest_event(const Change& change)
{
    for (int i = 0; i < change.changed_count; i++)
        if (change.owner[i] == kNobody && !change.plan->columns[change.changed[i].position].ignored)
            return true;
    return false;
}

// Gives an event the changed columns that none holds yet.
void claim_rest(Change* change, int event)
{
    for (int i = 0; i < change->changed_count; i++)
        if (change->owner[i] == kNobody)
            change->owner[i] = event;
}

const char* text_or(const char* text, const char* setting)
{
    if (text != nullptr)
        return text;
    return *setting == '\0' ? nullptr : setting;
}

// Who acts: whom the context names, else whom the row does.
const char* actor_of(const Change& change, int column)
{
    if (*settings.employee != '\0')
        return settings.employee;
    const char* employee =
        column < 0 ? nullptr : column_text(change.plan, column, change.present());
    return employee == nullptr || *employee == '\0' ? nullptr : employee;
}

// The same by a rule, which may name another column than the table does.
const char* actor_by_rule(const Change& change, const Rule& rule, const char* otherwise)
{
    const char* employee = rule.employee < 0 ? nullptr : actor_of(change, rule.employee);
    return employee == nullptr ? otherwise : employee;
}

void require_actor(const Change& change, const Entry& entry)
{
    // A worker of logical replication has no context, and an error would stop it for good: its
    // publisher has let the change pass.
    if (!change.plan->require_employee || entry.employee != nullptr || IsLogicalWorker())
        return;
    ereport(ERROR,
            (errcode(kNobodyActs),
             errmsg("nobody is said to change %s", get_rel_name(change.plan->relation)),
             errdetail("The table is tracked with require_employee => true."),
             errhint("Call journal.set_context(employee => ...) in the transaction first.")));
}

// Whether an update may have changed the key; of an excluded column it is not known yet.
bool may_have_changed_key(const Change& change)
{
    for (int j = 0; j < change.plan->key_count; j++)
        if (change.plan->columns[change.plan->key[j]].mode == ColumnMode::kExcluded)
            return true;
    for (int i = 0; i < change.changed_count; i++)
        for (int j = 0; j < change.plan->key_count; j++)
            if (change.changed[i].position == change.plan->key[j])
                return true;
    return false;
}

bool has_changed(const Change& change, int position)
{
    for (int i = 0; i < change.changed_count; i++)
        if (change.changed[i].position == position)
            return true;
    return false;
}

bool has_changed_name(const Change& change)
{
    return has_changed(change, change.plan->label) || has_changed(change, change.plan->account);
}

// Whether a deletion's entry lies under another account than its row: whoever looks for the end of
// a name looks under the account that the row has, or under none where the table has none.
bool is_under_other_account(const Change& change, const Entry& entry)
{
    return change.plan->account >= 0 ? !change.has_account : *entry.account != '\0';
}

// Keeps the name that the row had before the change, where it ended and is not found by the entry;
// of a table without names, that a row left its key or account, where the table says whose it is.
void record_name_end(const Change& change, const Entry& entry, int64 change_id,
                     bool has_entry = true)
{
    RelationPlan* plan = change.plan;
    if ((plan->label < 0 && plan->account < 0) || entry.object_id == nullptr ||
        !(change.operation == 'u'   ? entry.previous_id != nullptr || has_changed_name(change)
          : change.operation == 'd' ? !has_entry || is_under_other_account(change, entry)
                                    : false))
        return;
    const char* account = has_changed(change, plan->account) ? account_of(plan, change.before)
                          : change.has_account               ? entry.account
                                                             : nullptr;
    Rename rename{};
    rename.until_change = change_id;
    rename.session = session_id();
    rename.relation = plan->id;
    rename.command = entry.command;
    rename.account = account == nullptr ? "" : account;
    rename.key = entry.previous_id != nullptr ? entry.previous_id : entry.object_id;
    rename.label = plan->label < 0 ? nullptr : column_text(plan, plan->label, change.before);
    write_rename(rename);
}

// The document that an update moved the row away from; nullptr if it moved none.
const char* left_document(const Change& change, const char* document)
{
    RelationPlan* plan = change.plan;
    bool has_moved = false;
    for (int i = 0; change.operation == 'u' && i < plan->document_count; i++)
        has_moved |= has_changed(change, plan->document[i]);
    if (!has_moved)
        return nullptr;
    const char* left = row_key(plan, plan->document, plan->document_count, change.before);
    return left == nullptr || (document != nullptr && strcmp(left, document) == 0) ? nullptr : left;
}

// The facts that all entries of the change share.
Entry common_facts(Change* of, CommandId command)
{
    const Change& change = *of;
    RelationPlan* plan = change.plan;
    const RowImage& row = change.present();
    Entry entry{};
    entry.occurred_at = moment_of(command);
    entry.command = command;
    entry.relation = plan->id;
    entry.layout = plan->layout;
    entry.operation = change.operation;
    const char* account = account_of(plan, row);
    entry.account = account != nullptr ? account : account_to_record();
    if (*entry.account == '\0') {
        const char* documents = document_account(plan, row);
        entry.account = documents == nullptr ? "" : documents;
    }
    of->has_account = account != nullptr && *account != '\0';
    entry.location = text_or(plan->location < 0 ? nullptr : column_text(plan, plan->location, row),
                             settings.location);
    // A deleted row says who acted on it before.
    entry.employee = actor_of(change, change.operation == 'd' ? -1 : plan->employee);
    entry.object_type = plan->object_type;
    entry.object_id = row_key(plan, plan->key, plan->key_count, row);
    if (change.operation == 'u' && may_have_changed_key(change)) {
        const char* previous = row_key(plan, plan->key, plan->key_count, change.before);
        if (previous != nullptr && entry.object_id != nullptr &&
            strcmp(previous, entry.object_id) != 0)
            entry.previous_id = previous;
    }
    entry.document_id = row_key(plan, plan->document, plan->document_count, row);
    entry.document_type = entry.document_id == nullptr ? nullptr : plan->document_type;
    entry.other_id = row_key(plan, plan->other, plan->other_count, row);
    if (const char* left = left_document(change, entry.document_id)) {
        entry.other_id = left;
        entry.other_type = plan->document_type;
    } else if (entry.other_id != nullptr) {
        entry.other_type = plan->other_type;
    }
    entry.label = plan->label < 0 ? nullptr : column_text(plan, plan->label, row);
    entry.links = encode_links(plan, row);
    return entry;
}

// The part of the change that one event's entry holds; event 0 of an update also what no event
// claimed: ignored columns.
bytea* data_of(const Change& change, int event)
{
    RelationPlan* plan = change.plan;
    if (change.operation != 'u') {
        if (event > 0 || (change.operation == 'i' && !plan->snapshot_on_create))
            return nullptr;
        return encode_row(plan, change.present());
    }
    // What the event is about comes first.
    auto* columns = static_cast<ChangedColumn*>(
        palloc(sizeof(ChangedColumn) * static_cast<std::size_t>(change.changed_count)));
    int count = 0;
    for (int i = 0; i < change.changed_count; i++)
        if (change.owner[i] == event)
            columns[count++] = change.changed[i];
    for (int i = 0; event == 0 && i < change.changed_count; i++)
        if (change.owner[i] == kNobody)
            columns[count++] = change.changed[i];
    return encode_changes(plan, columns, count);
}

int32 generic_event(const RelationPlan* plan, char operation)
{
    return operation == 'i'   ? plan->created_event
           : operation == 'u' ? plan->changed_event
                              : plan->deleted_event;
}

// A row that a restore brings back; nullptr for other changes.
Restoring* restoring_of(const Change& change)
{
    if (change.operation != 'i' || !restoring_any())
        return nullptr;
    RelationPlan* plan = change.plan;
    const char* key = row_key(plan, plan->key, plan->key_count, change.after);
    return key == nullptr ? nullptr : restoring_match(plan->id, key);
}

// What an update makes of its row: whether it counts as deleted from now on, or no longer.
enum class SoftChange { kNone, kDeleted, kRestored };

SoftChange soft_change(const Change& change)
{
    PreparedCondition* deleted_when = change.plan->deleted_when;
    if (deleted_when == nullptr || change.operation != 'u')
        return SoftChange::kNone;
    const bool was = condition_holds(*deleted_when, nullptr, change.old_row);
    const bool is = condition_holds(*deleted_when, nullptr, change.new_row);
    return was == is ? SoftChange::kNone : is ? SoftChange::kDeleted : SoftChange::kRestored;
}

// Makes a deletion of an update, as rules for deletions have it, or takes one back: an event beside
// those of the update, in the same change. The update's entry has the values.
void record_soft_change(Change* change, Entry entry, SoftChange what)
{
    RelationPlan* plan = change->plan;
    entry.change = entry.change != 0 ? entry.change : entry.id;
    entry.id = next_change_id(entry.command);
    entry.reported = true;
    entry.data = nullptr;
    entry.details = nullptr;
    const char* key = entry.previous_id != nullptr ? entry.previous_id : entry.object_id;
    entry.previous_id = nullptr;
    // Not whom the last of the update's rules names, unless nobody else is known.
    if (const char* employee = actor_of(*change, plan->employee))
        entry.employee = employee;
    if (what == SoftChange::kRestored) {
        const char* account =
            has_changed(*change, plan->account) ? account_of(plan, change->before) : entry.account;
        entry.operation = 'r';
        entry.event_type = plan->restored_event;
        entry.restores =
            note_soft_restoration(entry, account == nullptr ? account_to_record() : account, key);
        write_entry(entry);
        return;
    }
    entry.operation = 's';
    entry.event_type = plan->deleted_event;
    for (int i = 0; i < plan->rule_count; i++) {
        Rule& rule = plan->rules[i];
        if (rule.operation != 'd' || !condition_holds(rule.condition, change->old_row, nullptr))
            continue;
        entry.event_type = rule.event_type;
        entry.employee = actor_by_rule(*change, rule, entry.employee);
        entry.details = encode_details(plan, rule, false, change->before);
        break;
    }
    write_entry(entry);
}

// No entry is made of a change that is not worth one; names are kept all the same.
void pass_over(Change* change, CommandId command)
{
    if (change->operation == 'd' || has_changed_name(*change) || may_have_changed_key(*change))
        record_name_end(*change, common_facts(change, command), next_change_id(command), false);
}

// A restored row is one event, whatever the rules say of inserted rows.
void record_restored(const Change& change, Entry entry, Restoring* restoring)
{
    entry.employee = text_or(nullptr, settings.employee);
    require_actor(change, entry);
    entry.id = next_change_id(entry.command);
    entry.restores = restoring->deletion;
    entry.event_type = change.plan->restored_event;
    entry.reported = true;
    entry.data = encode_row(change.plan, change.after);
    const int64 id = write_entry(entry);
    restoring_written(restoring, id, change.plan->relation, &change.new_row->tts_tid);
}

}  // namespace

void record_change(RelationPlan* plan, TupleTableSlot* old_row, TupleTableSlot* new_row,
                   CommandId command)
{
    encoder_for(plan);
    Change change{};
    change.plan = plan;
    change.operation = old_row == nullptr ? 'i' : new_row == nullptr ? 'd' : 'u';
    change.old_row = old_row;
    change.new_row = new_row;
    if (old_row != nullptr)
        change.before = {old_row};
    if (new_row != nullptr)
        change.after = {new_row};
    const SoftChange soft = soft_change(change);
    if (change.operation == 'u' && !find_changes(&change) && soft == SoftChange::kNone) {
        // No event, though the name may lie in columns that give none.
        pass_over(&change, command);
        return;
    }
    if (plan->selection != nullptr && restoring_of(change) == nullptr &&
        !is_selected(plan, old_row, new_row)) {
        pass_over(&change, command);
        return;
    }

    // Conditions first, all of them on the same change: they may run functions of the user's, which
    // may write.
    const Rule** matching = make_array_in<const Rule*>(CurrentMemoryContext, plan->rule_count);
    int count = 0;
    for (int i = 0; i < plan->rule_count; i++) {
        if (!matches(change, plan->rules[i]))
            continue;
        claim_columns(&change, plan->rules[i], count);
        matching[count++] = &plan->rules[i];
    }

    // A rule without columns is about all of them; what is nobody's has an entry of its own.
    for (int i = 0; i < count; i++)
        if (matching[i]->column_count == 0)
            claim_rest(&change, i);
    const bool has_rest = count > 0 && is_rest_event(change);
    if (has_rest)
        claim_rest(&change, count);

    Entry entry = common_facts(&change, command);
    Restoring* restoring = restoring_of(change);
    if (restoring != nullptr) {
        record_restored(change, entry, restoring);
        return;
    }
    if (count == 0) {
        require_actor(change, entry);
        entry.event_type = generic_event(plan, change.operation);
        entry.reported = !plan->has_rules && soft == SoftChange::kNone;
        entry.data = data_of(change, 0);
        entry.id = next_change_id(command);
        record_name_end(change, entry, write_entry(entry));
        if (soft != SoftChange::kNone)
            record_soft_change(&change, entry, soft);
        return;
    }
    const char* const employee = entry.employee;
    for (int i = 0; i < count; i++) {
        const Rule& rule = *matching[i];
        entry.employee = actor_by_rule(change, rule, employee);
        require_actor(change, entry);
        entry.event_type = rule.event_type;
        entry.reported = true;
        entry.data = data_of(change, i);
        entry.details = encode_details(plan, rule, change.operation != 'u' && entry.data != nullptr,
                                       change.present());
        entry.id = next_change_id(command);
        if (i == 0)
            entry.change = entry.id;
        write_entry(entry);
    }
    if (has_rest) {
        entry.employee = employee;
        require_actor(change, entry);
        entry.event_type = generic_event(plan, change.operation);
        entry.reported = false;
        entry.data = data_of(change, count);
        entry.details = nullptr;
        entry.id = next_change_id(command);
        write_entry(entry);
    }
    record_name_end(change, entry, entry.change);
    if (soft != SoftChange::kNone)
        record_soft_change(&change, entry, soft);
}

}  // namespace journal
