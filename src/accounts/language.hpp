// Languages of titles and words. A language exists by the data that is in it: titles of event types
// or words of journal.term; so adding one needs no change of the library.
#pragma once

#include "base/pg.hpp"

namespace journal {

/// The language of that name, in any case of letters; raises JE001, naming the languages that there
/// are, if nothing is written in it.
const char* known_language(const char* language);

}  // namespace journal
