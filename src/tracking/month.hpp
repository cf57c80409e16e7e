// Making the months of journal.entry (months/partition.hpp).
#pragma once

namespace journal {

/// Makes the present month and so many further ones that do not exist yet, moves what the default
/// partition holds of them, and returns how many it made. Runs as the owner. Nobody but another
/// maker of months waits for it, except at its end: attaching a month locks the default partition
/// until the transaction ends.
int make_coming_months(int months_ahead);

/// What is made where nobody says how many.
inline constexpr int kMonthsAhead = 3;

/// Raises an error unless so many months can be made.
void check_months_ahead(int months_ahead);

/// The same, and also makes the months of whatever the default partition holds; notes what months
/// there are.
int maintain_months(int months_ahead);

}  // namespace journal
