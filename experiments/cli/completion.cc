#include "experiments/cli/completion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace edgesim {

namespace {

using Value = OptionEntry::Value;

std::string Replaced(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
  return text;
}

// In single quotes, for any of the shells but fish.
std::string Quoted(const std::string& text) { return "'" + Replaced(text, "'", "'\\''") + "'"; }

// "policy export" of "edgesim policy export".
std::string PathOf(const CommandEntry& command) {
  const std::size_t space = command.name.find(' ');
  return space == std::string::npos ? "" : command.name.substr(space + 1);
}

std::vector<std::string> WordsOf(const CommandEntry& command) {
  std::vector<std::string> words;
  for (const CommandEntry& inside : command.commands) words.push_back(inside.Word());
  return words;
}

std::vector<std::string> FlagsOf(const CommandEntry& command) {
  std::vector<std::string> names;
  for (const OptionEntry& option : command.options) {
    if (!option.positional) names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return names;
}

const OptionEntry* FirstPositional(const CommandEntry& command) {
  return !command.options.empty() && command.options[0].positional ? &command.options[0] : nullptr;
}

std::string BashValue(const OptionEntry& option) {
  switch (option.value) {
    case Value::kNone:
    case Value::kNumber:
      return "return";
    case Value::kChoice:
      return fmt::format("_edgesim_words {}; return", fmt::join(option.choices, " "));
    case Value::kFolder:
      return "_edgesim_paths -d; return";
    case Value::kText:
    case Value::kFile:
      return "_edgesim_paths -f; return";
  }
  return "";
}

std::string ZshAction(const OptionEntry& option) {
  switch (option.value) {
    case Value::kNone:
      return "";
    case Value::kNumber:
      return " ";
    case Value::kChoice:
      return fmt::format("({})", fmt::join(option.choices, " "));
    case Value::kFolder:
      return "_files -/";
    case Value::kText:
    case Value::kFile:
      return "_files";
  }
  return "";
}

std::string ZshText(std::string text) {
  for (const char* special : {"\\", "[", "]", ":"})
    text = Replaced(text, special, std::string("\\") + special);
  return text;
}

std::vector<std::string> ZshSpecs(const CommandEntry& command) {
  std::vector<std::string> specs;
  int position = 0;
  for (const OptionEntry& option : command.options) {
    if (option.positional) {
      specs.push_back(Quoted(fmt::format("{}:{}:{}", option.many ? "*" : std::to_string(++position),
                                         ZshText(option.names[0]), ZshAction(option))));
      continue;
    }
    for (const std::string& name : option.names) {
      const std::string others = option.many ? "*"
                                 : option.names.size() > 1
                                     ? fmt::format("({})", fmt::join(option.names, " "))
                                     : std::string();
      const std::string value =
          option.value == Value::kNone
              ? ""
              : fmt::format(":{}:{}", ZshText(option.value_name), ZshAction(option));
      specs.push_back(
          Quoted(fmt::format("{}{}[{}]{}", others, name, ZshText(option.description), value)));
    }
  }
  return specs;
}

// What a command's words complete to, as a case of a function that has them in $words.
std::string ZshCase(const CommandEntry& command, const std::string& function) {
  std::string text = function + "() {\n";
  if (command.commands.empty()) {
    return text +
           fmt::format("  _arguments -s {}\n}}\n", fmt::join(ZshSpecs(command), " \\\n    "));
  }
  text += "  local context state state_descr line\n  typeset -A opt_args\n";
  text += fmt::format("  _arguments -C {} \\\n    '1:command:->command' '*::argument:->argument'\n",
                      fmt::join(ZshSpecs(command), " \\\n    "));
  text += "  case $state in\n    command)\n      local -a commands=(\n";
  for (const CommandEntry& inside : command.commands)
    text += fmt::format("        {}\n", Quoted(inside.Word() + ":" + ZshText(inside.description)));
  text += "      )\n      _describe command commands ;;\n    argument)\n      case $line[1] in\n";
  for (const CommandEntry& inside : command.commands)
    text += fmt::format("        {}) {}_{} ;;\n", inside.Word(), function, inside.Word());
  return text + "      esac ;;\n  esac\n}\n";
}

std::string ZshFunctions(const CommandEntry& command, const std::string& function) {
  std::string text = ZshCase(command, function);
  for (const CommandEntry& inside : command.commands)
    text += ZshFunctions(inside, function + "_" + inside.Word());
  return text;
}

std::string FishText(std::string text) {
  for (const char* special : {"\\", "'"})
    text = Replaced(text, special, std::string("\\") + special);
  return "'" + text + "'";
}

// True once the command line has come to `path`, e.g. "policy export".
std::string FishCondition(const std::string& path) {
  std::vector<std::string> conditions;
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t space = std::min(path.find(' ', begin), path.size());
    conditions.push_back("__fish_seen_subcommand_from " + path.substr(begin, space - begin));
    begin = space + 1;
  }
  return fmt::format("{}", fmt::join(conditions, "; and "));
}

std::string FishOption(const OptionEntry& option) {
  std::string text;
  for (const std::string& name : option.names)
    text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (option.value == Value::kNumber) text += " -x";
  if (option.value == Value::kChoice)
    text += fmt::format(" -x -a '{}'", fmt::join(option.choices, " "));
  if (option.value == Value::kFolder) text += " -x -a '(__fish_complete_directories)'";
  if (option.value == Value::kText || option.value == Value::kFile) text += " -r -F";
  return text + " -d " + FishText(option.description);
}

}  // namespace

