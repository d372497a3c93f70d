#include "devices/json_text.h"

#include <gtest/gtest.h>

namespace edgesim {
namespace {

TEST(JsonText, InnermostArraysOfNumbersStandOnOneLine) {
  EXPECT_EQ(
      WithShortArrays("{\n \"a\": [\n  1.5,\n  -2\n ],\n \"b\": [\n  [\n   1\n  ],\n  []\n ]\n}"),
      "{\n \"a\": [1.5, -2],\n \"b\": [\n  [1],\n  []\n ]\n}");
}

TEST(JsonText, ObjectsAndTextsStayAsTheyAre) {
  const std::string text = "{\n \"a\": [\n  {\n   \"b\": \"[x, y]\"\n  }\n ]\n}";
  EXPECT_EQ(WithShortArrays(text), text);
}

}  // namespace
}  // namespace edgesim
