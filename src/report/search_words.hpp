// Regime: library
//
// What a search takes for words, and when a text has them.
//
// A word is a run of letters and digits; of its letters neither case nor the dots of ё count. The
// rules depend on no locale, since an index is made by them: Latin and Cyrillic letters have a
// case, everything else is taken as it is. Texts are UTF-8.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace journal {

/// A folded word; what is longer counts by its beginning.
class SearchWord {
  public:
    static constexpr std::size_t kMost = 100;  // bytes

    void append(std::string_view bytes)
    {
        for (std::size_t i = 0; i < bytes.size() && length_ < kMost; i++)
            bytes_[length_++] = bytes[i];
    }
    void clear() { length_ = 0; }
    bool empty() const { return length_ == 0; }
    std::string_view text() const { return {bytes_.data(), length_}; }

  private:
    std::array<char, kMost> bytes_{};
    std::size_t length_ = 0;
};

/// Goes through the words of a text.
class SearchWords {
  public:
    explicit SearchWords(std::string_view text) : rest_(text) {}

    /// Goes to the next word; false after the last.
    bool next();
    const SearchWord& word() const { return word_; }

  private:
    std::string_view rest_;
    SearchWord word_;
};

/// What is searched for: each word is the beginning of a word of what is found.
struct SearchQuery {
    static constexpr int kMostWords = 16;

    int count = 0;
    std::array<SearchWord, kMostWords> words;

    /// Adds the words of a text; false if they are too many.
    bool add(std::string_view text);
};

/// Which words of a query the texts of an entry have, one text after the other.
class SearchMatch {
  public:
    explicit SearchMatch(const SearchQuery& query) : query_(query) {}

    void add(std::string_view text);
    bool has_all() const { return found_ == (1U << query_.count) - 1; }

  private:
    const SearchQuery& query_;
    unsigned found_ = 0;
};

}  // namespace journal
