// See rename.hpp.
#include "catalog/rename.hpp"

#include "base/copied_journal.hpp"
#include "base/insert.hpp"
#include "base/journal_tables.hpp"
#include "base/object_hash.hpp"
#include "base/row_scan.hpp"
#include "values/server_text.hpp"

namespace journal {

int64 rename_object(int32 relation, const char* key)
{
    char number[MAXINT8LEN + 1];
    pg_ltoa(relation, number);
    // In UTF-8, whatever the database's encoding is: a dump may go to one of another.
    return object_hash("", number, key == nullptr ? "" : utf8_text(key));
}

bool has_rename_since(int32 relation, const char* key, int64 change)
{
    RowScan scan =
        RowScan::begin("rename", "rename_object_idx",
                       {int8_key("object", rename_object(relation, key))}, BackwardScanDirection);
    bool found = false;
    while (!found && scan.next() && scan.value("until_change").int8() > change) {
        const char* renamed = scan.value("key").text(CurrentMemoryContext);
        found = scan.value("relation").int4() == relation && renamed != nullptr &&
                strcmp(renamed, key) == 0;
    }
    scan.end();
    return found;
}

void write_rename(const Rename& rename)
{
    constexpr int kCount = kRenameLabel;
    Datum values[kCount];
    bool nulls[kCount] = {};
    const auto set_text = [&](RenameColumn column, const char* text) {
        nulls[column - 1] = text == nullptr;
        values[column - 1] = text == nullptr ? Datum{0} : CStringGetTextDatum(text);
    };
    values[kRenameObject - 1] = Int64GetDatum(rename_object(rename.relation, rename.key));
    values[kRenameUntilChange - 1] = Int64GetDatum(rename.until_change);
    values[kRenameTransaction - 1] = FullTransactionIdGetDatum(GetTopFullTransactionId());
    values[kRenameSession - 1] = Int64GetDatum(rename.session);
    values[kRenameRelation - 1] = Int32GetDatum(rename.relation);
    values[kRenameCommand - 1] = Int32GetDatum(static_cast<int32>(rename.command));
    set_text(kRenameAccount, rename.account);
    set_text(kRenameKey, rename.key);
    set_text(kRenameLabel, rename.label);
    insert_row(journal_table("rename"), values, nulls, kCount);
}

void end_names(int32 relation)
{
    if (is_copied_journal())
        return;
    Rename rename{};
    rename.until_change = next_id("entry_id_seq");
    rename.relation = relation;
    rename.command = GetCurrentCommandId(false);
    rename.account = "";
    write_rename(rename);
}

}  // namespace journal
