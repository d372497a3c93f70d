// The command line as a table, for what is written from it: completion and manual.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace edgesim {

struct OptionEntry {
  enum class Value : std::uint8_t { kNone, kNumber, kText, kFile, kFolder, kChoice };

  std::vector<std::string> names;  // "-o", "--out"; of a positional one, without dashes
  bool positional = false;
  Value value = Value::kNone;        // kNone: a flag; kText: a file may be meant
  std::string value_name;            // "DIR", "1 to 1024"; "" for a flag
  std::vector<std::string> choices;  // of kChoice
  std::string standard;              // what it is if not given; "" where nothing or said in words
  std::string description;
  bool required = false;
  bool many = false;
};

struct CommandEntry {
  std::string name;  // the whole, e.g. "edgesim policy export"
  std::string description;
  std::string footer;
  std::vector<OptionEntry> options;  // positional ones first
  std::vector<CommandEntry> commands;

  std::string Word() const { return name.substr(name.rfind(' ') + 1); }
};

// Without options that are hidden from help.
CommandEntry OptionTable(const CLI::App& app);

// The command itself and all below it, each before what is below it.
std::vector<const CommandEntry*> AllCommands(const CommandEntry& command);

// "edgesim run [OPTIONS] config".
std::string Synopsis(const CommandEntry& command);

}  // namespace edgesim
