// Tests for experiments/cli/completion.cc; tests/cli_helpers_test.sh lets the shells read them.
#include "experiments/cli/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::Not;
using Value = OptionEntry::Value;

CommandEntry Tool() {
  const OptionEntry file{.names = {"file"}, .positional = true, .value = Value::kFile};
  const OptionEntry format{.names = {"-f", "--format"},
                           .value = Value::kChoice,
                           .value_name = "{c,json}",
                           .choices = {"c", "json"},
                           .description = "It's [c]: or \\"};
  const OptionEntry threads{
      .names = {"--threads"}, .value = Value::kNumber, .value_name = "INT", .description = "n"};
  const OptionEntry to{
      .names = {"--to"}, .value = Value::kFolder, .value_name = "DIR", .description = "Where"};
  CommandEntry write{.name = "edgesim policy write", .description = "Writes"};
  write.options = {file, format, threads, to};
  CommandEntry policy{.name = "edgesim policy", .description = "Of policies"};
  policy.commands = {write};
  CommandEntry root{.name = "edgesim"};
  root.commands = {policy};
  return root;
}

TEST(Completion, Bash) {
  const std::string script = BashCompletion(Tool());
  EXPECT_THAT(script, HasSubstr("\" policy\") command=\"policy\" ;;"));
  EXPECT_THAT(script, HasSubstr("\"policy write\") command=\"policy write\" ;;"));
  EXPECT_THAT(script, HasSubstr("\"policy write -f\" | \"policy write --format\") "
                                "_edgesim_words c json; return ;;"));
  EXPECT_THAT(script, HasSubstr("\"policy write --threads\") return ;;"));
  EXPECT_THAT(script, HasSubstr("\"policy write --to\") _edgesim_paths -d; return ;;"));
  EXPECT_THAT(script, HasSubstr("_edgesim_words -f --format --threads --to\n"
                                "      else _edgesim_paths -f; return; fi ;;"));
}

TEST(Completion, ZshQuotesWhatItWouldRead) {
  const std::string script = ZshCompletion(Tool());
  EXPECT_TRUE(script.starts_with("#compdef edgesim\n"));
  EXPECT_THAT(script, HasSubstr("'(-f --format)--format[It'\\''s \\[c\\]\\: or \\\\]:{c,json}:"
                                "(c json)'"));
  EXPECT_THAT(script, HasSubstr("'--to[Where]:DIR:_files -/'"));
  EXPECT_THAT(script, HasSubstr("'1:file:_files'"));
  EXPECT_THAT(script, HasSubstr("write) _edgesim_policy_write ;;"));
}

TEST(Completion, Fish) {
  const std::string script = FishCompletion(Tool());
  const std::string here =
      "-n '__fish_seen_subcommand_from policy; and "
      "__fish_seen_subcommand_from write'";
  EXPECT_THAT(script, HasSubstr("complete -c edgesim " + here +
                                " -s f -l format -x -a 'c json' -d 'It\\'s [c]: or \\\\'\n"));
  EXPECT_THAT(script, HasSubstr("complete -c edgesim " + here + " -F\n"));
  EXPECT_THAT(script, HasSubstr("complete -c edgesim -n '__fish_use_subcommand' -a policy -d "
                                "'Of policies'\n"));
  EXPECT_THAT(script, HasSubstr("; and not __fish_seen_subcommand_from write' -a write"));
  EXPECT_THAT(script, Not(HasSubstr("-d ''")));
}

}  // namespace
}  // namespace edgesim
