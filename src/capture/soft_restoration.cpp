// See soft_restoration.hpp. The last deletion of the object is looked for by index, in the newest
// month first: nothing else has to be looked for when a row is written.
#include "capture/soft_restoration.hpp"

#include "base/memory.hpp"
#include "base/query.hpp"
#include "base/settings.hpp"
#include "months/object_entries.hpp"
#include "months/partition.hpp"

namespace journal {

namespace {

struct SoftDeletion {
    int64 entry;
    int64 change;
};

/// The last soft deletion of an object; entry 0 if there is none since it was deleted for good.
SoftDeletion find_soft_deletion(const EntryObject& object)
{
    SoftDeletion found{};
    bool is_over = false;
    EntryPartition* months = nullptr;
    for (int i = entry_partitions(&months) - 1; !is_over && i >= 0; i--) {
        CHECK_FOR_INTERRUPTS();
        ObjectEntries entries;
        if (!entries.open(months[i].relation, true))
            continue;
        entries.find(object, PG_INT64_MAX, BackwardScanDirection);
        while (!is_over && entries.next()) {
            is_over = true;
            if (entries.value(kEntryOperation).character() == 's')
                found = {entries.value(kEntryId).int8(), entries.value(kEntryChange).int8()};
        }
        entries.close();
    }
    return found;
}

}  // namespace

int64 note_soft_restoration(const Entry& entry, const char* account, const char* key)
{
    if (key == nullptr)
        return 0;
    PushActiveSnapshot(GetLatestSnapshot());
    const SoftDeletion deletion = find_soft_deletion({account, entry.object_type, key});
    PopActiveSnapshot();
    if (deletion.entry == 0)
        return 0;
    const char* role = GetUserNameFromId(GetUserId(), false);
    Query query = Query::begin(RunAs::kOwner);
    static SavedStatement statement;
    const uint64 rows = query.run_saved(
        &statement,
        "INSERT INTO journal.restoration (entry, restored_entry, restored_by, reason, account) "
        "VALUES ($1, $2, $3, nullif($4, ''), $5) ON CONFLICT (entry) DO NOTHING",
        {int8_argument(deletion.change), int8_argument(entry.id), text_argument(role),
         text_argument(settings.reason), text_argument(account)},
        false);
    query.end();
    return rows == 0 ? 0 : deletion.entry;
}

}  // namespace journal
