// The settings event_journal.*: their variables, and the fixed settings under which values become
// text and back.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// What the application said by SET LOCAL or set_context; never null, '' when nothing was said.
struct Settings {
    char* account;
    char* employee;
    char* location;
    char* actor_kind;
    char* reason;
    char* on_behalf_of;
    char* extra;
    char* language;
    char* domain;
    char* clock;  // superuser only: what reports take for now; '' means the real clock
};
extern Settings settings;

/// event_journal.search_index: whether closed months get an index for searches.
extern bool search_index_wanted;

/// What event_journal.actor_kind may be, beside ''.
inline constexpr const char* kActorKinds[] = {"employee", "client",  "robot",
                                              "api",      "support", "system"};

/// The longest account, in bytes, that indexes of the journal hold (see text_form.hpp).
inline constexpr int kLongestAccount = 500;

/// Defines the settings and reserves their prefix. Called once, by _PG_init.
void define_settings();

/// Now, as reports see it: event_journal.clock if a superuser fixed it, else the time of the clock.
TimestampTz report_clock();

/// Sets DateStyle, IntervalStyle, TimeZone, extra_float_digits, bytea_output, lc_monetary,
/// xmloption, array_nulls, search_path and quote_all_identifiers so that every type's text form
/// reads back to the same value. Returns what leave_exact_settings takes. An error in between needs
/// no clean-up: the transaction's abort undoes it.
int enter_exact_settings();
void leave_exact_settings(int level);

}  // namespace journal
