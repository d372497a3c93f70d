// Tests for experiments/yaml_check.cc.
#include "experiments/yaml_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/input_error.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using testing::ThrowsMessage;

void ExpectRefused(const std::string& text, const std::string& where, const std::string& what) {
  EXPECT_THAT([&] { CheckYaml(text, "f.yaml"); },
              ThrowsMessage<InputError>(
                  testing::AllOf(StartsWith("f.yaml:" + where + ": "), HasSubstr(what))))
      << text.substr(0, 60);
}

TEST(YamlCheck, AcceptsWhatAConfigNeeds) {
  EXPECT_NO_THROW(
      CheckYaml("a: 1\nb: [x, {c: d}]\n# caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80\nc:\ttab after "
                "the colon\n",
                "f"));
  EXPECT_NO_THROW(CheckYaml("a: 1\r\nb: 2\r\n", "f"));
}

TEST(YamlCheck, RefusesCharactersThatAreNotText) {
  ExpectRefused("a: 1\nb\xff: 2\n", "2:2", "UTF-8");
  ExpectRefused("a: \xC0\xAF\n", "1:4", "UTF-8");          // overlong
  ExpectRefused("a: \xED\xA0\x80\n", "1:4", "UTF-8");      // surrogate
  ExpectRefused("a: \xF4\x90\x80\x80\n", "1:4", "UTF-8");  // beyond U+10FFFF
  ExpectRefused("a: caf\xC3", "1:7", "UTF-8");             // cut off
  ExpectRefused(std::string("a: 1\0\n", 6), "1:5", "NUL");
  ExpectRefused("a:\n\tb: 1\n", "2:1", "tab");
  ExpectRefused("a:\n  \tb: 1\n", "2:3", "tab");
}

TEST(YamlCheck, RefusesStructuresThatHideThings) {
  ExpectRefused("", "1:1", "empty");
  ExpectRefused("# only a comment\n", "1:1", "empty");
  ExpectRefused("a: 1\nb: 2\na: 3\n", "3:1", "'a' stands twice");
  ExpectRefused("a: {b: 1, b: 2}\n", "1:11", "'b' stands twice");
  ExpectRefused("a: &x 1\nb: *x\n", "2:4", "aliases");
  ExpectRefused("? [1]\n: 2\n", "1:3", "key");
  ExpectRefused("a: 1\n---\nb: 2\n", "2:1", "second");
  ExpectRefused("a: [1\n", "2:1", "");
}

TEST(YamlCheck, RefusesNestingBeforeTheStackDoes) {
  ExpectRefused("a: " + std::string(5000, '[') + std::string(5000, ']'), "1:19", "nested");
  std::string braces = "a: ";
  for (int i = 0; i < 5000; ++i) braces += "{a: ";
  ExpectRefused(braces + std::string(5000, '}'), "1:64", "nested");
}

}  // namespace
}  // namespace edgesim
