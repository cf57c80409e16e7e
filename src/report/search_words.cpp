// Regime: library. See search_words.hpp.
#include "report/search_words.hpp"

namespace journal {

namespace {

struct Range {
    char32_t first;
    char32_t last;
};

/// What is no letter or digit of what lies beyond ASCII: signs, punctuation, arrows, №, ™.
constexpr Range kSeparators[] = {{0x80, 0xa9},     {0xab, 0xb4},     {0xb6, 0xb9},
                                 {0xbb, 0xbf},     {0xd7, 0xd7},     {0xf7, 0xf7},
                                 {0x2000, 0x2bff}, {0x3000, 0x3004}, {0x3008, 0x3020},
                                 {0xfe30, 0xfe6f}, {0xff00, 0xff0f}, {0xfffd, 0xfffd}};

bool is_of_word(char32_t letter)
{
    if (letter < 0x80)
        return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z');
    for (const Range& range : kSeparators)
        if (letter >= range.first && letter <= range.last)
            return false;
    return true;
}

/// A capital's small letter; ё is е.
char32_t fold(char32_t letter)
{
    if (letter >= 'A' && letter <= 'Z')
        return letter + 0x20;
    if (letter < 0xc0)
        return letter;
    if (letter <= 0xde)
        return letter == 0xd7 ? letter : letter + 0x20;
    if ((letter >= 0x139 && letter <= 0x148) || (letter >= 0x179 && letter <= 0x17e))
        return letter + letter % 2;
    if ((letter >= 0x100 && letter <= 0x137) || (letter >= 0x14a && letter <= 0x177))
        return letter | 1;
    if (letter == 0x401 || letter == 0x451)
        return 0x435;
    if (letter >= 0x400 && letter <= 0x40f)
        return letter + 0x50;
    if (letter >= 0x410 && letter <= 0x42f)
        return letter + 0x20;
    if ((letter >= 0x460 && letter <= 0x481) || (letter >= 0x48a && letter <= 0x4bf) ||
        (letter >= 0x4d0 && letter <= 0x52f))
        return letter | 1;
    return letter;
}

/// Takes a character off a text; what is no UTF-8 comes byte by byte, as U+FFFD.
char32_t take(std::string_view* text)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>((*text)[i]); };
    std::size_t length = 1;
    char32_t letter = byte(0);
    if (letter >= 0xc2 && letter <= 0xf4)
        length = letter < 0xe0 ? 2 : letter < 0xf0 ? 3 : 4;
    bool is_whole = (letter < 0x80 || length > 1) && length <= text->size();
    if (is_whole && length > 1) {
        letter &= 0xffU >> (length + 1);
        for (std::size_t i = 1; i < length && is_whole; i++) {
            is_whole = (byte(i) & 0xc0U) == 0x80;
            letter = letter << 6 | (byte(i) & 0x3fU);
        }
    }
    text->remove_prefix(is_whole ? length : 1);
    return is_whole ? letter : 0xfffd;
}

void append(char32_t letter, SearchWord* word)
{
    const auto tail = [&](int shift) { return static_cast<char>(0x80 | (letter >> shift & 0x3f)); };
    std::array<char, 4> bytes{};
    std::size_t length = 1;
    if (letter < 0x80) {
        bytes = {static_cast<char>(letter)};
    } else if (letter < 0x800) {
        bytes = {static_cast<char>(0xc0 | letter >> 6), tail(0)};
        length = 2;
    } else if (letter < 0x10000) {
        bytes = {static_cast<char>(0xe0 | letter >> 12), tail(6), tail(0)};
        length = 3;
    } else {
        bytes = {static_cast<char>(0xf0 | letter >> 18), tail(12), tail(6), tail(0)};
        length = 4;
    }
    // No half of a character.
    if (word->text().size() + length <= SearchWord::kMost)
        word->append({bytes.data(), length});
}

}  // namespace

bool SearchWords::next()
{
    word_.clear();
    bool is_full = false;
    while (!rest_.empty()) {
        const char32_t letter = fold(take(&rest_));
        if (is_of_word(letter)) {
            const std::size_t length = word_.text().size();
            if (!is_full)
                append(letter, &word_);
            // After the first character that has no room, none has.
            is_full = word_.text().size() == length;
        } else if (!word_.empty()) {
            return true;
        }
    }
    return !word_.empty();
}

bool SearchQuery::add(std::string_view text)
{
    SearchWords rest(text);
    while (rest.next()) {
        if (count == kMostWords)
            return false;
        words.at(static_cast<std::size_t>(count++)) = rest.word();
    }
    return true;
}

void SearchMatch::add(std::string_view text)
{
    SearchWords rest(text);
    while (!has_all() && rest.next())
        for (int i = 0; i < query_.count; i++)
            if (rest.word().text().starts_with(query_.words.at(static_cast<std::size_t>(i)).text()))
                found_ |= 1U << i;
}

}  // namespace journal
