// See apply.hpp: the sets, their steps, and the subtransaction around them.
//
// The statements run in a subtransaction of our own: an error of theirs is looked at when the
// subtransaction is gone, and becomes one that says what it means for the rows. Everything that
// outlives it is allocated outside of it, also in the resource owner's sense.
#include "apply/apply.hpp"

#include "apply/delete_last.hpp"
#include "apply/exchange.hpp"
#include "apply/order.hpp"
#include "apply/refusal.hpp"
#include "apply/replace.hpp"
#include "apply/sequences.hpp"
#include "apply/settle.hpp"
#include "base/journal_tables.hpp"
#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/transaction.hpp"
#include "catalog/tracked_relation.hpp"
#include "changes/plain_statement.hpp"
#include "changes/set_reference.hpp"
#include "changes/table_rules.hpp"
#include "changes/translate.hpp"
#include "changes/user_triggers.hpp"
#include "changes/write_rights.hpp"

namespace journal {

namespace {

/// What is being applied. In memory of the transaction: that of a cursor's query, in which the
/// application is, goes before an aborted subtransaction calls its hooks.
struct Applying {
    bool is_undo;
    SubTransactionId begun_in;
    Applying* outer;
};

Applying* innermost;

void end_applying()
{
    Applying* ended = innermost;
    innermost = ended->outer;
    pfree(ended);
}

void savepoint_aborted(SubTransactionId aborted)
{
    while (innermost != nullptr && innermost->begun_in >= aborted)
        end_applying();
}

constexpr TransactionHooks kHooks{nullptr, savepoint_aborted, [](bool) { innermost = nullptr; }};

void begin_applying(const Application* application)
{
    register_hooks(&kHooks);
    auto* applying = make_in<Applying>(TopTransactionContext);
    *applying = {application->is_undo, GetCurrentSubTransactionId(), innermost};
    innermost = applying;
}

/// Whether any foreign key of one set's table leads to the other's and is such.
template <typename Is>
bool any_key(const Application* application, const RowSet* from, const RowSet* to, const Is& is)
{
    const List* keys = foreign_keys_of(application, RelationGetRelid(from->table));
    for (const auto* key : items<ForeignKey>(keys)) {
        if (leads_to(*key, RelationGetRelid(to->table)) && is(*key))
            return true;
    }
    return false;
}

}  // namespace

bool refers_to(const Application* application, const RowSet* from, const RowSet* to)
{
    return any_key(application, from, to, [](const ForeignKey&) { return true; });
}

namespace {

/// Whether an update changes which rows of another set's table its rows refer to.
bool changes_reference(const Application* application, const RowSet* update, const RowSet* to)
{
    return any_key(application, update, to,
                   [&](const ForeignKey& key) { return changes_own(update, key); });
}

/// Whether an update gives other values to columns that a foreign key of another set's table refers
/// to.
bool changes_referenced(const Application* application, const RowSet* update, const RowSet* from)
{
    return any_key(application, from, update,
                   [&](const ForeignKey& key) { return changes_referenced(update, key); });
}

/// Whether rows of two sets of updates may exchange values of a deferrable key, which is checked at
/// the end of a statement.
bool may_exchange(const Application* application, const RowSet* set, const RowSet* other)
{
    const Oid table = RelationGetRelid(set->table);
    if (set->operation != RowOperation::kUpdate || table != RelationGetRelid(other->table))
        return false;
    for (const auto* key : items<UniqueKey>(unique_keys_of(application, table))) {
        if (!key->immediate && writes_any(set, key->bound) && writes_any(other, key->bound))
            return true;
    }
    return false;
}

/// Whether rows of two sets of updates exchange values of a key that is not deferrable.
bool do_exchange(const Application* application, const RowSet* set, const RowSet* other)
{
    const Exchange* exchange = exchange_of(application, set);
    return exchange != nullptr && exchange == exchange_of(application, other);
}

/// Whether a set has to wait for another of the same table.
bool has_to_wait_within(const Application* application, const RowSet* set, const RowSet* other)
{
    if (set->operation == other->operation)
        // Rows of one table with different columns refer to each other as those of one set may.
        return refers_to(application, set, other) || may_exchange(application, set, other) ||
               do_exchange(application, set, other);
    // A deleted row may hold the key of one that comes, or another unique value of an updated one;
    // but rows that are to stop referring to it are not left to ON DELETE SET NULL.
    if (set->operation == RowOperation::kDelete)
        return other->operation == RowOperation::kUpdate &&
               changes_reference(application, other, set);
    if (other->operation == RowOperation::kDelete || set->operation == RowOperation::kInsert)
        return true;
    return changes_reference(application, set, other);
}

/// Whether a set has to wait for another. Two that have to wait for each other are one statement.
bool has_to_wait(const Application* application, const RowSet* set, const RowSet* other)
{
    constexpr auto kInsert = RowOperation::kInsert;
    constexpr auto kUpdate = RowOperation::kUpdate;
    constexpr auto kDelete = RowOperation::kDelete;
    if (set->plan->root == other->plan->root)
        return has_to_wait_within(application, set, other);
    // A row that loses its key, and those that refer to it.
    const bool takes_key =
        set->operation == kDelete ||
        (set->operation == kUpdate && changes_referenced(application, set, other));
    if (takes_key && other->operation != kInsert && refers_to(application, other, set))
        return true;
    // A row that gets its key, and those that are to refer to it.
    const bool gives_key =
        other->operation == kInsert ||
        (other->operation == kUpdate && changes_referenced(application, other, set));
    return gives_key && set->operation != kDelete && refers_to(application, set, other);
}

int order_sets(const Application* application, List* sets, int* steps)
{
    const int count = list_length(sets);
    auto* dependencies =
        make_array_in<Dependency>(CurrentMemoryContext, static_cast<std::size_t>(count) * count);
    std::size_t found = 0;
    for (int i = 0; i < count; i++)
        for (int j = 0; j < count; j++) {
            CHECK_FOR_INTERRUPTS();
            if (i != j && has_to_wait(application, item<RowSet>(sets, i), item<RowSet>(sets, j)))
                dependencies[found++] = {i, j};
        }
    return steps_in_order({dependencies, found}, {steps, static_cast<std::size_t>(count)});
}

/// The sets with rows, those that are written or those that are not.
List* filled_sets(const Application* application, bool written)
{
    List* filled = NIL;
    for (auto* set : items<RowSet>(application->sets)) {
        if (set->count > 0 && is_written(set) == written)
            filled = lappend(filled, set);
    }
    return filled;
}

/// Lists of the sets that belong together, in the order in which they can be applied.
List* steps_of(const Application* application, List* sets)
{
    int* steps = make_array_in<int>(CurrentMemoryContext, list_length(sets));
    const int count = order_sets(application, sets, steps);
    List* result = NIL;
    for (int step = 0; step < count; step++) {
        List* together = NIL;
        for (int i = 0; i < list_length(sets); i++)
            if (steps[i] == step)
                together = lappend(together, list_nth(sets, i));
        result = lappend(result, together);
    }
    return result;
}

void run_step(const Application* application, List* sets)
{
    const Exchange* exchange = exchange_among(application, sets);
    const Rights rights = rights_to_write(application, sets);
    if (exchange == nullptr)
        run_sets(sets, application->reason);
    else
        run_exchange(exchange, sets, application->reason);
    rights.end();
}

/// Of one step; a trigger may insert its row again and again.
constexpr int kReplacements = 3;

bool is_unique(const ErrorData* error)
{
    return error->sqlerrcode == ERRCODE_UNIQUE_VIOLATION;
}

/// Runs a step so that rows that triggers refuse are found, and those that triggers have inserted
/// make way.
void run_watched_step(Application* application, List* sets)
{
    ErrorData* error = run_in_subtransaction([&] { run_step(application, sets); });
    for (int i = 0; i < kReplacements && error != nullptr && is_unique(error); i++) {
        // The rest of the step has been rolled back with what failed.
        for (auto* set : items<RowSet>(sets))
            begin_again(set);
        if (!replace_rows(application, sets))
            break;
        error = run_in_subtransaction([&] { run_step(application, sets); });
    }
    if (error == nullptr)
        return;
    if (is_refusal(error) && !is_known(sets, error) && exchange_among(application, sets) == nullptr)
        find_refusals(application, sets, error);
    ReThrowError(error);
}

void run_steps(Application* application, List* steps, bool watched)
{
    for (auto* sets : items<List>(steps)) {
        if (watched)
            run_watched_step(application, sets);
        else
            run_step(application, sets);
    }
}

/// Raises what an error of the statements means, or returns with the rows that triggers refuse.
void leave_refused(Application* application, List* sets, ErrorData* error)
{
    if (application->issues->count == 0)
        raise_translated(application, sets, error, false);
    for (auto* set : items<RowSet>(sets))
        begin_again(set);
}

bool leaves_rows(const RowSet* set)
{
    for (int64 i = 0; set->operation != RowOperation::kInsert && i < set->count; i++)
        if (!is_applied(set, i))
            return true;
    return false;
}

/// Notes whether statements left rows alone, as triggers and policies may make them do. Locked rows
/// that were to be deleted, and that triggers have deleted before, are none of them.
void find_left(Application* application, const List* sets)
{
    for (auto* set : items<RowSet>(sets)) {
        if (set->operation == RowOperation::kDelete && set->locked && leaves_rows(set))
            mark_gone(application, set);
        application->aimless |= leaves_rows(set);
    }
}

List* flattened(List* lists)
{
    List* result = NIL;
    for (auto* list : items<List>(lists))
        result = list_concat(result, list);
    return result;
}

}  // namespace

void refuse_within(const char* done, bool is_undo)
{
    for (const Applying* outer = innermost; outer != nullptr; outer = outer->outer)
        if (is_undo || outer->is_undo)
            ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                            errmsg("nothing can be %s by a trigger of %s", done,
                                   outer->is_undo ? "an undo" : "a restore"),
                            errhint("Do it when the call that fires the trigger is over.")));
}

