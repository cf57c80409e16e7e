// The words of one language: titles of event types, and journal.term's words for details_text.
#pragma once

#include "base/memory.hpp"

namespace journal {

struct EventTypeTitle {
    int32 id;
    const char* code;
    const char* title;
    const char* event_group;
    const char* group_title;
    const char* kind;
    const char* restore;  // journal, support or nullptr
};

class Words {
  public:
    /// Reads the words of a language, which has to exist (known_language). They live in context.
    static Words load(const char* language, MemoryContext context);

    /// The word of that code, else English, else nullptr.
    const char* find(const char* code) const;
    /// The same, else the code itself.
    const char* word(const char* code) const;
    /// How a column of an object type, or a key of logged details, is called: the word of
    /// "<object type>.<name>", else that of "<name>"; nullptr without.
    const char* find_name(const char* object_type, const char* name) const;
    /// The same, else the name.
    const char* name(const char* object_type, const char* name) const;
    /// In which form the numbers of a column are shown: the word of "<object type>.<name>.form" or
    /// "<name>.form"; nullptr without.
    const char* form(const char* object_type, const char* name) const;

    /// Reads the event types of those ids, titles in this language; sorted by id.
    EventTypeTitle* event_types(const int32* ids, int count, int* found) const;

  private:
    struct Word {
        const char* code;
        const char* text;
    };

    MemoryContext context_;
    const char* language_;
    int count_;
    Word* words_;  // sorted by code
};

}  // namespace journal
