// How rows are brought back, whoever asks for it: a restore and an undo each fill an application
// with row changes, and hand it over.
//
//     collect                       // the sets, and issues of rows that have no place in them
//     bring_back(engine)            // or an error; or
//     plan_rows(engine)             // the same up to where something would be written
//
//   1. foresee  find_issues(): what stands in the way
//   2. settle   an error; or the rows are left alone, and those that depend on them
//   3. claim    the deletions that are undone, in journal.restoration
//   4. apply    (apply.hpp), and verify; what triggers refuse goes back to 2
//   5. tell     what became of each row
//
// What stands in the way is in the application's list of issues until it is settled.
#pragma once

#include "apply/apply.hpp"

namespace journal {

/// Why a statement leaves a row alone.
inline constexpr const char* kLeftAlone =
    "another session changed it meanwhile, or a trigger, rule or policy of its table keeps it";

enum class OnConflict : char { kError, kSkip, kCascade, kForce };

/// What became of a row.
struct Outcome {
    Oid root;
    RowOperation action;
    SetRow row;
    const char* outcome;
    const char* detail;  // nullptr: nothing is to be said
    int sqlstate = ERRCODE_SUCCESSFUL_COMPLETION;
};

/// What is asked for, and what a restore and an undo do differently. In a memory context: made by
/// make_engine.
struct Engine {
    Application* application;
    OnConflict on_conflict;
    ReturnSetInfo* result;  // nullptr: nothing is told
    MemoryContext row_context;

    /// Finds what stands in the way, as issues.
    virtual void find_issues() = 0;
    /// Raises the issues as one error.
    [[noreturn]] virtual void raise_issues() = 0;
    /// What became of a row of a set, in words, when all has been applied.
    virtual Outcome outcome_of(const RowSet* set, const SetRow& row) = 0;
    /// Whether somebody waits for what becomes of a deletion: if not, and another has brought it
    /// back meanwhile, nothing is said.
    virtual bool is_asked_for(int64) { return true; }
    /// Called when it is known which rows are to be written.
    virtual void before_apply() {}
    /// Says how it is found who is behind an issue, if more than one row is.
    virtual void trace(const RowSet*, Issue*) {}
};

/// An engine in the current memory context. done: what the rows will be, in messages.
template <typename T>
T* make_engine(const char* done, const char* reason, OnConflict on_conflict, bool is_plan)
{
    static_assert(std::is_trivially_destructible_v<T>);
    T* engine = new (MemoryContextAllocZero(CurrentMemoryContext, sizeof(T))) T();
    engine->application = begin_application(done, reason, is_plan);
    engine->application->skips = on_conflict == OnConflict::kSkip;
    engine->on_conflict = on_conflict;
    engine->row_context =
        AllocSetContextCreate(CurrentMemoryContext, "event_journal result", ALLOCSET_DEFAULT_SIZES);
    return engine;
}

/// Whether all that stands in the way of the rows is looked for beforehand, and not left to
/// apply().
inline bool foresees(const Engine* engine)
{
    return engine->application->dry_run || engine->on_conflict == OnConflict::kSkip;
}

/// Notes what stands in the way of a row: an error where that is not foreseen.
void stop(Engine* engine, const Issue& issue);

/// Tells of what is no error: of a row that stays behind, or of which nothing is left to change.
void leave_behind(Engine* engine, Issue issue);

/// Tells what became of a row.
void tell(Engine* engine, const Outcome& outcome);

/// Adds a row change to a set. Values that do not fit their columns stop it.
void put_change(Engine* engine, RowSet* set, const RowChange& change);

/// Adds to a list what would keep the rows from being written as things are (find_issues.hpp);
/// what the caller may not do is an error, unless for a plan.
void foresee(Engine* engine, IssueList* issues);

/// Does it all, or raises an error.
void bring_back(Engine* engine);

/// Returns each row that would be written, as it is and as it would be, with what stands in its
/// way. Nothing is changed.
void plan_rows(Engine* engine);

/// Begins the result of the calling function.
ReturnSetInfo* begin_result(FunctionCallInfo fcinfo);

/// Arguments: what is to be done on a conflict, one of some; a reason, or the setting's; nullptr:
/// none. A boolean, false if it is NULL.
OnConflict conflict_argument(FunctionCallInfo fcinfo, int number, bool is_undo);
const char* conflict_name(OnConflict on_conflict);
const char* reason_argument(FunctionCallInfo fcinfo, int number);
bool boolean_argument(FunctionCallInfo fcinfo, int number);

/// Refuses to go on where something that writes cannot: in a read-only transaction, within a
/// trigger of another call, without triggers. function: of ours. done: what it does, in messages.
void require_writing(const char* function, const char* done, bool is_undo);

}  // namespace journal
