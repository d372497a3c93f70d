#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <utility>

#include "calibration/timing.h"
#include "experiments/cli/app.h"
#include "experiments/cli/terminal.h"
#include "sim/did_you_mean.h"
#include "sim/input_error.h"

namespace {

// The innermost command that was named, and its name from `edgesim` on.
std::pair<const CLI::App*, std::string> NamedCommand(const CLI::App& app) {
  const CLI::App* command = &app;
  std::string name = app.get_name();
  for (auto below = app.get_subcommands(); !below.empty(); below = command->get_subcommands()) {
    command = below.front();
    name += " " + command->get_name();
  }
  return {command, name};
}

std::vector<std::string> CommandsBelow(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

std::string UnknownCommand(const std::string& word, const std::vector<std::string>& commands) {
  return fmt::format("unknown command '{}'; there is {}{}", word, fmt::join(commands, ", "),
                     edgesim::DidYouMean(word, commands));
}

// Empty, or what is said of the first option among `given` that `command` does not have.
std::string UnknownOption(const CLI::App& command, const std::vector<std::string>& given) {
  std::vector<std::string> known;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  }
  for (const std::string& word : given) {
    if (word == "--") break;
    const std::string option = word.substr(0, word.find('='));
    if (option.starts_with("--") && std::find(known.begin(), known.end(), option) == known.end())
      return fmt::format("unknown option '{}'{}", option, edgesim::DidYouMean(option, known));
  }
  return "";
}

// "Could not convert: --option = word", as the other lines about values are.
std::string ConversionLine(const CLI::App& command, const std::string& line) {
  constexpr std::string_view kStart = "Could not convert: ", kIs = " = ";
  const std::size_t is = line.find(kIs);
  if (!line.starts_with(kStart) || is == std::string::npos) return line;
  const std::string option = line.substr(kStart.size(), is - kStart.size());
  const CLI::Option* const known = command.get_option_no_throw(option);
  const bool whole = known != nullptr && known->get_type_name().starts_with("UINT");
  return fmt::format("{}: '{}': {} is needed", option, line.substr(is + kIs.size()),
                     whole ? "a whole number from 0 on" : "a number");
}

// One line: what CLI11 says, with a suggestion for a misspelt option or command.
std::string ParseErrorLine(const CLI::App& app, const CLI::ParseError& error,
                           const std::vector<std::string>& given) {
  const auto [command, name] = NamedCommand(app);
  const std::vector<std::string> below = CommandsBelow(*command);
  std::string line = error.what();
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr || !below.empty()) {
    if (const std::string unknown = UnknownOption(*command, given); !unknown.empty())
      return fmt::format("{}; see {} --help", unknown, name);
  }
  if (!below.empty()) {
    const auto word = std::find(given.begin(), given.end(), command->get_name());
    if (word != given.end() && std::next(word) != given.end())
      return UnknownCommand(*std::next(word), below);
    line = fmt::format("a command is required: {}", fmt::join(below, ", "));
  } else if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) {
    line = ConversionLine(*command, line);
  }
  return fmt::format("{}; see {} --help", line, name);
}

}  // namespace

int main(int argc, char** argv) {
  const std::unique_ptr<CLI::App> made = edgesim::MakeApp();
  CLI::App& app = *made;
  const auto bad_input = [](const std::string& what) {
    edgesim::PrintErrorLine("edgesim: " + what);
    return int{edgesim::kBadInput};
  };
  try {
    const std::string first = argc > 1 ? argv[1] : "";
    const std::vector<std::string> commands = CommandsBelow(app);
    if (!first.empty() && first[0] != '-' &&
        std::find(commands.begin(), commands.end(), first) == commands.end()) {
      return bad_input(UnknownCommand(first, commands));
    }
    app.parse(argc, argv);
    if (std::fflush(stdout) != 0) return bad_input("standard output cannot be written");
    return 0;
  } catch (const CLI::RuntimeError& exit) {
    return exit.get_exit_code();
  } catch (const CLI::Success& help) {  // --help, --version
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return bad_input(ParseErrorLine(app, error, {argv + 1, argv + argc}));
  } catch (const edgesim::ContentionError& error) {
    edgesim::PrintErrorLine(fmt::format("edgesim: {}", error.what()));
    return edgesim::kBusy;
  } catch (const edgesim::InputError& error) {
    return bad_input(error.what());
  } catch (const std::exception& error) {
    edgesim::PrintErrorLine(fmt::format("edgesim: internal error: {}", error.what()));
    return edgesim::kInternalError;
  }
}
