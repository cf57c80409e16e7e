// See gap_words.hpp.
#include "past/gap_words.hpp"

#include "base/pg.hpp"

namespace journal {

const char* gap_in_words(const char* reason, const char* other)
{
    if (strcmp(reason, "tracked") == 0)
        return "then the journal began to record it";
    if (strcmp(reason, "trigger disabled") == 0)
        return "then its trigger was disabled or dropped";
    if (strcmp(reason, "trigger enabled") == 0)
        return "until then its trigger was disabled or missing";
    if (strcmp(reason, "attached") == 0)
        return psprintf("then %s came to it with its rows", other);
    if (strcmp(reason, "purged") == 0)
        return "older entries were purged";
    if (strcmp(reason, "computed") == 0)
        return psprintf("then the values of its column %s were computed anew", other);
    if (strcmp(reason, "selected") == 0)
        return "until then only some of its changes were recorded";
    if (strcmp(reason, "unrecorded") == 0)
        return "then it was changed under session_replication_role = replica";
    return psprintf("then %s left it with its rows", other);
}

}  // namespace journal
