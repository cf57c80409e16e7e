// How the columns of entries are called in the line of details: by a term of journal.term, else by
// the first line of the column's comment, else by the column's name.
#pragma once

#include "base/memory.hpp"
#include "catalog/layout.hpp"
#include "report/entry_row.hpp"
#include "report/words.hpp"

namespace journal {

/// The titles of a page's columns; each is looked up once.
class ColumnTitles {
  public:
    /// words outlive it; titles live in context.
    ColumnTitles(const Words* words, MemoryContext context);

    /// The title of a column of an entry's layout.
    const char* of(const EntryRow& entry, const LayoutColumn& column);

  private:
    struct Title {
        const LayoutColumn* column;  // a layout's, which stays for the backend's life
        const char* object_type;
        const char* text;
    };

    const Words* words_;
    MemoryContext context_;
    Vector<Title> titles_;
};

}  // namespace journal
