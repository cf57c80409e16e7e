// The SQLSTATEs of our own errors: class JE. docs/errors.md lists each with its cause and remedy.
#pragma once

#include "base/pg.hpp"

namespace journal {

inline constexpr int kUnknownCode = MAKE_SQLSTATE('J', 'E', '0', '0', '1');
inline constexpr int kPlanWithoutJournal = MAKE_SQLSTATE('J', 'E', '0', '0', '2');
inline constexpr int kDatesNotAllowed = MAKE_SQLSTATE('J', 'E', '0', '0', '3');
inline constexpr int kAccountNotAllowed = MAKE_SQLSTATE('J', 'E', '0', '0', '4');
inline constexpr int kNotRestorable = MAKE_SQLSTATE('J', 'E', '0', '1', '0');
inline constexpr int kContactSupport = MAKE_SQLSTATE('J', 'E', '0', '1', '1');
inline constexpr int kAlreadyRestored = MAKE_SQLSTATE('J', 'E', '0', '1', '2');
inline constexpr int kKeyInUse = MAKE_SQLSTATE('J', 'E', '0', '1', '3');
inline constexpr int kParentMissing = MAKE_SQLSTATE('J', 'E', '0', '1', '4');
inline constexpr int kNoSnapshot = MAKE_SQLSTATE('J', 'E', '0', '1', '5');
inline constexpr int kRelationGone = MAKE_SQLSTATE('J', 'E', '0', '1', '6');
inline constexpr int kRestoredInexactly = MAKE_SQLSTATE('J', 'E', '0', '1', '7');
inline constexpr int kUnknownEntry = MAKE_SQLSTATE('J', 'E', '0', '1', '8');
inline constexpr int kCursorDoesNotFit = MAKE_SQLSTATE('J', 'E', '0', '2', '0');
inline constexpr int kEmptyList = MAKE_SQLSTATE('J', 'E', '0', '2', '1');
inline constexpr int kNotTracked = MAKE_SQLSTATE('J', 'E', '0', '3', '0');
inline constexpr int kCannotBeTracked = MAKE_SQLSTATE('J', 'E', '0', '3', '1');
inline constexpr int kRuleRefused = MAKE_SQLSTATE('J', 'E', '0', '3', '2');
inline constexpr int kRuleDependsOnIt = MAKE_SQLSTATE('J', 'E', '0', '3', '3');
inline constexpr int kNobodyActs = MAKE_SQLSTATE('J', 'E', '0', '3', '4');
inline constexpr int kPastUnknown = MAKE_SQLSTATE('J', 'E', '0', '5', '0');
inline constexpr int kHistoryBroken = MAKE_SQLSTATE('J', 'E', '0', '5', '1');
inline constexpr int kUnknownMark = MAKE_SQLSTATE('J', 'E', '0', '5', '2');
inline constexpr int kMarkExists = MAKE_SQLSTATE('J', 'E', '0', '5', '3');
inline constexpr int kNoSuchTransaction = MAKE_SQLSTATE('J', 'E', '0', '6', '0');
inline constexpr int kUndoConflict = MAKE_SQLSTATE('J', 'E', '0', '6', '1');
inline constexpr int kPartlyHidden = MAKE_SQLSTATE('J', 'E', '0', '6', '2');
inline constexpr int kAlreadyUndone = MAKE_SQLSTATE('J', 'E', '0', '6', '3');
inline constexpr int kUnknownValue = MAKE_SQLSTATE('J', 'E', '0', '6', '4');
inline constexpr int kRecordedElsewhere = MAKE_SQLSTATE('J', 'E', '0', '8', '0');
inline constexpr int kFeedForked = MAKE_SQLSTATE('J', 'E', '0', '9', '0');
inline constexpr int kFeedAhead = MAKE_SQLSTATE('J', 'E', '0', '9', '1');
inline constexpr int kStrangersTable = MAKE_SQLSTATE('J', 'E', '0', '7', '0');
inline constexpr int kNotJudged = MAKE_SQLSTATE('J', 'E', '0', '7', '1');
inline constexpr int kAppendOnly = MAKE_SQLSTATE('J', 'E', '0', '4', '0');
inline constexpr int kCopiedJournal = MAKE_SQLSTATE('J', 'E', 'J', '0', '1');
inline constexpr int kCannotTakeOver = MAKE_SQLSTATE('J', 'E', 'J', '0', '2');
inline constexpr int kOwnTable = MAKE_SQLSTATE('J', 'E', 'J', '0', '4');
inline constexpr int kPublicationHoldsOthers = MAKE_SQLSTATE('J', 'E', 'J', '0', '3');

}  // namespace journal
