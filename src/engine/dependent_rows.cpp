// See dependent_rows.hpp.
//
// Each kind of dependency is found by joins, over all sets; then the rows that are left out are
// followed through what depends on them. A chain of any length costs one passage instead of one for
// each of its rows.
#include "engine/dependent_rows.hpp"

#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/result_reader.hpp"
#include "catalog/tracked_relation.hpp"
#include "changes/set_reference.hpp"
#include "changes/statement.hpp"

namespace journal {

namespace {

/// Why a row depends on others.
struct Reason {
    IssueKind kind;
    const char* detail;
};

/// A row cannot be written unless another is; both are counted through all sets.
struct Need {
    uint32 needed;
    uint32 row;
    int32 reason;
};

}  // namespace

struct DependentRows {
    Application* application;
    MemoryContext memory;
    List* sets;
    uint32* start;  // of a set: the number of its first row
    uint32 count;   // rows
    Vector<Need> needs;
    Vector<Reason> reasons;
    uint8* left;          // one bit a row
    Vector<uint32> rows;  // that are left out, in the order in which that was found

    explicit DependentRows(MemoryContext context)
        : application(nullptr),
          memory(context),
          sets(NIL),
          start(nullptr),
          count(0),
          needs(context),
          reasons(context),
          left(nullptr),
          rows(context)
    {
    }
};

namespace {

RowSet* set_at(const DependentRows& dependents, int index)
{
    return item<RowSet>(dependents.sets, index);
}

Oid table_of(const RowSet* set)
{
    return RelationGetRelid(set->table);
}

/// Runs a query for the numbers of rows and of those that they need, with the rights with which the
/// server itself would look into a table.
void add_needs(DependentRows* dependents, const char* sql, Oid looks_into, int needed, int row,
               const Reason& reason, const PresentKeys& keys = {})
{
    ResultReader pairs = read_as_constraint(looks_into, dependents->sets, sql, keys);
    const auto number = static_cast<int32>(dependents->reasons.size());
    dependents->reasons.push_back(reason);
    int64 needed_number = 0;
    int64 row_number = 0;
    pairs.bind("needed", &needed_number);
    pairs.bind("row", &row_number);
    while (pairs.next())
        dependents->needs.push_back({dependents->start[needed] + static_cast<uint32>(needed_number),
                                     dependents->start[row] + static_cast<uint32>(row_number),
                                     number});
    pairs.close();
}

/// Rows of a set that go, or give up their key, need those that refer to them to be repointed.
void add_referring(DependentRows* dependents, int index, const ForeignKey& reference)
{
    RowSet* set = set_at(*dependents, index);
    if (!gives_up(set, reference))
        return;
    PresentKeys keys{};
    bool is_read = false;
    for (int other = 0; other < list_length(dependents->sets); other++) {
        if (!takes_reference(set_at(*dependents, other), reference))
            continue;
        if (!is_read)
            keys = read_present_keys(set, reference);
        is_read = true;
        StringInfoData sql;
        initStringInfo(&sql);
        appendStringInfo(
            &sql, "SELECT e.number AS needed, p.number AS row FROM %s JOIN %s e ON %s WHERE true",
            referring_rows(set, index, reference, keys), rows_name(other),
            has_key(set_at(*dependents, other)));
        exclude_kept_keys(dependents->application, set, reference, &sql);
        add_needs(dependents, sql.data, reference.table, other, index,
                  {IssueKind::kReferenced, psprintf("a row of %s that is skipped refers to it",
                                                    qualified_name(reference.table))},
                  keys);
    }
    end_present_keys(keys);
}

/// Rows of a set that come to refer to others need those that come, or get their key, with them.
void add_referred(DependentRows* dependents, int index, const ForeignKey& reference)
{
    const RowSet* set = set_at(*dependents, index);
    if (set->operation == RowOperation::kDelete || !has_own(set, reference))
        return;
    const auto refers_to = [&](const auto& referenced) {
        return match_of(reference, referenced, [&](const ReferenceColumn& column) {
            return new_value(set, "c", column.own);
        });
    };
    const char* is_there =
        refers_to([](const ReferenceColumn& column) { return column_of("t", column.referenced); });
    const char* name = qualified_name(reference.root);
    for (int other = 0; other < list_length(dependents->sets); other++) {
        const RowSet* parents = set_at(*dependents, other);
        if (parents->count == 0 || parents->operation == RowOperation::kDelete ||
            table_of(parents) != reference.root || !has_referenced(parents, reference))
            continue;
        const char* comes = refers_to([&](const ReferenceColumn& column) {
            return new_value(parents, "n", column.referenced);
        });
        add_needs(
            dependents,
            psprintf("SELECT n.number AS needed, c.number AS row FROM %s c JOIN %s n ON %s "
                     "WHERE NOT EXISTS (SELECT FROM %s t WHERE %s)",
                     rows_name(index), rows_name(other), comes, rows_of(reference.root), is_there),
            reference.root, other, index,
            {IssueKind::kParentMissing,
             psprintf("the row of %s that it refers to is skipped", name)});
    }
}

/// Rows of a set that take a unique value need those that have it to give it up.
void add_taking(DependentRows* dependents, int index, const UniqueKey& key, const char* condition)
{
    const RowSet* set = set_at(*dependents, index);
    for (int other = 0; other < list_length(dependents->sets); other++) {
        const RowSet* holders = set_at(*dependents, other);
        const bool gives =
            holders->operation == RowOperation::kDelete ||
            (holders->operation == RowOperation::kUpdate && writes_any(holders, key.bound));
        if (holders->count == 0 || table_of(holders) != table_of(set) || !gives)
            continue;
        add_needs(dependents,
                  psprintf("SELECT e.number AS needed, c.number AS row FROM %s c JOIN %s t ON %s "
                           "JOIN %s e ON %s",
                           rows_name(index), only_rows_of(set), condition, rows_name(other),
                           has_key(holders)),
                  table_of(set), other, index,
                  {IssueKind::kKeyInUse,
                   psprintf("a row of %s that is skipped has its key or another unique value",
                            qualified_name(table_of(set)))});
    }
}

void add_unique_values(DependentRows* dependents, int index)
{
    const RowSet* set = set_at(*dependents, index);
    if (set->operation == RowOperation::kDelete)
        return;
    for (const auto* key :
         items<UniqueKey>(unique_keys_of(dependents->application, table_of(set)))) {
        const char* condition = has_unique_value(set, *key, "c");
        if (condition != nullptr && key->predicate == nullptr)
            add_taking(dependents, index, *key, condition);
    }
}

void find_needs(DependentRows* dependents)
{
    for (int i = 0; i < list_length(dependents->sets); i++) {
        const RowSet* set = set_at(*dependents, i);
        if (set->count == 0)
            continue;
        const Application* application = dependents->application;
        for (const auto* key : items<ForeignKey>(foreign_keys_to(application, table_of(set))))
            add_referring(dependents, i, *key);
        for (const auto* key : items<ForeignKey>(foreign_keys_of(application, table_of(set))))
            add_referred(dependents, i, *key);
        add_unique_values(dependents, i);
    }
    std::sort(dependents->needs.begin(), dependents->needs.end(),
              [](const Need& a, const Need& b) { return a.needed < b.needed; });
}

bool is_left(const DependentRows& dependents, uint32 row)
{
    return (dependents.left[row / 8] >> (row % 8) & 1) != 0;
}

void add_left(DependentRows* dependents, uint32 row)
{
    dependents->left[row / 8] |= static_cast<uint8>(1 << (row % 8));
    dependents->rows.push_back(row);
}

/// Follows the rows that are left out; what is reached goes into dependent, in the order of rows.
void follow_needs(DependentRows* dependents, Vector<Need>* dependent)
{
    const Vector<Need>& needs = dependents->needs;
    for (std::size_t i = 0; i < dependents->rows.size(); i++) {
        CHECK_FOR_INTERRUPTS();
        const uint32 needed = dependents->rows[i];
        auto need = std::lower_bound(needs.begin(), needs.end(), needed,
                                     [](const Need& a, uint32 row) { return a.needed < row; });
        for (; need != needs.end() && need->needed == needed; ++need) {
            if (is_left(*dependents, need->row))
                continue;
            add_left(dependents, need->row);
            dependent->push_back(*need);
        }
    }
    std::sort(dependent->begin(), dependent->end(),
              [](const Need& a, const Need& b) { return a.row < b.row; });
}

}  // namespace

DependentRows* find_dependent_rows(Application* application, bool with_dependents)
{
    MemoryContext context = CurrentMemoryContext;
    // All that it owns is the context's, so nothing is lost without its destructor.
    auto* dependents =
        new (MemoryContextAllocZero(context, sizeof(DependentRows))) DependentRows(context);
    dependents->application = application;
    dependents->sets = application->sets;
    dependents->start = make_array_in<uint32>(context, list_length(application->sets));
    for (int i = 0; i < list_length(application->sets); i++) {
        dependents->start[i] = dependents->count;
        dependents->count += static_cast<uint32>(set_at(*dependents, i)->count);
    }
    dependents->left = make_array_in<uint8>(context, dependents->count / 8 + 1);
    if (with_dependents)
        find_needs(dependents);
    return dependents;
}

bool leave_row(DependentRows* rows, int set, int64 number)
{
    const uint32 row = rows->start[set] + static_cast<uint32>(number);
    if (is_left(*rows, row))
        return false;
    add_left(rows, row);
    return true;
}

void tell_dependent_rows(DependentRows* rows, TellDependent tell)
{
    Vector<Need> dependent(rows->memory);
    follow_needs(rows, &dependent);
    auto next = dependent.begin();
    for (int i = 0; i < list_length(rows->sets); i++) {
        RowSet* set = set_at(*rows, i);
        SetRow row{};
        rewind_rows(set);
        while (next != dependent.end() && next->row < rows->start[i] + set->count &&
               read_row(set, &row)) {
            CHECK_FOR_INTERRUPTS();
            if (next->row != rows->start[i] + static_cast<uint32>(row.number))
                continue;
            const Reason& reason = rows->reasons[next->reason];
            tell(set, row, reason.kind, reason.detail);
            ++next;
        }
    }
}

void leave_rows_out(DependentRows* rows)
{
    for (int i = 0; i < list_length(rows->sets) && !rows->rows.empty(); i++)
        if (set_at(*rows, i)->count > 0)
            filter_rows(set_at(*rows, i), [rows, i](const SetRow& row) {
                return !is_left(*rows, rows->start[i] + static_cast<uint32>(row.number));
            });
}

}  // namespace journal
