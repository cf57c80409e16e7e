// Every condition on PostgreSQL's version stands here; the newest signature wins, and older servers
// get a wrapper.
#pragma once

#if PG_VERSION_NUM < 150000
#error "event_journal needs PostgreSQL 15 or newer"
#endif

namespace journal {

/// raw_expression_tree_walker with a walker of the usual type: before 16 it was declared without
/// arguments.
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

/// Whether role owns a relation. PostgreSQL 16 (c727f511b) folded the ownercheck functions into
/// object_ownercheck.
inline bool owns_relation(Oid relation, Oid role)
{
#if PG_VERSION_NUM >= 160000
    return object_ownercheck(RelationRelationId, relation, role);
#else
    return pg_class_ownercheck(relation, role);
#endif
}

}  // namespace journal
