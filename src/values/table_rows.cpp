// See table_rows.hpp.
#include "values/table_rows.hpp"

#include "base/list.hpp"
#include "values/text_form.hpp"

namespace journal {

namespace {

enum RowColumn { kTable, kPlace, kKey, kLabel, kAccount, kRowColumns };

/// Columns of the root as a member of its tree has them.
struct Member {
    Relation relation;
    int key_count;
    AttrNumber key[INDEX_MAX_KEYS];
    TextForm key_forms[INDEX_MAX_KEYS];
    AttrNumber label;
    TextForm label_form;
    AttrNumber account;
    TextForm account_form;
    AttrNumber last;
};

AttrNumber prepare_column(Relation root, Member* member, AttrNumber number, TextForm* form)
{
    const AttrNumber own =
        get_attnum(RelationGetRelid(member->relation),
                   NameStr(TupleDescAttr(RelationGetDescr(root), number - 1)->attname));
    prepare_text_form(form, TupleDescAttr(RelationGetDescr(member->relation), own - 1)->atttypid,
                      CurrentMemoryContext);
    member->last = std::max(member->last, own);
    return own;
}

/// Text form of a column; nullptr: NULL.
char* text_in(TextForm* form, TupleTableSlot* slot, AttrNumber number)
{
    return slot->tts_isnull[number - 1] ? nullptr : text_form(form, slot->tts_values[number - 1]);
}

char* key_in(Member* member, TupleTableSlot* slot)
{
    char* texts[INDEX_MAX_KEYS];
    for (int i = 0; i < member->key_count; i++) {
        texts[i] = text_in(&member->key_forms[i], slot, member->key[i]);
        if (texts[i] == nullptr)
            return nullptr;
    }
    return object_key(member->key_count, texts);
}

void put_row(const TableRows& rows, Member* member, TupleTableSlot* slot)
{
    slot_getsomeattrs(slot, member->last);
    Datum values[kRowColumns] = {ObjectIdGetDatum(RelationGetRelid(member->relation)),
                                 PointerGetDatum(&slot->tts_tid)};
    bool nulls[kRowColumns] = {};
    const char* key = key_in(member, slot);
    char* label = member->label == 0 ? nullptr : text_in(&member->label_form, slot, member->label);
    nulls[kKey] = key == nullptr;
    if (key != nullptr)
        values[kKey] = CStringGetTextDatum(key);
    const char* account =
        member->account == 0 ? nullptr : text_in(&member->account_form, slot, member->account);
    nulls[kLabel] = label == nullptr;
    nulls[kAccount] = account == nullptr;
    if (account != nullptr)
        values[kAccount] = CStringGetTextDatum(account);
    if (label != nullptr)
        values[kLabel] = CStringGetTextDatum(shortened(label, kLongestKey));
    tuplestore_putvalues(rows.rows, rows.descriptor, values, nulls);
}

void read_member(const TableRows& rows, Member* member, Snapshot snapshot)
{
    MemoryContext row =
        AllocSetContextCreate(CurrentMemoryContext, "event_journal row", ALLOCSET_DEFAULT_SIZES);
    TupleTableSlot* slot = table_slot_create(member->relation, nullptr);
    TableScanDesc scan = table_beginscan(member->relation, snapshot, 0, nullptr);
    while (table_scan_getnextslot(scan, ForwardScanDirection, slot)) {
        CHECK_FOR_INTERRUPTS();
        in_context(row, [&] { put_row(rows, member, slot); });
        MemoryContextReset(row);
    }
    table_endscan(scan);
    ExecDropSingleTupleTableSlot(slot);
    MemoryContextDelete(row);
}

}  // namespace

TableRows read_table_rows(Relation root, int key_count, const AttrNumber* key, AttrNumber label,
                          AttrNumber account, Snapshot snapshot)
{
    TableRows rows{tuplestore_begin_heap(true, false, work_mem),
                   CreateTemplateTupleDesc(kRowColumns)};
    TupleDescInitEntry(rows.descriptor, kTable + 1, "table", OIDOID, -1, 0);
    TupleDescInitEntry(rows.descriptor, kPlace + 1, "place", TIDOID, -1, 0);
    TupleDescInitEntry(rows.descriptor, kKey + 1, "key", TEXTOID, -1, 0);
    TupleDescInitEntry(rows.descriptor, kLabel + 1, "label", TEXTOID, -1, 0);
    TupleDescInitEntry(rows.descriptor, kAccount + 1, "account", TEXTOID, -1, 0);
    for (const Oid oid :
         oids(find_all_inheritors(RelationGetRelid(root), AccessShareLock, nullptr))) {
        auto* member = make_in<Member>(CurrentMemoryContext);
        member->relation = table_open(oid, NoLock);
        member->key_count = key_count;
        for (int i = 0; i < key_count; i++)
            member->key[i] = prepare_column(root, member, key[i], &member->key_forms[i]);
        if (label != 0)
            member->label = prepare_column(root, member, label, &member->label_form);
        if (account != 0)
            member->account = prepare_column(root, member, account, &member->account_form);
        if (RELKIND_HAS_TABLE_AM(member->relation->rd_rel->relkind))
            read_member(rows, member, snapshot);
        table_close(member->relation, NoLock);
    }
    return rows;
}

void end_table_rows(TableRows* rows)
{
    tuplestore_end(rows->rows);
    rows->rows = nullptr;
}

}  // namespace journal
