// A past that its snapshot does not show.
#include "base/function.hpp"
#include "catalog/storage.hpp"
#include "catalog/tracked_relation.hpp"
#include "past/past.hpp"

namespace journal {

void require_shown_storage(const Past* past)
{
    const Oid newer = find_newer_file(RelationGetRelid(past->root), GetActiveSnapshot());
    if (OidIsValid(newer))
        ereport(ERROR,
                (errcode(kPastUnknown),
                 errmsg("the past of %s is not known in this snapshot",
                        qualified_name(RelationGetRelid(past->root))),
                 errdetail("%s has been truncated or written anew since the snapshot was taken, "
                           "and holds nothing of what it would show.",
                           qualified_name(newer)),
                 errhint("Ask again in a new transaction; a cursor is to be opened anew.")));
}

}  // namespace journal
