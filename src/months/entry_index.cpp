// See entry_index.hpp. The scan is the server's index-only scan, without the visits to the heap.
#include "months/entry_index.hpp"
#include "base/list.hpp"

namespace journal {

namespace {

bool is_column(Relation partition, const Node* node, const char* name)
{
    return IsA(node, Var) && reinterpret_cast<const Var*>(node)->varattno ==
                                 get_attnum(RelationGetRelid(partition), name);
}

bool is_function(Relation partition, Node* node, const IndexColumn& column)
{
    if (!IsA(node, FuncExpr))
        return false;
    const auto* call = castNode(FuncExpr, node);
    const char* name = get_func_name(call->funcid);
    if (name == nullptr || strcmp(name, column.function) != 0 ||
        get_func_namespace(call->funcid) != RelationGetNamespace(partition))
        return false;
    int number = 0;
    for (auto* argument : items<Node>(call->args)) {
        if (number == static_cast<int>(lengthof(column.arguments)) ||
            column.arguments[number] == nullptr ||
            !is_column(partition, argument, column.arguments[number]))
            return false;
        number++;
    }
    return number > 0;
}

bool has_columns(Relation partition, Relation index, const IndexForm& form)
{
    List* expressions = RelationGetIndexExpressions(index);
    int next = 0;
    for (int i = 0; i < form.count; i++) {
        const IndexColumn& wanted = form.columns[i];
        const AttrNumber column = index->rd_index->indkey.values[i];
        if (index->rd_indoption[i] != 0 || index->rd_opcintype[i] != wanted.type ||
            index->rd_opfamily[i] !=
                lookup_type_cache(wanted.type, TYPECACHE_BTREE_OPFAMILY)->btree_opf)
            return false;
        if (wanted.function == nullptr) {
            if (column == InvalidAttrNumber ||
                column != get_attnum(RelationGetRelid(partition), wanted.arguments[0]))
                return false;
        } else if (column != InvalidAttrNumber || next >= list_length(expressions) ||
                   !is_function(partition, static_cast<Node*>(list_nth(expressions, next++)),
                                wanted)) {
            return false;
        }
    }
    return true;
}

bool is_not_null(Relation partition, const Node* test, const char* name)
{
    if (!IsA(test, NullTest))
        return false;
    const auto* null_test = reinterpret_cast<const NullTest*>(test);
    return null_test->nulltesttype == IS_NOT_NULL &&
           is_column(partition, reinterpret_cast<const Node*>(null_test->arg), name);
}

bool has_predicate(Relation partition, Relation index, const IndexForm& form)
{
    List* predicate = RelationGetIndexPredicate(index);
    if (form.not_null == nullptr || list_length(predicate) != 1)
        return form.not_null == nullptr && predicate == NIL;
    return is_not_null(partition, static_cast<const Node*>(linitial(predicate)), form.not_null);
}

bool is_of_form(Relation partition, Relation index, const IndexForm& form)
{
    const Form_pg_index row = index->rd_index;
    if (index->rd_rel->relam != BTREE_AM_OID || !row->indisvalid || row->indnkeyatts != form.count)
        return false;
    // An index that was built over rows in several versions is not for older snapshots.
    if (row->indcheckxmin &&
        !TransactionIdPrecedes(HeapTupleHeaderGetXmin(index->rd_indextuple->t_data),
                               TransactionXmin))
        return false;
    return has_columns(partition, index, form) && has_predicate(partition, index, form);
}

}  // namespace

Oid find_index(Relation partition, const IndexForm& form)
{
    List* indexes = RelationGetIndexList(partition);
    Oid found = InvalidOid;
    for (const Oid oid : oids(indexes)) {
        Relation index = index_open(oid, AccessShareLock);
        if (is_of_form(partition, index, form))
            found = RelationGetRelid(index);
        index_close(index, NoLock);
        if (OidIsValid(found))
            break;
    }
    list_free(indexes);
    return found;
}

IndexEntries IndexEntries::begin(Relation partition, Oid index, int key_count, ScanKey keys,
                                 ScanDirection direction)
{
    IndexEntries entries;
    entries.direction_ = direction;
    entries.index_ = index_open(index, AccessShareLock);
    entries.scan_ =
        index_beginscan(partition, entries.index_, GetActiveSnapshot(), nullptr, key_count, 0);
    entries.scan_->xs_want_itup = true;
    index_rescan(entries.scan_, keys, key_count, nullptr, 0);
    return entries;
}

bool IndexEntries::next()
{
    CHECK_FOR_INTERRUPTS();
    place_ = index_getnext_tid(scan_, direction_);
    return place_ != nullptr;
}

Datum IndexEntries::value(AttrNumber column) const
{
    bool is_null = false;
    return index_getattr(scan_->xs_itup, column, scan_->xs_itupdesc, &is_null);
}

void IndexEntries::end()
{
    index_endscan(scan_);
    index_close(index_, NoLock);
}

}  // namespace journal
