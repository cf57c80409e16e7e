// Languages of titles and words. A language exists by the data that is in it: titles of event types
// or words of journal.term; so adding one needs no change of the library.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// Raises JE001, naming the languages that there are, unless something is written in that one.
void check_language(const char* language);

}  // namespace journal
