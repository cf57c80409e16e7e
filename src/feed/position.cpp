// See position.hpp.
#include "feed/position.hpp"

#include "base/function.hpp"

#include <algorithm>

namespace journal {

namespace {

constexpr const char* kVersion = "1";

[[noreturn]] void raise_no_position()
{
    ereport(ERROR,
            (errcode(kCursorDoesNotFit), errmsg("what is given is no position of the feed"),
             errdetail("It is damaged, or was not given by journal.changes_since()."),
             errhint("Pass next_position of the last row as it came, or NULL to begin at the "
                     "first entry.")));
}

uint64 widen(TransactionId xid)
{
    const FullTransactionId next = ReadNextFullTransactionId();
    uint32 epoch = EpochFromFullTransactionId(next);
    if (xid > XidFromFullTransactionId(next))
        epoch--;
    return U64FromFullTransactionId(FullTransactionIdFromEpochAndXid(epoch, xid));
}

char* write_over(const TransactionsOver& over)
{
    StringInfoData text;
    initStringInfo(&text);
    appendStringInfo(&text, UINT64_FORMAT, over.end);
    for (int i = 0; i < over.running_count; i++)
        appendStringInfo(&text, ",%lu", over.running[i]);
    return text.data;
}

bool read_number(const char** text, uint64* number)
{
    if (**text < '0' || **text > '9')
        return false;
    char* end = nullptr;
    errno = 0;
    *number = strtoull(*text, &end, 10);
    *text = end;
    return errno == 0;
}

bool read_over(const char* text, TransactionsOver* over)
{
    Vector<uint64> running(CurrentMemoryContext);
    if (!read_number(&text, &over->end))
        return false;
    while (*text == ',') {
        uint64 number = 0;
        if (!read_number(&++text, &number))
            return false;
        running.push_back(number);
    }
    over->running_count = static_cast<int>(running.size());
    over->running = make_array_in<uint64>(CurrentMemoryContext, running.size());
    std::copy(running.begin(), running.end(), over->running);
    return *text == '\0';
}

char* write_uuid(const pg_uuid_t& uuid)
{
    return DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(&uuid)));
}

bool read_uuid(const char* text, pg_uuid_t* uuid)
{
    if (strlen(text) != 36 || strspn(text, "0123456789abcdef-") != 36)
        return false;
    *uuid = *DatumGetUUIDP(DirectFunctionCall1(uuid_in, CStringGetDatum(text)));
    return true;
}

char* write_wal(XLogRecPtr wal)
{
    return DatumGetCString(DirectFunctionCall1(pg_lsn_out, LSNGetDatum(wal)));
}

uint32 checksum(const char* text, std::size_t length)
{
    return hash_bytes(reinterpret_cast<const unsigned char*>(text), static_cast<int>(length));
}

/// The fields of a decoded text; 0 if its checksum is not right.
int split(char* text, char** fields, int most)
{
    char* end = strrchr(text, ' ');
    if (end == nullptr || strtoul(end + 1, nullptr, 16) != checksum(text, end - text))
        return 0;
    *end = '\0';
    int count = 0;
    char* rest = text;
    while (count < most && rest != nullptr)
        fields[count++] = strsep(&rest, " ");
    return rest == nullptr ? count : 0;
}

}  // namespace

char* encode_position(const FeedPosition& position)
{
    char* text = psprintf(
        "%s %s %u %lx %s %s %d %s " INT64_FORMAT, kVersion, write_uuid(position.incarnation),
        position.timeline, position.wal, write_over(position.before), write_over(position.batch),
        position.in_older ? 1 : 0, write_uuid(position.older_incarnation), position.older_last_id);
    text = psprintf("%s %08x", text, checksum(text, strlen(text)));
    const std::size_t length = strlen(text);
    char* hex = static_cast<char*>(palloc(2 * length + 2));
    hex_encode(text, length, hex);
    strcpy(hex + 2 * length, ".");
    return hex;
}

