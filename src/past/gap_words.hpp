// Words for why a table's past is not known further back (journal.gap).
#pragma once

namespace journal {

/// Words for a gap's reason: "then its trigger was disabled or dropped". other is what
/// journal.gap.other holds.
const char* gap_in_words(const char* reason, const char* other);

}  // namespace journal
