// With whose rights the rows of an application are written: the caller's, unless he is a superuser
// and would run code of a stranger's table by it.
#pragma once

#include "changes/application.hpp"

namespace journal {

/// The table of a list of sets, if any, whose code a superuser would run by writing to it.
Relation strangers_table(const List* sets);

/// Raises that its rows cannot be written with its owner's rights; why: a clause.
[[noreturn]] void raise_strangers_table(const Application* application, Relation table,
                                        const char* why);

/// Rights for the statement of some sets: the caller's, or lent by the one owner of all tables.
Rights rights_to_write(const Application* application, const List* sets);

/// Has deferrable constraints and triggers checked later, or now and with each statement from now
/// on. Rows of an untrusted owner's table need that: the server defers none in a restricted
/// operation, and at the end of the transaction they would run as the superuser.
void set_constraints(bool deferred);

}  // namespace journal