void apply(Application* application)
{
    List* steps = steps_of(application, filled_sets(application, true));
    List* sets = flattened(steps);
    Relation stranger = strangers_table(sets);
    const bool fires_triggers = has_user_triggers(application) || have_rules(sets);
    application->replaced = NIL;
    application->kept = NIL;
    if (fires_triggers)
        application->before_entry = next_id("entry_id_seq");
    application->applied = NIL;
    begin_applying(application);
    ErrorData* error = run_in_subtransaction([&] {
        if (stranger != nullptr)
            set_constraints(false);
        else if (fires_triggers)
            set_constraints(true);
        run_steps(application, steps, fires_triggers);
    });
    if (error != nullptr && stranger != nullptr &&
        error->sqlerrcode == ERRCODE_INSUFFICIENT_PRIVILEGE)
        raise_strangers_table(application, stranger, error->message);
    if (error != nullptr) {
        leave_refused(application, sets, error);
        end_applying();
        return;
    }
    find_left(application, sets);
    List* others = filled_sets(application, false);
    delete_last(application, others);
    sets = list_concat(sets, others);
    settle(application, sets);
    error = run_in_subtransaction([&] { set_constraints(false); });
    if (error != nullptr)
        raise_translated(application, sets, error, true);
    move_sequences(sets);
    end_applying();
    application->applied = sets;
}

void end_application(Application* application)
{
    for (auto* set : items<RowSet>(application->sets)) {
        end_row_set(set);
        table_close(set->table, NoLock);
    }
    end_exchanges(application);
    end_issues(application->issues);
    application->sets = NIL;
}

}  // namespace journal
