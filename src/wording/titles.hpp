// How columns and object types are called: by a term of journal.term ("order_item.price",
// "object_type.order_item"), else by the first line of the column's or the table's comment, else by
// their own names.
#pragma once

#include "base/memory.hpp"
#include "catalog/layout.hpp"
#include "request/entry_row.hpp"
#include "wording/words.hpp"

namespace journal {

/// The titles of a page; each is looked up once.
class Titles {
  public:
    /// words outlive it; titles live in context.
    Titles(const Words* words, MemoryContext context);

    /// The title of a column of an entry's layout.
    const char* of_column(const EntryRow& entry, const LayoutColumn& column);

    /// The title of an object type.
    const char* of_object_type(const char* object_type);

  private:
    struct TypeTitle {
        const char* object_type;
        const char* text;
    };
    struct ColumnTitle {
        const LayoutColumn* column;  // a layout's, which stays for the backend's life
        const char* object_type;
        const char* text;
    };

    const Words* words_;
    MemoryContext context_;
    Vector<ColumnTitle> columns_;
    Vector<TypeTitle> types_;
};

}  // namespace journal
