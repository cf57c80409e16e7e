// Texts of ours in the encoding of the database.
//
// The source is UTF-8, a database need not be. Messages are plain ASCII; what is not (words of
// another language, an arrow) comes with something plain to stand in its place, since a text that
// is shown must never be an error. The install script does the same (src/sql/ascii.awk).
#pragma once

#include "base/pg.hpp"

namespace journal {

/// A text of UTF-8 in the server's encoding, or the plain one if that lacks a character.
const char* server_text(const char* utf8, const char* plain);

/// A text of the database in UTF-8.
std::string_view utf8_text(std::string_view text);

}  // namespace journal
