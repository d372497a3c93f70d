// Lines of a stream: ends, numbers, what is no text, bounded memory.
#include "calibration/line_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <vector>

#include "sim/input_error.h"

namespace edgesim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> Lines(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  try {
    LineReader reader(in, "f");
    for (std::string_view line; reader.Next(line);)
      lines.push_back(std::to_string(reader.line_number()) + " " + std::string(line));
  } catch (const InputError& error) {
    lines.emplace_back(error.what());
  }
  return lines;
}

TEST(LineReaderTest, NumbersCountBlankLinesThatAreNotGivenOut) {
  EXPECT_THAT(Lines("\n\na\r\n \r\nb\n\n  "), ElementsAre("3 a", "5 b"));
  EXPECT_THAT(Lines("\xEF\xBB\xBF"
                    "a\n"),
              ElementsAre("1 a"));
}

TEST(LineReaderTest, LinesAcrossChunksAreWhole) {
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += "line " + std::to_string(i) + " of many\n";
  const std::vector<std::string> lines = Lines(text);
  ASSERT_EQ(lines.size(), 30'000U);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    ASSERT_EQ(lines[i], std::to_string(i + 1) + " line " + std::to_string(i) + " of many");
  }
}

TEST(LineReaderTest, WhatIsNoWholeTextIsAnError) {
  EXPECT_THAT(Lines(""), ElementsAre(HasSubstr("f:1:1: the file is empty")));
  EXPECT_THAT(Lines("\n \n"), ElementsAre(HasSubstr("the file is empty")));
  EXPECT_THAT(Lines("\x1F\x8B\x08"), ElementsAre(HasSubstr("compressed: use zcat")));
  EXPECT_THAT(Lines("PK\x03\x04"), ElementsAre(HasSubstr("use unzip")));
  EXPECT_THAT(Lines("\xFF\xFEt"), ElementsAre(HasSubstr("UTF-16")));
  EXPECT_THAT(Lines("a\nbc"),
              ElementsAre("1 a", HasSubstr("f:2:3: the last line has no line end")));
  EXPECT_THAT(Lines(std::string(3'000'000, 'x')),
              ElementsAre(HasSubstr("no line end within 1 MiB")));
}

TEST(LineReaderTest, AtEndSeesPastBlankLines) {
  std::istringstream in("a\nb\n\n \n");
  LineReader reader(in, "f");
  std::string_view line;
  ASSERT_TRUE(reader.Next(line));
  EXPECT_FALSE(reader.AtEnd());
  ASSERT_TRUE(reader.Next(line));
  EXPECT_EQ(line, "b");
  EXPECT_TRUE(reader.AtEnd());
  EXPECT_FALSE(reader.Next(line));
}

}  // namespace
}  // namespace edgesim
