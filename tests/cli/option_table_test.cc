// Tests for experiments/cli/option_table.cc.
#include "experiments/cli/option_table.h"

#include <gtest/gtest.h>

#include "experiments/cli/app.h"

namespace edgesim {
namespace {

using Value = OptionEntry::Value;

TEST(OptionTable, KnowsWhatAnOptionTakes) {
  CLI::App app("What it is");
  app.name("tool");
  CLI::App* run = app.add_subcommand("run", "Runs")->require_subcommand(0);
  std::string config, shell, folder, hidden;
  std::vector<std::string> settings, words;
  int threads = 4;
  bool force = false;
  run->add_option("config", config, "A file")->required();
  run->add_option("words", words, "Words");
  run->add_option("-j,--threads", threads, "Threads")
      ->check(CLI::Range(1, 8))
      ->capture_default_str();
  run->add_option("--shell", shell, "A shell")->check(CLI::IsMember({"bash", "zsh"}));
  run->add_option("--folder", folder, "A folder")->type_name("DIR");
  run->add_option("--set", settings, "Settings")->type_name("KEY=VALUE");
  run->add_flag("--force", force, "By force");
  run->add_option("--hidden", hidden, "Not shown")->group("");

  const CommandEntry root = OptionTable(app);
  EXPECT_EQ(root.name, "tool");
  ASSERT_EQ(root.commands.size(), 1U);
  const CommandEntry& command = root.commands[0];
  EXPECT_EQ(command.name, "tool run");
  EXPECT_EQ(command.Word(), "run");
  EXPECT_EQ(Synopsis(command), "tool run [OPTIONS] config [words...]");
  ASSERT_EQ(command.options.size(), 8U);  // with --help
  EXPECT_TRUE(command.options[0].positional);
  EXPECT_TRUE(command.options[0].required);
  EXPECT_EQ(command.options[0].names, std::vector<std::string>{"config"});
  EXPECT_EQ(command.options[0].value, Value::kText);
  EXPECT_TRUE(command.options[1].many);
  const auto find = [&](const std::string& name) -> const OptionEntry& {
    for (const OptionEntry& option : command.options) {
      if (option.names.back() == name) return option;
    }
    throw std::out_of_range(name);
  };
  EXPECT_EQ(find("--threads").names, (std::vector<std::string>{"-j", "--threads"}));
  EXPECT_EQ(find("--threads").value, Value::kNumber);
  EXPECT_EQ(find("--threads").standard, "4");
  EXPECT_EQ(find("--threads").value_name, "INT in [1 - 8]");
  EXPECT_EQ(find("--shell").choices, (std::vector<std::string>{"bash", "zsh"}));
  EXPECT_EQ(find("--folder").value, Value::kFolder);
  EXPECT_TRUE(find("--set").many);
  EXPECT_EQ(find("--force").value, Value::kNone);
  EXPECT_FALSE(find("--force").many);
  EXPECT_EQ(find("--help").value, Value::kNone);
  EXPECT_THROW(find("--hidden"), std::out_of_range);
}

TEST(OptionTable, EveryCommandAndOptionOfEdgesimIsDescribed) {
  const CommandEntry root = OptionTable(*MakeApp());
  std::size_t options = 0;
  for (const CommandEntry* command : AllCommands(root)) {
    EXPECT_FALSE(command->description.empty()) << command->name;
    for (const OptionEntry& option : command->options) {
      EXPECT_FALSE(option.description.empty()) << command->name << " " << option.names.back();
      EXPECT_EQ(option.description.find('\n'), std::string::npos) << command->name;
      ++options;
    }
  }
  EXPECT_GT(AllCommands(root).size(), 18U);
  EXPECT_GT(options, 100U);
}

}  // namespace
}  // namespace edgesim
