// Regime: library
// The turns in which rows can be written that take over unique values from one another.
//
// A row can be written when the value that it is to have is free: after the row that has it now.
// Rows that wait for one another in a circle can go only if one of them steps aside first, to a
// value that none of them has. That may be the same for every circle, as transactions use one; so
// the circles come one after the other. Rows are plain indexes, so this needs no server.
#pragma once

#include <span>

namespace journal {

/// Row "row" is to have a value that row "holder" has now; both are indexes from 0.
struct Wait {
    int row;
    int holder;
    bool may_step_aside;  // where the holder can step aside to, it does not have that value
};

struct Turn {
    int number;  // when the row is written, from 0; kStuck
    int aside;   // when it steps aside before, a turn of its own; kStays
};

/// Of a row of a circle in which none may step aside, or of one that waits for such a row.
inline constexpr int kStuck = -1;
inline constexpr int kStays = -1;

/// Fills in the turns of all rows. Of a circle no more rows step aside than have to. Returns the
/// number of turns. Takes time and memory in proportion to rows and waits; a row that waits for
/// itself waits for nothing. Throws std::out_of_range for an index beyond the rows.
int take_turns(std::span<const Wait> waits, std::span<Turn> turns);

}  // namespace journal