std::string BashCompletion(const CommandEntry& root) {
  std::string text =
      "# bash completion of edgesim: source <(edgesim completion bash)\n"
      "_edgesim_words() { mapfile -t COMPREPLY < <(compgen -W \"$*\" -- \"$current\"); }\n"
      "_edgesim_paths() {\n"
      "  compopt -o filenames 2>/dev/null\n"
      "  mapfile -t COMPREPLY < <(compgen \"$1\" -- \"$current\")\n"
      "}\n"
      "_edgesim() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= i\n"
      "  COMPREPLY=()\n"
      "  for ((i = 1; i < COMP_CWORD; ++i)); do\n"
      "    case \"$command ${COMP_WORDS[i]}\" in\n";
  const std::vector<const CommandEntry*> all = AllCommands(root);
  for (const CommandEntry* command : all) {
    for (const CommandEntry& inside : command->commands) {
      text += fmt::format("      \"{} {}\") command=\"{}\" ;;\n", PathOf(*command), inside.Word(),
                          PathOf(inside));
    }
  }
  text += "    esac\n  done\n  case \"$command $before\" in\n";
  for (const CommandEntry* command : all) {
    for (const OptionEntry& option : command->options) {
      if (option.positional || option.value == Value::kNone) continue;
      std::vector<std::string> cases;
      for (const std::string& name : option.names)
        cases.push_back(fmt::format("\"{} {}\"", PathOf(*command), name));
      text += fmt::format("    {}) {} ;;\n", fmt::join(cases, " | "), BashValue(option));
    }
  }
  text += "  esac\n  case \"$command\" in\n";
  for (const CommandEntry* command : all) {
    std::vector<std::string> words = FlagsOf(*command);
    text += fmt::format("    \"{}\")\n      if [[ $current == -* ]]; then _edgesim_words {}\n",
                        PathOf(*command), fmt::join(words, " "));
    if (!command->commands.empty()) {
      text +=
          fmt::format("      else _edgesim_words {}; fi ;;\n", fmt::join(WordsOf(*command), " "));
    } else if (const OptionEntry* first = FirstPositional(*command)) {
      text += fmt::format("      else {}; fi ;;\n", BashValue(*first));
    } else {
      text += "      fi ;;\n";
    }
  }
  return text + "  esac\n}\ncomplete -F _edgesim edgesim\n";
}

std::string ZshCompletion(const CommandEntry& root) {
  return "#compdef edgesim\n# zsh completion of edgesim: edgesim completion zsh > FOLDER/_edgesim, "
         "FOLDER in $fpath\n" +
         ZshFunctions(root, "_edgesim") +
         "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then\n  _edgesim \"$@\"\nelse\n"
         "  compdef _edgesim edgesim\nfi\n";
}

std::string FishCompletion(const CommandEntry& root) {
  std::string text =
      "# fish completion of edgesim: edgesim completion fish > "
      "~/.config/fish/completions/edgesim.fish\n"
      "complete -c edgesim -f\n";
  for (const CommandEntry* command : AllCommands(root)) {
    const std::string path = PathOf(*command);
    std::string here = path.empty() ? "__fish_use_subcommand" : FishCondition(path);
    for (const OptionEntry& option : command->options) {
      if (!option.positional) {
        text += fmt::format("complete -c edgesim -n '{}'{}\n", here, FishOption(option));
      } else if (option.value == Value::kChoice) {
        text += fmt::format("complete -c edgesim -n '{}' -a '{}'\n", here,
                            fmt::join(option.choices, " "));
      } else {
        text += fmt::format("complete -c edgesim -n '{}' -F\n", here);
      }
    }
    if (!path.empty() && !command->commands.empty()) {
      here += fmt::format("; and not __fish_seen_subcommand_from {}",
                          fmt::join(WordsOf(*command), " "));
    }
    for (const CommandEntry& inside : command->commands) {
      text += fmt::format("complete -c edgesim -n '{}' -a {} -d {}\n", here, inside.Word(),
                          FishText(inside.description));
    }
  }
  return text;
}

}  // namespace edgesim
