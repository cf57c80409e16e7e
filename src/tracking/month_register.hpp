// What partitions journal.entry has and has had: rows of journal.month.
//
// They are compared with the catalogue whenever a command may have attached, detached or dropped
// one, and by maintain. So what happened while nobody followed commands is noted later, as of then.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Adds a row for each partition that has none, and notes when others went. Runs as the owner.
void note_months();

/// Notes that a partition which went held no entry.
void note_empty_month(Oid partition);

/// Whether one of some tables was a partition of journal.entry; tables is oid[].
bool has_month_among(Datum tables);

}  // namespace journal
