// Words of a search: letters and digits in any case, by their beginnings, whatever the text is.
#include "report/search_words.hpp"

#include <gtest/gtest.h>

#include <string>

namespace journal {
namespace {

std::string words_of(std::string_view text)
{
    std::string all;
    SearchWords words(text);
    while (words.next())
        all.append(all.empty() ? "" : " ").append(words.word().text());
    return all;
}

bool finds(std::string_view wanted, std::string_view text)
{
    SearchQuery query;
    EXPECT_TRUE(query.add(wanted));
    SearchMatch match(query);
    match.add(text);
    return match.has_all();
}

TEST(SearchWords, are_runs_of_letters_and_digits)
{
    EXPECT_EQ(words_of("Order A-1, +7 (495) 555-0101"), "order a 1 7 495 555 0101");
    EXPECT_EQ(words_of("№12: «Экран»—матовый…"), "12 экран матовый");
    EXPECT_EQ(words_of(""), "");
    EXPECT_EQ(words_of(" -- "), "");
}

TEST(SearchWords, have_no_case)
{
    EXPECT_EQ(words_of("ABC XYZ ÀÉ×Þ"), "abc xyz àé þ");
    EXPECT_EQ(words_of("АЯ ая ЁЖ ёж ЇҐ їґ"), "ая ая еж еж їґ їґ");
    EXPECT_EQ(words_of("ŁÓDŹ ŽIVOT łódź život"), "łódź život łódź život");
}

TEST(SearchWords, take_what_is_no_UTF_8_for_a_gap)
{
    EXPECT_EQ(words_of("a\xffg \xd0"), "a g");
    EXPECT_EQ(words_of("\xe2\x28\xa1x"), "x");
}

TEST(SearchWords, count_by_their_beginning)
{
    const std::string stem(SearchWord::kMost, 'a');
    EXPECT_EQ(words_of(stem + "b c"), stem + " c");
    std::string cyrillic;
    for (std::size_t i = 0; i < SearchWord::kMost; i++)
        cyrillic += "я";
    EXPECT_EQ(words_of("x" + cyrillic).size(), SearchWord::kMost - 1);
    EXPECT_TRUE(finds(stem + "zzz", stem + "b"));
}

TEST(SearchMatch, needs_the_beginning_of_each_word)
{
    EXPECT_TRUE(finds("ivan 12", "12/A Ivanova"));
    EXPECT_FALSE(finds("ivan 13", "12/A Ivanova"));
    EXPECT_FALSE(finds("van", "Ivanova"));
    EXPECT_TRUE(finds("ПОЗВОНИТЬ еж", "Ёжику позвонить"));
}

TEST(SearchMatch, may_find_them_in_different_texts)
{
    SearchQuery query;
    ASSERT_TRUE(query.add("one two"));
    SearchMatch match(query);
    match.add("two");
    EXPECT_FALSE(match.has_all());
    match.add("one");
    EXPECT_TRUE(match.has_all());
}

TEST(SearchQuery, has_so_many_words_at_most)
{
    std::string text;
    for (int i = 0; i < SearchQuery::kMostWords; i++)
        text += "a ";
    SearchQuery query;
    EXPECT_TRUE(query.add(text));
    EXPECT_FALSE(query.add("b"));
}

}  // namespace
}  // namespace journal
