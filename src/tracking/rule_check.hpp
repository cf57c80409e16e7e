// Whether the conditions of event rules still hold together after DDL.
#pragma once

namespace journal {

/// Whether an error says nothing of a rule: of an interruption, of resources or other transactions.
bool is_error_of_server(int code);

/// Parses every rule's condition again and raises JE033 for one that no longer parses. Called after
/// DDL.
void check_rule_conditions();

}  // namespace journal
