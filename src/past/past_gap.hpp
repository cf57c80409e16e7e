// Gaps of the rows' histories: where a proof has to leave off and begin anew (journal.gap).
//
// A gap lies behind the entry that was the newest when it was noted. What the entries of a row say
// on its two sides need not fit together. Where a partition or child came or went, only rows that
// were in it are concerned.
#pragma once

#include "past/past.hpp"

namespace journal {

struct PastGaps;

/// The gaps of a table, in its past's memory context.
PastGaps* read_gaps(Past* past);

/// Whether there is a gap between two entries of a row, the earlier of which has that layout.
bool is_gap_between(const PastGaps* gaps, const Layout* layout, int64 earlier, int64 later);

/// The entry behind which the last gap lies that concerns every row: there is one between it, or
/// any before it, and the row as it is. 0: there is none.
int64 last_entry_of_gaps(const PastGaps* gaps);

/// Says by NOTICE that the proof has gaps, if it has.
void tell_gaps(const Past* past, const PastGaps* gaps);

}  // namespace journal
