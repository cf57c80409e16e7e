// The feed: every committed entry once, by pages, for whoever passes them on.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Where a consumer begins that has none of the entries, or all that are committed now.
enum class FeedStart { kFirstEntry, kNow };

/// The text of such a position, in the current memory context.
const char* start_position(FeedStart start);

/// How many entries a page may have (1,000 for NULL); raises invalid_parameter_value outside
/// 1..10000.
int feed_page_size(FunctionCallInfo fcinfo, int argument);

/// Puts the page that follows a position into the result of a set-returning function, as the
/// caller: at most page_size rows, each with the position behind it, or, where nothing follows, one
/// row of NULLs but for the position. Nullptrs: from the first entry; all entries. Raises JE020 for
/// a damaged position, JE090 and JE091 for one that this server cannot go on from.
void return_changes(FunctionCallInfo fcinfo, const char* position, int page_size,
                    const Jsonb* filter);

}  // namespace journal
