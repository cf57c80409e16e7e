// Every condition on PostgreSQL's version stands here. The rest of the code calls what the newest
// server calls; an older server gets a wrapper of that name or signature, with the commit of
// PostgreSQL that made the difference. When a major version leaves support, its branches go.
#pragma once

#if PG_VERSION_NUM < 150000
#error "event_journal needs PostgreSQL 15 or newer"
#elif PG_VERSION_NUM >= 190000
#error "event_journal is not known to work with this PostgreSQL: it was tested up to version 18"
#endif

// Before 18 (9324c8c58065) the magic block had neither name nor version.
#if PG_VERSION_NUM < 180000
#define PG_MODULE_MAGIC_EXT(...) PG_MODULE_MAGIC
#endif

#if PG_VERSION_NUM >= 160000
extern "C" {
#include <nodes/miscnodes.h>
}
#endif

namespace journal {

#if PG_VERSION_NUM < 180000

/// Before 18 (83ea6c54025b) there was no virtual generated column to be replaced by what computes
/// it.
inline Node* expand_generated_columns_in_expr(Node* node, Relation, int)
{
    return node;
}

/// Before 18 (0fbceae841cb) nobody counted the searches of an index scan.
inline IndexScanDesc index_beginscan(Relation table, Relation index, Snapshot snapshot, void*,
                                     int key_count, int order_count)
{
    return ::index_beginscan(table, index, snapshot, key_count, order_count);
}

/// Before 18 (ca87c415e2fc) every check constraint was enforced.
inline bool is_enforced(const ConstrCheck&)
{
    return true;
}

#else

inline bool is_enforced(const ConstrCheck& check)
{
    return check.ccenforced;
}

#endif

/// That rows keep up a foreign key of an alias of pg_constraint, in SQL: since 18 it may be not
/// enforced (ca87c415e2fc), or be about periods of time (89f908a6d0ac).
#if PG_VERSION_NUM >= 180000
#define SQL_IS_KEPT_UP(c) c ".conenforced AND NOT " c ".conperiod"
#else
#define SQL_IS_KEPT_UP(c) "true"
#endif

#if PG_VERSION_NUM < 170000

/// Before 17 (e9d4001ec592 and later) readers of a BRIN index gave a snapshot, of no use.
inline BrinRevmap* brinRevmapInitialize(Relation index, BlockNumber* pages_per_range)
{
    return ::brinRevmapInitialize(index, pages_per_range, nullptr);
}

inline BrinTuple* brinGetTupleForHeapBlock(BrinRevmap* revmap, BlockNumber block, Buffer* buffer,
                                           OffsetNumber* offset, Size* size, int mode)
{
    return ::brinGetTupleForHeapBlock(revmap, block, buffer, offset, size, mode, nullptr);
}

#endif

/// Whether an ALTER TABLE gives a generated column another expression, which came with 17
/// (5d06e99a3cfc).
inline bool is_set_expression([[maybe_unused]] AlterTableType type)
{
#if PG_VERSION_NUM >= 170000
    return type == AT_SetExpression;
#else
    return false;
#endif
}

/// Whether a column certainly holds no NULL. Since 18 (a379061a22a8) a NOT NULL constraint need not
/// be valid.
inline bool is_never_null(TupleDesc descriptor, AttrNumber number)
{
#if PG_VERSION_NUM >= 180000
    return TupleDescCompactAttr(descriptor, number - 1)->attnullability == ATTNULLABLE_VALID;
#else
    return TupleDescAttr(descriptor, number - 1)->attnotnull;
#endif
}

/// Whether the present transaction gave a relation another file: its rows are all the
/// transaction's own. Before 16 (b0a55e43299c) the field had the file's former name.
inline bool has_new_file(Relation relation)
{
#if PG_VERSION_NUM >= 160000
    return relation->rd_firstRelfilelocatorSubid != InvalidSubTransactionId;
#else
    return relation->rd_firstRelfilenodeSubid != InvalidSubTransactionId;
#endif
}

#if PG_VERSION_NUM < 160000

/// Before 16 (2661469d8622) an error of a date had no further details.
struct DateTimeErrorExtra {};

inline int DecodeDateTime(char** fields, int* types, int count, int* type, struct pg_tm* tm,
                          fsec_t* fsec, int* tz, DateTimeErrorExtra*)
{
    return ::DecodeDateTime(fields, types, count, type, tm, fsec, tz);
}

/// A type by its name as format_type writes it; false if there is none. Before 16 (858e776c84f4) it
/// had a flag in place of a node that takes errors.
inline bool find_type(const char* name, Oid* type, int32* typmod)
{
    parseTypeString(name, type, typmod, true);
    return OidIsValid(*type);
}

/// Before 16 (407b50f2d421) the server freed with free() what a check hook left as its extra.
inline void* guc_malloc(int, std::size_t size)
{
    return malloc(size);
}

/// Before 16 (19d8e2308bc5) an update could not spare the indexes that do not summarize.
inline List* ExecInsertIndexTuples(ResultRelInfo* target, TupleTableSlot* slot, EState* estate,
                                   bool update, bool no_error, bool* conflict, List* arbiters, bool)
{
    return ::ExecInsertIndexTuples(target, slot, estate, update, no_error, conflict, arbiters);
}

#else

inline bool find_type(const char* name, Oid* type, int32* typmod)
{
    ErrorSaveContext errors{};
    errors.type = T_ErrorSaveContext;
    return parseTypeString(name, type, typmod, reinterpret_cast<Node*>(&errors));
}

#endif

/// After the insertion of one row's entry into an index by a description that is kept. Since
/// 17 (c1ec02be1d79) an index may keep open what it needs for the next row, such as a pinned page;
/// here the relations are closed after each row.
inline void end_index_insertion([[maybe_unused]] Relation index, [[maybe_unused]] IndexInfo* info)
{
#if PG_VERSION_NUM >= 170000
    index_insert_cleanup(index, info);
#endif
}

/// raw_expression_tree_walker with a walker of the usual type: before 16 (1c27d16e6e5c) it was
/// declared without arguments.
inline bool walk_raw_expression(Node* node, bool (*walker)(Node*, void*), void* context)
{
#if PG_VERSION_NUM >= 160000
    return raw_expression_tree_walker(node, walker, context);
#else
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-function-type"
    return raw_expression_tree_walker(node, reinterpret_cast<bool (*)()>(walker), context);
#pragma GCC diagnostic pop
#endif
}

// Before 16 (c727f511bd7b, afbfc02983f8) each kind of object had its own functions.
#if PG_VERSION_NUM < 160000

/// Whether role has mode on an object of a catalogue that we ask about.
inline AclResult object_aclcheck(Oid catalog, Oid object, Oid role, AclMode mode)
{
    switch (catalog) {
        case NamespaceRelationId:
            return pg_namespace_aclcheck(object, role, mode);
        case ProcedureRelationId:
            return pg_proc_aclcheck(object, role, mode);
        case TypeRelationId:
            return pg_type_aclcheck(object, role, mode);
        default:
            elog(ERROR, "unexpected catalogue: %u", catalog);
            return ACLCHECK_NO_PRIV;
    }
}

/// Whether role owns an object of a catalogue that we ask about.
inline bool object_ownercheck(Oid catalog, Oid object, Oid role)
{
    switch (catalog) {
        case RelationRelationId:
            return pg_class_ownercheck(object, role);
        case ProcedureRelationId:
            return pg_proc_ownercheck(object, role);
        default:
            elog(ERROR, "unexpected catalogue: %u", catalog);
            return false;
    }
}

#endif

/// The next of this session's locks in a partition of the lock table, after one, or the first
/// (previous nullptr); nullptr after the last. Before 16 (12605414a7df) the list was an SHM_QUEUE.
inline PROCLOCK* next_own_lock(int partition, PROCLOCK* previous)
{
#if PG_VERSION_NUM < 160000
    SHM_QUEUE* list = &MyProc->myProcLocks[partition];
    return reinterpret_cast<PROCLOCK*>(SHMQueueNext(
        list, previous == nullptr ? list : &previous->procLink, offsetof(PROCLOCK, procLink)));
#else
    dlist_head* list = &MyProc->myProcLocks[partition];
    if (previous == nullptr ? dlist_is_empty(list) : !dlist_has_next(list, &previous->procLink))
        return nullptr;
    dlist_node* next =
        previous == nullptr ? dlist_head_node(list) : dlist_next_node(list, &previous->procLink);
    return reinterpret_cast<PROCLOCK*>(reinterpret_cast<char*>(next) -
                                       offsetof(PROCLOCK, procLink));
#endif
}

}  // namespace journal
