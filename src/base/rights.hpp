// Whose rights code runs with: the only place that changes the user.
//
// The code of a table's owner (index expressions, statistics, checks of domains, conditions of
// rules, ...) runs when somebody else's query is merely planned. So what is done with a table for
// somebody who did not name it, or did not mean to run its code, is done in one of two ways:
//   - the owner is trusted: he has the rights of whoever asks already (he is the same role, a
//     superuser, or has its privileges), or superusers have named him in journal.trusted_owner.
//     Then nothing changes;
//   - else the owner lends his rights: everything, planning included, runs as he, as a restricted
//     operation and under a search_path of pg_catalog. He sees all rows of his table, so whoever
//     borrows checks the privileges of the present user before, and asks nothing where policies
//     hold that user. Settings that his code changes are as before in the end.
//
// Not RAII on purpose: both ends are plain calls, an error in between is undone by the
// (sub)transaction's abort. Whoever catches an error without one has to call end() himself.
#pragma once

#include "base/pg.hpp"

namespace journal {

class Rights {
  public:
    /// Those of the extension's owner: for our own tables, and for no others.
    static Rights of_extension();

    /// Those with which a table may be used for the present user: lent by its owner, or unchanged
    /// if the present user trusts him.
    static Rights lent_by(Relation table);

    /// The same, trusted or not: as the server checks a foreign key. Every row is seen, also where
    /// row-level security is forced.
    static Rights of_constraint(Relation table);

    /// Those that are in force: end() brings the user back.
    static Rights present();

    /// Those that there were before others, which are in force now.
    static Rights before(const Rights& others);

    /// Takes back what began with these.
    void end() const;

  private:
    void lend(Oid owner);

    Oid user_ = InvalidOid;
    int security_ = 0;
    int settings_ = 0;  // the level of settings that ends with these; 0: none
};

/// Owner of the extension (of journal.entry).
Oid extension_owner();

/// Whether the present user trusts a table's owner with his rights; see above.
bool is_trusted(Relation table);

/// Raises insufficient_privilege, as a query would, unless the present user may read columns of a
/// table: before its owner lends his rights for that.
void require_select(Relation table, int count, const AttrNumber* columns);

/// Whether policies of a table hold the present user.
bool has_policies(Relation table);

/// Whether nothing may be looked up in a table for the present user without his having named it:
/// policies hold him, and they are a stranger's code.
bool is_closed(Relation table);

/// Whether a partition or child of the table is of somebody whom the user that reads the table does
/// not trust: the present one, or the table's owner where he lends his rights. His code would run.
bool has_strange_members(Relation table);

/// Raises JE070 if one is.
void require_own_members(Relation table);

}  // namespace journal
