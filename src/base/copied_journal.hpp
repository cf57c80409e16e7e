// A journal that is a copy: a subscription writes it, with the numbers of the server that it comes
// from.
//
// On a copy nothing else may write the journal: a number given here is given there too. So whatever
// records, tracks or restores is refused until journal.take_over(), and what follows DDL (layouts,
// gaps) is left to the other server, whose rows arrive. Months and triggers are each server's own.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Whether a subscription, enabled or not, writes this database's journal. Cheap enough to be asked
/// for every change.
bool is_copied_journal();

/// Refuses to go on where one does.
void refuse_on_copied_journal();

}  // namespace journal
