// Tests of devices/json_cursor.h: every value of the wrong kind is one line with its place.
#include "devices/json_cursor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "sim/input_error.h"

namespace edgesim {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::string ErrorOf(const std::string& text, const std::function<void(const JsonCursor&)>& read) {
  try {
    read(JsonCursor::Parse(text, "f.json"));
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(JsonCursor, ReadsValues) {
  const JsonCursor root = JsonCursor::Parse(
      R"({"text": "a", "yes": true, "number": -2.5, "count": 7, "none": null, "list": [1, 2]})",
      "f");
  EXPECT_EQ(root["text"].Text(), "a");
  EXPECT_TRUE(root["text"].IsText());
  EXPECT_TRUE(root["yes"].Boolean());
  EXPECT_EQ(root["number"].Number(), -2.5);
  EXPECT_EQ(root["count"].Count(7), 7U);
  EXPECT_EQ(root["count"].Positive(), 7);
  EXPECT_TRUE(root["none"].IsNull());
  EXPECT_TRUE(root.Has("list"));
  EXPECT_FALSE(root.Has("lost"));
  EXPECT_EQ(root["list"].Items().at(1).Number(), 2);
  EXPECT_EQ(root["text"].OneOf({"b", "a"}), 1U);
}

TEST(JsonCursor, MembersKeepTheirOrder) {
  std::vector<std::string> keys;
  for (const auto& [key, at] : JsonCursor::Parse(R"({"z": 1, "a": 2})", "f").Members())
    keys.push_back(key);
  EXPECT_THAT(keys, ElementsAre("z", "a"));
}

TEST(JsonCursor, OutlivesItsRoot) {
  const JsonCursor inner = JsonCursor::Parse(R"({"a": {"b": "c"}})", "f")["a"]["b"];
  EXPECT_EQ(inner.Text(), "c");
}

TEST(JsonCursor, ErrorsNameTheirPlace) {
  const auto expect = [](const char* text, auto read, const char* line) {
    EXPECT_EQ(ErrorOf(text, read), line) << text;
  };
  using At = const JsonCursor&;
  expect(
      "[1]", [](At at) { at["a"]; }, "f.json: must be an object");
  expect(
      "{}", [](At at) { at["a"]; }, "f.json: 'a' is missing");
  expect(R"({"a": {}})", [](At at) { at["a"]["b"]; }, "f.json: /a: 'b' is missing");
  expect(R"({"a": [1]})", [](At at) { at["a"].Items()[0].Text(); },
         "f.json: /a/0: must be a string");
  expect(R"({"a": 1})", [](At at) { at["a"].Boolean(); }, "f.json: /a: must be true or false");
  expect(R"({"a": 1})", [](At at) { at["a"].Items(); }, "f.json: /a: must be an array");
  expect(R"({"a": 1})", [](At at) { at["a"].Members(); }, "f.json: /a: must be an object");
  expect(R"({"a": "1"})", [](At at) { at["a"].Number(); }, "f.json: /a: must be a finite number");
  expect(R"({"a": 1})", [](At at) { at["a"].Number(2); }, "f.json: /a: is 1, must be at least 2");
  expect(R"({"a": 0})", [](At at) { at["a"].Positive(); }, "f.json: /a: is 0, must be positive");
}

TEST(JsonCursor, CountsAreWhole) {
  for (const char* bad : {"1.5", "0", "-1", "1e30"}) {
    EXPECT_THAT(ErrorOf(bad, [](const JsonCursor& at) { at.Count(1); }),
                HasSubstr("must be a whole number from 1"))
        << bad;
  }
}

TEST(JsonCursor, NamesAreSuggested) {
  const auto one_of = [](const JsonCursor& at) { at.OneOf({"silu", "gelu"}); };
  EXPECT_EQ(ErrorOf(R"("sily")", one_of),
            "f.json: 'sily' must be one of silu, gelu; did you mean 'silu'?");
  const auto keys = [](const JsonCursor& at) { at.OnlyKeys({"hidden", "heads"}); };
  EXPECT_EQ(ErrorOf(R"({"hidden": 1, "head": 2})", keys),
            "f.json: unknown key 'head'; there is hidden, heads; did you mean 'heads'?");
  EXPECT_EQ(ErrorOf(R"({"heads": 1})", keys), "no error");
}

TEST(JsonCursor, BrokenTextGivesLineAndColumn) {
  const auto nothing = [](const JsonCursor&) {};
  EXPECT_THAT(ErrorOf("{\n  \"a\": oops\n}", nothing), StartsWith("f.json:2:8: not valid JSON"));
  EXPECT_THAT(ErrorOf("", nothing), StartsWith("f.json:1:1:"));
  EXPECT_EQ(ErrorOf("1e999", nothing), "f.json: a number is too large");
}

TEST(JsonCursor, Provenance) {
  const Provenance p = ReadProvenance(JsonCursor::Parse(
      R"({"kind": "calibrated", "source": "s", "date": "d", "method": "m"})", "f"));
  EXPECT_EQ(p.kind, ProvenanceKind::kCalibrated);
  EXPECT_EQ(p.source + p.date + p.method, "sdm");
  EXPECT_THAT(ErrorOf(R"({"kind": "guessed"})", [](const JsonCursor& at) { ReadProvenance(at); }),
              AllOf(StartsWith("f.json: /kind:"), HasSubstr("assumed")));
}

}  // namespace
}  // namespace edgesim
