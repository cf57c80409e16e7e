// A row of journal.entry in the form in which it lies in the table.
//
// The server forms any tuple from a descriptor, in two passes over all attributes. An entry has
// always the same columns, so it is written in one pass, column after column: its bytes are those
// that heap_form_tuple would make, except that the bitmap of NULLs is always there. Texts and small
// jsonb get the short header at once. The values are kept beside it for the indexes; they point
// into the tuple.
#pragma once

#include "base/pg.hpp"

namespace journal {

class EntryTuple {
  public:
    static constexpr int kColumns = 30;

    /// Begins a tuple in the current memory context; variable_size is that of all its texts and
    /// values, with kVariableHeader added for each.
    explicit EntryTuple(std::size_t variable_size);

    static constexpr std::size_t kVariableHeader = 8;  // with what aligns it

    void add_int8(int64 value);
    void add_int4(int32 value);
    void add_byte(char value);
    void add_null();
    /// nullptr is NULL.
    void add_text(const char* text);
    /// nullptr is NULL.
    void add_values(const bytea* packed);

    /// The tuple, after all columns were added.
    HeapTuple finish();

    const Datum* values() const { return values_; }
    const bool* nulls() const { return nulls_; }

  private:
    void align(std::size_t alignment);
    void add(Datum value);
    void add_variable(const char* data, std::size_t size);

    HeapTuple tuple_;
    char* data_;
    char* end_;
    Datum values_[kColumns];
    bool nulls_[kColumns];
    int count_ = 0;
};

}  // namespace journal
