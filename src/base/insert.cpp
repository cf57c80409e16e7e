// See insert.hpp.
#include "base/insert.hpp"

namespace journal {

void insert_row(Relation relation, const Datum* values, const bool* nulls)
{
    EState* estate = CreateExecutorState();
    ResultRelInfo* target = makeNode(ResultRelInfo);
    InitResultRelInfo(target, relation, 1, nullptr, 0);
    ExecOpenIndices(target, false);

    TupleTableSlot* slot = table_slot_create(relation, nullptr);
    const int count = RelationGetDescr(relation)->natts;
    memcpy(slot->tts_values, values, sizeof(Datum) * count);
    memcpy(slot->tts_isnull, nulls, sizeof(bool) * count);
    ExecStoreVirtualTuple(slot);

    table_tuple_insert(relation, slot, GetCurrentCommandId(true), 0, nullptr);
    if (target->ri_NumIndices > 0)
        list_free(ExecInsertIndexTuples(target, slot, estate, false, false, nullptr, NIL, false));

    ExecDropSingleTupleTableSlot(slot);
    ExecCloseIndices(target);
    FreeExecutorState(estate);
}

}  // namespace journal
