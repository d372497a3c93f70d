// Tests for experiments/cli/manual.cc: docs/cli.md is what the command line is.
#include "experiments/cli/manual.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/cli/app.h"
#include "experiments/files.h"

namespace edgesim {
namespace {

using testing::HasSubstr;

TEST(Manual, DocsHoldTheReference) {
  const CommandEntry root = OptionTable(*MakeApp());
  EXPECT_EQ(ReadTextFile(std::string(EDGESIM_SOURCE_DIR) + "/docs/cli.md"), ManualMarkdown(root))
      << "write it anew: edgesim manual --markdown > docs/cli.md";
}

TEST(Manual, NamesEveryCommandAndOption) {
  const CommandEntry root = OptionTable(*MakeApp());
  const std::string page = ManPage(root), markdown = ManualMarkdown(root);
  for (const CommandEntry* command : AllCommands(root)) {
    if (command == &root) continue;
    EXPECT_THAT(markdown, HasSubstr("## " + command->name + "\n"));
    EXPECT_THAT(page, HasSubstr(".SS " + command->name.substr(8) + "\n"));
    EXPECT_THAT(markdown, HasSubstr(Synopsis(*command)));
    for (const OptionEntry& option : command->options)
      EXPECT_THAT(markdown, HasSubstr(option.names.back()));
  }
  for (const char* section : {"NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "EXIT STATUS",
                              "ENVIRONMENT", "FILES", "EXAMPLES"})
    EXPECT_THAT(page, HasSubstr(std::string(".SH ") + section + "\n"));
}

TEST(Manual, TroffIsNotReadAsItsOwn) {
  CommandEntry command{.name = "edgesim go", .description = ".x 'quotes' \\n"};
  command.options = {{.names = {"--a-b"},
                      .value = OptionEntry::Value::kNumber,
                      .value_name = "INT",
                      .standard = "-1",
                      .description = ".starts with a dot",
                      .required = true}};
  CommandEntry root{.name = "edgesim"};
  root.commands = {command};
  const std::string page = ManPage(root);
  EXPECT_THAT(page, HasSubstr("\n\\&.x \\(aqquotes\\(aq \\en\n"));
  EXPECT_THAT(page,
              HasSubstr(".B \\-\\-a\\-b INT\n\\&.starts with a dot; required; default \\-1\n"));
}

}  // namespace
}  // namespace edgesim
