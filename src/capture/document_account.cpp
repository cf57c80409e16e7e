// See document_account.hpp.
//
// The document may have been written by the same command, or have just been deleted by it: what a
// foreign key deletes along is recorded afterwards. So the rows are seen as they are now, and where
// there is none, the version that this transaction deleted counts.
#include "capture/document_account.hpp"

#include "base/memory.hpp"
#include "base/settings.hpp"
#include "catalog/name_rights.hpp"
#include "catalog/relation.hpp"
#include "values/text_form.hpp"

namespace journal {

namespace {

/// How far from document to document the account is looked for.
constexpr int kLongestChain = 8;

/// The registered table that a plan's document is in; InvalidOid if it is not to be looked into.
Oid document_table(const RelationPlan* plan)
{
    for (int i = 0; i < plan->foreign_key_count; i++)
        if (plan->foreign_keys[i].positions == plan->document) {
            const TrackedRelation* tracked = tracked_relation_by_id(plan->foreign_keys[i].relation);
            return tracked != nullptr && strcmp(tracked->capture, "events") == 0 &&
                           get_rel_relkind(tracked->relation) == RELKIND_RELATION
                       ? tracked->relation
                       : InvalidOid;
        }
    return InvalidOid;
}

/// Fills the keys of a scan of an index with a row's document; false if it has none, or the types
/// cannot be compared.
bool fill_keys(const RelationPlan* plan, const RowImage& row, Relation index, ScanKey keys)
{
    for (int i = 0; i < plan->document_count; i++) {
        bool is_null = true;
        const Datum value = column_value(plan, plan->document[i], row, &is_null);
        const Oid type = getBaseType(plan->columns[plan->document[i]].type);
        const Oid expected = index->rd_opcintype[i];
        const Oid compared = IsBinaryCoercible(type, expected) ? expected : type;
        const Oid equality =
            get_opfamily_member(index->rd_opfamily[i], expected, compared, BTEqualStrategyNumber);
        if (is_null || !OidIsValid(equality))
            return false;
        ScanKeyEntryInitialize(&keys[i], 0, static_cast<AttrNumber>(i + 1), BTEqualStrategyNumber,
                               compared, index->rd_indcollation[i], get_opcode(equality), value);
    }
    return true;
}

/// Whether a version of a row was deleted, and not replaced, by this transaction.
bool is_deleted_here(TupleTableSlot* slot)
{
    if (!TTS_IS_BUFFERTUPLE(slot))
        return false;
    const HeapTuple tuple = reinterpret_cast<BufferHeapTupleTableSlot*>(slot)->base.tuple;
    const HeapTupleHeader header = tuple->t_data;
    const TransactionId xmin = HeapTupleHeaderGetXmin(header);
    return (TransactionIdIsCurrentTransactionId(xmin) || TransactionIdDidCommit(xmin)) &&
           (header->t_infomask & HEAP_XMAX_INVALID) == 0 &&
           TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetUpdateXid(header)) &&
           ItemPointerEquals(&header->t_ctid, &tuple->t_self);
}

/// Goes to the row that an index finds by keys; false if there is none.
bool find_row(Relation table, Relation index, int count, ScanKey keys, TupleTableSlot* slot)
{
    bool found = false;
    for (Snapshot snapshot : {SnapshotSelf, SnapshotAny}) {
        IndexScanDesc scan = index_beginscan(table, index, snapshot, nullptr, count, 0);
        index_rescan(scan, keys, count, nullptr, 0);
        while (!found && index_getnext_slot(scan, ForwardScanDirection, slot))
            found = snapshot == SnapshotSelf || is_deleted_here(slot);
        if (found)
            ExecMaterializeSlot(slot);
        index_endscan(scan);
        if (found)
            break;
    }
    return found;
}

const char* account_in(const RelationPlan* plan, const RowImage& row)
{
    bool is_null = true;
    const Datum value = column_value(plan, plan->account, row, &is_null);
    if (is_null)
        return nullptr;
    char* account = text_form_once(plan->columns[plan->account].type, value);
    return *account == '\0' ? nullptr : shortened(account, kLongestAccount);
}

/// The account of the document of a row, looked for from the given depth on; owner: of the first
/// row's table.
const char* account_of_document(const RelationPlan* plan, const RowImage& row, Oid owner, int depth)
{
    const Oid oid = document_table(plan);
    Relation table = OidIsValid(oid) ? try_table_open(oid, AccessShareLock) : nullptr;
    if (table == nullptr)
        return nullptr;
    AttrNumber key[INDEX_MAX_KEYS];
    Oid index_oid = InvalidOid;
    const char* account = nullptr;
    // Its row is written by nobody here, so nothing of its author's runs with the present rights.
    const RelationPlan* document = plan_by_lent_rights(table);
    if ((document->account >= 0 || document->document_count > 0) &&
        key_attributes(table, key, &index_oid) == plan->document_count) {
        Relation index = index_open(index_oid, AccessShareLock);
        TupleTableSlot* slot = table_slot_create(table, nullptr);
        ScanKeyData keys[INDEX_MAX_KEYS];
        if (fill_keys(plan, row, index, keys) &&
            find_row(table, index, plan->document_count, keys, slot)) {
            if (document->account >= 0 &&
                may_read_column(owner, oid, document->columns[document->account].number))
                account = account_in(document, {slot});
            if (account == nullptr && document->document_count > 0 && depth < kLongestChain)
                account = account_of_document(document, {slot}, owner, depth + 1);
        }
        ExecDropSingleTupleTableSlot(slot);
        index_close(index, NoLock);
    }
    table_close(table, NoLock);
    return account;
}

}  // namespace

const char* document_account(RelationPlan* plan, const RowImage& row)
{
    return plan->document_count == 0 ? nullptr
                                     : account_of_document(plan, row, owner_of(plan->root), 1);
}

}  // namespace journal
