// Rows that triggers had made and that go: an audit copy, a default child. They are deleted when
// all else is done, unless triggers have taken them back by then, and stay where triggers keep
// them.
#pragma once

#include "changes/application.hpp"

namespace journal {

/// Whether rows of a set are deleted last.
bool goes_last(const RowSet* set);

/// Deletes the rows of such sets that are not left to triggers, in subtransactions. SetRow::applied
/// then says which are gone; why others stay is among the application's kept rows, in their order.
void delete_last(Application* application, const List* sets);

/// Marks the rows of a set of deletions that are not there any more, whoever has deleted them.
void mark_gone(const Application* application, RowSet* set);

/// Why a row of such a set stays.
const char* why_kept(const Application* application, const RowSet* set, const SetRow& row);

}  // namespace journal