FeedPosition decode_position(const char* text)
{
    constexpr int kFields = 9;
    const std::size_t digits = strspn(text, "0123456789abcdef");
    const char* id = text + digits + 1;
    uint64 last_id = 0;
    if (digits % 2 != 0 || text[digits] != '.' || !read_number(&id, &last_id) || *id != '\0' ||
        last_id > PG_INT64_MAX)
        raise_no_position();
    auto* decoded = static_cast<char*>(palloc0(digits / 2 + 1));
    hex_decode(text, digits, decoded);
    char* fields[kFields];
    FeedPosition position{};
    uint64 timeline = 0;
    uint64 older_last_id = 0;
    const char* timeline_text = nullptr;
    const char* older_text = nullptr;
    if (split(decoded, fields, kFields) != kFields || strcmp(fields[0], kVersion) != 0 ||
        !read_uuid(fields[1], &position.incarnation) ||
        !read_number(&(timeline_text = fields[2]), &timeline) ||
        !read_over(fields[4], &position.before) || !read_over(fields[5], &position.batch) ||
        !read_uuid(fields[7], &position.older_incarnation) ||
        !read_number(&(older_text = fields[8]), &older_last_id))
        raise_no_position();
    position.timeline = static_cast<TimeLineID>(timeline);
    position.wal = strtoull(fields[3], nullptr, 16);
    position.in_older = *fields[6] == '1';
    position.older_last_id = static_cast<int64>(older_last_id);
    position.last_id = static_cast<int64>(last_id);
    return position;
}

TransactionsOver transactions_over()
{
    Snapshot snapshot = GetActiveSnapshot();
    const FullTransactionId own = GetTopFullTransactionIdIfAny();
    TransactionsOver over{
        widen(snapshot->xmax), 0,
        make_array_in<uint64>(CurrentMemoryContext, snapshot->xcnt + snapshot->subxcnt + 1)};
    const auto add = [&](uint64 xid) {
        if (xid < over.end)
            over.running[over.running_count++] = xid;
    };
    for (uint32 i = 0; i < snapshot->xcnt; i++)
        add(widen(snapshot->xip[i]));
    // On a standby all of them, savepoints' as well, are there (GetSnapshotData).
    for (int32 i = 0; snapshot->takenDuringRecovery && i < snapshot->subxcnt; i++)
        add(widen(snapshot->subxip[i]));
    if (FullTransactionIdIsValid(own))
        add(U64FromFullTransactionId(own));
    std::sort(over.running, over.running + over.running_count);
    return over;
}

bool is_covered(const TransactionsOver& over, const TransactionsOver& by)
{
    if (over.end > by.end)
        return false;
    for (int i = 0; i < by.running_count; i++)
        if (by.running[i] < over.end &&
            !std::binary_search(over.running, over.running + over.running_count, by.running[i]))
            return false;
    return true;
}

void note_wal(FeedPosition* position)
{
    if (RecoveryInProgress()) {
        position->wal = GetXLogReplayRecPtr(&position->timeline);
        return;
    }
    position->timeline = GetWALInsertionTimeLine();
    position->wal = GetXLogInsertRecPtr();
    // Behind the header of a page that nothing was written into yet.
    if (XLogSegmentOffset(position->wal, wal_segment_size) == SizeOfXLogLongPHD)
        position->wal -= SizeOfXLogLongPHD;
    else if (position->wal % XLOG_BLCKSZ == SizeOfXLogShortPHD)
        position->wal -= SizeOfXLogShortPHD;
    // What committed without waiting for the disk could be lost in a crash, and its transaction id
    // given to another, which the position would take for delivered.
    XLogFlush(position->wal);
}

void check_wal(const FeedPosition& position)
{
    TimeLineID present = 0;
    XLogRecPtr reached = 0;
    if (RecoveryInProgress()) {
        reached = GetXLogReplayRecPtr(&present);
    } else {
        present = GetWALInsertionTimeLine();
        reached = GetXLogInsertRecPtr();
    }
    XLogRecPtr end = InvalidXLogRecPtr;
    if (position.timeline != present) {
        List* history = readTimeLineHistory(present);
        if (tliInHistory(position.timeline, history))
            end = tliSwitchPoint(position.timeline, history, nullptr);
        if (position.timeline > present && RecoveryInProgress())
            end = PG_UINT64_MAX;  // of a timeline that this standby has not come to
    } else {
        end = PG_UINT64_MAX;
    }
    if (position.wal > end)
        ereport(ERROR,
                (errcode(kFeedForked),
                 errmsg("the position of the feed lies beyond the point where this server went its "
                        "own way"),
                 errdetail("It was given on timeline %u at %s; this server is on timeline %u, "
                           "and does not have all that was delivered.",
                           position.timeline, write_wal(position.wal), present),
                 errhint("Go on from an earlier position, if one is kept, or begin anew with NULL: "
                         "entries come again then, by their numbers.")));
    if (position.wal > reached)
        ereport(ERROR, (errcode(kFeedAhead),
                        errmsg("this server has not got to the position of the feed yet"),
                        errdetail("The position was given at %s, and it has got to %s.",
                                  write_wal(position.wal), write_wal(reached)),
                        errhint("Try again later, or on the primary.")));
}

}  // namespace journal
