// See insert.hpp. Follows copyfrom.c, with the executor's state taken apart: index descriptions
// and predicates stay, relations go. The executor puts an entry into an index only where
// index_columns.hpp does not know the index's columns.
#include "base/insert.hpp"

#include "base/index_columns.hpp"
#include "base/memory.hpp"
#include "base/transaction.hpp"

namespace journal {

namespace {

// An index of the table, and which rows it is about.
struct TargetIndex {
    Oid oid;
    AttrNumber not_null;         // those where this column is not NULL; 0: see predicate
    ExprState* predicate;        // nullptr: all rows
    const KnownColumn* columns;  // nullptr: left to the executor
    IndexInfo* info;
    Relation relation;  // open for the present row; nullptr if it is not about it
    bool has_row;       // whether it is about the present row
    bool locked;        // for as long as the table's lock is known
};

// A table as far as it is prepared for insertions.
struct Target {
    Oid table;
    MemoryContext context;  // of all that follows; nullptr until it is prepared
    MemoryContext methods;  // of what access methods keep between rows: they point at open indexes
    uint64 changes;         // of the table that this backend has been told of
    uint64 changes_known;   // of them, when the preparation began
    ResultRelInfo* result;  // its open relations are those of one insertion
    TargetIndex* indexes;
    EState* estate;
    TupleTableSlot* slot;        // the row's values
    TupleTableSlot* tuple_slot;  // the row as its caller formed it
    bool locked;
    SubTransactionId locked_in;  // the latest one that took a lock, on the table or an index
};

// The months of a transaction, and the tables beside them.
constexpr int kMostTargets = 8;
Target targets[kMostTargets];
int next_target;  // to be forgotten when another one comes
bool callback_registered;

// Invalidations arrive at any catalogue access, and in aborted transactions: nothing is freed here.
void relation_changed(Datum, Oid relation)
{
    for (Target& target : targets) {
        bool concerns = !OidIsValid(relation) || relation == target.table;
        if (target.context != nullptr)
            for (int i = 0; i < target.result->ri_NumIndices; i++)
                concerns |= relation == target.indexes[i].oid;
        if (concerns)
            target.changes++;
    }
}

void savepoint_aborted(SubTransactionId aborted)
{
    for (Target& target : targets)
        if (target.locked_in >= aborted)
            target.locked = false;
}

void transaction_ended(bool)
{
    for (Target& target : targets)
        target.locked = false;
}

constexpr TransactionHooks kHooks = {nullptr, savepoint_aborted, transaction_ended};

void forget(Target* target)
{
    if (target->context != nullptr)
        MemoryContextDelete(target->context);
    target->context = nullptr;
}

Target* target_of(Oid table)
{
    for (Target& target : targets)
        if (target.table == table)
            return &target;
    if (!callback_registered) {
        CacheRegisterRelcacheCallback(relation_changed, Datum{0});
        callback_registered = true;
    }
    register_hooks(&kHooks);
    Target* target = &targets[next_target];
    next_target = (next_target + 1) % kMostTargets;
    forget(target);
    *target = Target{};
    target->table = table;
    return target;
}

// Takes the predicate out of an index's description: a row that the index is not about is known
// before the index is opened for it.
void take_predicate(TargetIndex* index, IndexInfo* info, EState* estate)
{
    List* predicate = info->ii_Predicate;
    info->ii_Predicate = NIL;
    if (predicate == NIL)
        return;
    auto* first = static_cast<Node*>(linitial(predicate));
    if (list_length(predicate) == 1 && IsA(first, NullTest) &&
        castNode(NullTest, first)->nulltesttype == IS_NOT_NULL &&
        IsA(castNode(NullTest, first)->arg, Var))
        index->not_null = castNode(Var, castNode(NullTest, first)->arg)->varattno;
    if (index->not_null <= 0)
        index->predicate = ExecPrepareQual(predicate, estate);
}

// Whether an index is about the row in the target's slot.
bool is_about_row(const TargetIndex& index, const Target* target)
{
    if (index.not_null > 0)
        return !target->slot->tts_isnull[index.not_null - 1];
    return index.predicate == nullptr ||
           ExecQual(index.predicate, GetPerTupleExprContext(target->estate));
}

// Learns the table's indexes, and locks them. What is told of the table from here on prepares it
// again for the next row; for this one the locks keep what was found.
void prepare(Target* target)
{
    forget(target);
    const uint64 changes = target->changes;
    MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "event_journal insertion",
                                                  ALLOCSET_SMALL_SIZES);
    MemoryContext caller = MemoryContextSwitchTo(context);
    Relation relation = table_open(target->table, NoLock);
    target->estate = CreateExecutorState();
    target->slot =
        MakeSingleTupleTableSlot(CreateTupleDescCopy(RelationGetDescr(relation)), &TTSOpsVirtual);
    target->tuple_slot =
        MakeSingleTupleTableSlot(target->slot->tts_tupleDescriptor, &TTSOpsHeapTuple);
    target->result = makeNode(ResultRelInfo);
    InitResultRelInfo(target->result, relation, 1, nullptr, 0);
    ExecOpenIndices(target->result, false);
    target->indexes = make_array_in<TargetIndex>(context, target->result->ri_NumIndices);
    target->methods =
        AllocSetContextCreate(context, "event_journal access methods", ALLOCSET_SMALL_SIZES);
    for (int i = 0; i < target->result->ri_NumIndices; i++) {
        TargetIndex& index = target->indexes[i];
        index.info = target->result->ri_IndexRelationInfo[i];
        index.info->ii_Context = target->methods;
        index.oid = RelationGetRelid(target->result->ri_IndexRelationDescs[i]);
        index.locked = true;
        take_predicate(&index, index.info, target->estate);
        index.columns = known_columns(index.info);
        index_close(target->result->ri_IndexRelationDescs[i], NoLock);
    }
    table_close(relation, NoLock);
    MemoryContextSwitchTo(caller);
    MemoryContextSetParent(context, CacheMemoryContext);
    target->context = context;
    target->changes_known = changes;
    target->locked_in = GetCurrentSubTransactionId();
}

bool is_prepared(const Target* target)
{
    return target->context != nullptr && target->changes == target->changes_known;
}

// Locks the table for this transaction, and forgets which of its indexes were locked in an earlier
// one. Waiting for a lock tells of changes.
void lock(Target* target)
{
    LockRelationOid(target->table, RowExclusiveLock);
    for (int i = 0; target->context != nullptr && i < target->result->ri_NumIndices; i++)
        target->indexes[i].locked = false;
    target->locked_in = GetCurrentSubTransactionId();
    target->locked = true;
}

// Finds the indexes that are about the row in the slot, and locks them; true if the table changed
// meanwhile, so that it has to be prepared again. The table's lock keeps the list of indexes:
// whoever builds, rebuilds or drops one locks the table against writers or, CONCURRENTLY, waits
// until all of them have ended. An index's own lock keeps out who moves its file and locks nothing
// else, ALTER INDEX SET TABLESPACE; so an index that this transaction puts nothing into needs none.
bool lock_indexes(Target* target)
{
    bool changed = false;
    GetPerTupleExprContext(target->estate)->ecxt_scantuple = target->slot;
    for (int i = 0; i < target->result->ri_NumIndices; i++) {
        TargetIndex& index = target->indexes[i];
        index.has_row = is_about_row(index, target);
        if (index.locked || !index.has_row)
            continue;
        const uint64 changes = target->changes;
        LockRelationOid(index.oid, RowExclusiveLock);
        changed |= target->changes != changes;
        index.locked = true;
        target->locked_in = GetCurrentSubTransactionId();
    }
    return changed;
}

Relation open_locked(Oid oid)
{
    Relation relation = RelationIdGetRelation(oid);
    if (relation == nullptr)
        elog(ERROR, "could not open relation with OID %u", oid);
    return relation;
}

// Opens the table and the indexes that are about the row. What an access method kept
// (BRIN: the index and its descriptor) is of relations that were closed since, and may be gone.
void open_relations(Target* target)
{
    target->result->ri_RelationDesc = open_locked(target->table);
    for (int i = 0; i < target->result->ri_NumIndices; i++) {
        TargetIndex& index = target->indexes[i];
        index.relation = index.has_row ? open_locked(index.oid) : nullptr;
        index.info->ii_AmCache = nullptr;
        target->result->ri_IndexRelationDescs[i] =
            index.columns == nullptr ? index.relation : nullptr;
    }
    MemoryContextReset(target->methods);
}

// Puts the row's entries into the indexes that it is about.
void insert_index_entries(Target* target)
{
    TupleTableSlot* slot = target->slot;
    AccountNumber account{};
    bool is_complete = true;
    for (int i = 0; i < target->result->ri_NumIndices; i++) {
        TargetIndex& index = target->indexes[i];
        if (index.relation == nullptr)
            continue;
        if (index.columns == nullptr) {
            is_complete = false;
            continue;
        }
        Datum values[INDEX_MAX_KEYS];
        bool nulls[INDEX_MAX_KEYS];
        form_known_columns(index.columns, index.info->ii_NumIndexAttrs, slot->tts_values,
                           slot->tts_isnull, &account, values, nulls);
        index_insert(index.relation, values, nulls, &slot->tts_tid, target->result->ri_RelationDesc,
                     UNIQUE_CHECK_NO, false, index.info);
        end_index_insertion(index.relation, index.info);
    }
    if (is_complete)
        return;
    ExecInsertIndexTuples(target->result, slot, target->estate, false, false, nullptr, NIL, false);
    for (int i = 0; i < target->result->ri_NumIndices; i++)
        if (target->result->ri_IndexRelationDescs[i] != nullptr)
            end_index_insertion(target->indexes[i].relation, target->indexes[i].info);
}

void close_relations(Target* target)
{
    for (int i = 0; i < target->result->ri_NumIndices; i++)
        if (target->indexes[i].relation != nullptr)
            RelationClose(target->indexes[i].relation);
    RelationClose(target->result->ri_RelationDesc);
}

// Puts the row into the slot. An error may have left the last row there.
void fill_slot(Target* target, const Datum* values, const bool* nulls, int count)
{
    TupleTableSlot* slot = target->slot;
    if (slot->tts_tupleDescriptor->natts != count)
        ereport(ERROR,
                (errcode(ERRCODE_DATA_CORRUPTED),
                 errmsg("%s has %d columns instead of %d", get_rel_name(target->table),
                        slot->tts_tupleDescriptor->natts, count),
                 errhint("Tables of the journal are made by the extension alone, partitions by "
                         "journal.maintain(); nothing is added to them.")));
    ExecClearTuple(slot);
    memcpy(slot->tts_values, values, sizeof(Datum) * count);
    memcpy(slot->tts_isnull, nulls, sizeof(bool) * count);
    ExecStoreVirtualTuple(slot);
}

}  // namespace

void lock_for_insertion(Oid table)
{
    Target* target = target_of(table);
    if (!target->locked)
        lock(target);
}

void insert_row(Oid table, const Datum* values, const bool* nulls, int count, HeapTuple tuple)
{
    Target* target = target_of(table);
    if (!target->locked)
        lock(target);
    if (!is_prepared(target))
        prepare(target);
    fill_slot(target, values, nulls, count);
    if (lock_indexes(target)) {
        prepare(target);
        fill_slot(target, values, nulls, count);
        lock_indexes(target);
    }

    open_relations(target);
    TupleTableSlot* slot = target->slot;
    TupleTableSlot* row = slot;
    if (tuple != nullptr)
        row = ExecStoreHeapTuple(tuple, target->tuple_slot, false);
    table_tuple_insert(target->result->ri_RelationDesc, row, GetCurrentCommandId(true), 0, nullptr);
    slot->tts_tid = row->tts_tid;
    slot->tts_tableOid = row->tts_tableOid;
    insert_index_entries(target);
    ResetPerTupleExprContext(target->estate);
    close_relations(target);
    ExecClearTuple(slot);
    ExecClearTuple(target->tuple_slot);
}

}  // namespace journal
