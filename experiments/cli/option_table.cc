#include "experiments/cli/option_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace edgesim {

namespace {

using Value = OptionEntry::Value;

// CLI11 writes what a check allows behind the type: "TEXT:{json,c}", "INT:INT in [1 - 1024]".
void ReadType(const std::string& type, OptionEntry& entry) {
  const std::size_t colon = type.find(':');
  entry.value_name = type.substr(0, colon);
  const std::string allowed = colon == std::string::npos ? "" : type.substr(colon + 1);
  constexpr std::string_view kNumbers[] = {"INT", "UINT", "FLOAT", "TOKENS"};
  entry.value = Value::kText;
  if (std::find(std::begin(kNumbers), std::end(kNumbers), entry.value_name) != std::end(kNumbers))
    entry.value = Value::kNumber;
  if (entry.value_name == "FILE") entry.value = Value::kFile;
  if (entry.value_name == "DIR") entry.value = Value::kFolder;
  if (allowed.starts_with('{')) {
    entry.value = Value::kChoice;
    std::string rest = allowed.substr(1, allowed.find('}') - 1);
    for (std::size_t comma = 0; comma != std::string::npos;
         rest = rest.substr(std::min(rest.size(), comma + 1))) {
      comma = rest.find(',');
      entry.choices.push_back(rest.substr(0, comma));
    }
    entry.value_name = fmt::format("{}", allowed);
  } else if (const std::size_t in = allowed.find("in ["); in != std::string::npos) {
    entry.value_name += " " + allowed.substr(in);
  }
}

OptionEntry EntryOf(const CLI::Option& option) {
  OptionEntry entry;
  entry.positional = option.get_positional();
  for (const std::string& name : option.get_snames()) entry.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) entry.names.push_back("--" + name);
  if (entry.positional) entry.names = {option.get_name(true)};
  entry.description = option.get_description();
  entry.required = option.get_required();
  entry.standard = option.get_default_str();
  entry.many = option.get_items_expected_max() > 1;
  if (option.get_items_expected_max() > 0) ReadType(option.get_type_name(), entry);
  return entry;
}

CommandEntry Table(const CLI::App& app, const std::string& before) {
  CommandEntry command;
  command.name = before + app.get_name();
  command.description = app.get_description();
  command.footer = app.get_footer();
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_group().empty()) command.options.push_back(EntryOf(*option));
  }
  std::stable_partition(command.options.begin(), command.options.end(),
                        [](const OptionEntry& option) { return option.positional; });
  for (const CLI::App* inside : app.get_subcommands([](const CLI::App*) { return true; }))
    command.commands.push_back(Table(*inside, command.name + " "));
  return command;
}

}  // namespace

CommandEntry OptionTable(const CLI::App& app) { return Table(app, ""); }

std::vector<const CommandEntry*> AllCommands(const CommandEntry& command) {
  std::vector<const CommandEntry*> all = {&command};
  for (const CommandEntry& inside : command.commands) {
    const std::vector<const CommandEntry*> below = AllCommands(inside);
    all.insert(all.end(), below.begin(), below.end());
  }
  return all;
}

std::string Synopsis(const CommandEntry& command) {
  std::string line = command.name;
  if (!command.commands.empty()) line += " COMMAND";
  line += " [OPTIONS]";
  for (const OptionEntry& option : command.options) {
    if (!option.positional) continue;
    const std::string name = option.names[0] + (option.many ? "..." : "");
    line += option.required ? " " + name : fmt::format(" [{}]", name);
  }
  return line;
}

}  // namespace edgesim
