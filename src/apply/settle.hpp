// What triggers made of the rows of an application, when all its statements have run.
//
// A column that is not as it was to be is set once more: what a trigger computes of other rows may
// come out right now that these are there. That is tried with one row of a set first, and stays
// only where it helps. What a BEFORE trigger sets in our own statement again and again, as it does
// with updated_at, is accepted and told.
#pragma once

#include "changes/application.hpp"

namespace journal {

/// Sets columns again that differ, in at most three passes, and tells of those that a trigger sets
/// (SetRow::set_by_trigger). Raises JE030 as find_differences does, and JE017 if a row is gone, or
/// differs in a column of a unique or foreign key, or otherwise than by a BEFORE trigger, or at all
/// where it has to be exact.
void settle(const Application* application, List* sets);

}  // namespace journal
