#include "experiments/cli/manual.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sstream>

#include "experiments/cli/app.h"
#include "sim/version.h"

namespace edgesim {

namespace {

using Value = OptionEntry::Value;

struct NamedText {
  const char* name;
  const char* text;
};

constexpr NamedText kFiles[] = {
    {"experiments/configs/*.yaml", "experiments that ship"},
    {"devices/profiles/*.json", "measured devices that ship"},
    {"devices/catalog/models/*.json", "cards of language models"},
    {"workloads/data/*.csv", "questions and measured answers"},
    {"host-profile.json", "what `edgesim calibrate` writes and `edgesim predict` reads"},
    {"runs/NAME",
     "what `edgesim run` writes: summary.json, evaluation.csv, curves.csv, config.resolved.yaml, "
     "manifest.json"},
};

constexpr NamedText kEnvironment[] = {
    {"EDGESIM_PYTHON", "the Python interpreter of `edgesim report`; default that of the build"},
    {"PYTHONPATH", "folders of Python packages; `edgesim report` puts its own in front"},
    {"NO_COLOR", "if it is set and not empty, no output has colours"},
    {"LC_ALL, LC_CTYPE, LANG", "say whether the terminal shows UTF-8; without it, plots are ASCII"},
    {"COLUMNS, LINES", "size of the terminal, where it cannot be asked"},
};

constexpr NamedText kExamples[] = {
    {"edgesim new experiment first && edgesim run first.yaml", "a first experiment"},
    {"edgesim run experiments/configs/six_actions.yaml --set energy_budget.limit_j=13500",
     "one that ships, with another budget"},
    {"edgesim plot runs/six_actions", "its training and a course of power, in the terminal"},
    {"edgesim why runs/six_actions --policy q-learning --episode 0",
     "one episode, choice by choice"},
    {"edgesim predict gemma-2-2b q4_k_m --prompt 128 --generate 64", "a model on this machine"},
};

// "-j, --threads INT in [1 - 1024]".
std::string Term(const OptionEntry& option) {
  std::string term = fmt::format("{}", fmt::join(option.names, ", "));
  if (option.positional) return option.many ? term + "..." : term;
  return option.value == Value::kNone ? term : term + " " + option.value_name;
}

std::string Meaning(const OptionEntry& option) {
  std::string text = option.description;
  if (option.positional && option.value == Value::kChoice)
    text += fmt::format("; one of {}", fmt::join(option.choices, ", "));
  if (option.required && !option.positional) text += "; required";
  if (!option.standard.empty()) text += "; default " + option.standard;
  return text;
}

// What `man` reads as text: backslashes, hyphens and leading dots or quotes are its own.
std::string Troff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '\'') {
      out += "\\(aq";
    } else if (c == '`') {
      out += "\\(ga";
    } else {
      out += c;
    }
  }
  return out.starts_with('.') ? "\\&" + out : out;
}

std::string Entry(const std::string& term, const std::string& text) {
  return fmt::format(".TP\n.B {}\n{}\n", Troff(term), Troff(text));
}

// Lines that stand as they are.
std::string Verbatim(const std::string& text) {
  std::string out = ".PP\n.nf\n";
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) out += Troff(line) + "\n";
  return out + ".fi\n";
}

std::string CommandSection(const CommandEntry& command) {
  std::string text = fmt::format(".SS {}\n{}\n.PP\n.B {}\n", Troff(command.name.substr(8)),
                                 Troff(command.description), Troff(Synopsis(command)));
  for (const OptionEntry& option : command.options) text += Entry(Term(option), Meaning(option));
  if (!command.footer.empty()) text += Verbatim(command.footer);
  return text;
}

std::string Joined(std::string text) {
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  return text;
}

// In tables of Markdown.
std::string Cell(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

template <std::size_t n>
std::string MarkdownTable(const char* head, const NamedText (&rows)[n]) {
  std::string text = fmt::format("| {} | |\n|---|---|\n", head);
  for (const NamedText& row : rows) text += fmt::format("| `{}` | {} |\n", row.name, row.text);
  return text;
}

}  // namespace

std::string ManPage(const CommandEntry& root) {
  std::string text = fmt::format(
      ".TH EDGESIM 1 \"\" \"edgesim {}\" \"User Commands\"\n"
      ".SH NAME\nedgesim \\- simulate language models on edge devices within an energy budget\n"
      ".SH SYNOPSIS\n.B edgesim\n.I COMMAND\n[OPTIONS]\n"
      ".SH DESCRIPTION\n{}\n.SH OPTIONS\n",
      kVersion, Troff(Joined(root.description)));
  for (const OptionEntry& option : root.options) text += Entry(Term(option), Meaning(option));
  text += ".SH COMMANDS\n";
  for (const CommandEntry* command : AllCommands(root)) {
    if (command != &root) text += CommandSection(*command);
  }
  text += ".SH EXIT STATUS\n";
  for (const ExitMeaning& exit : ExitMeanings())
    text += Entry(std::to_string(exit.code), exit.meaning);
  text +=
      ".PP\n" + Troff("`record` and `report` end with the exit code of what they start.") + "\n";
  text += ".SH ENVIRONMENT\n";
  for (const NamedText& variable : kEnvironment) text += Entry(variable.name, variable.text);
  text += ".SH FILES\n";
  for (const NamedText& file : kFiles) text += Entry(file.name, file.text);
  text += ".SH EXAMPLES\n";
  for (const NamedText& example : kExamples) text += Entry(example.name, example.text);
  return text;
}

std::string ManualMarkdown(const CommandEntry& root) {
  std::string text = fmt::format(
      "# The command line\n\n{}\n\nThis page is the output of `edgesim manual --markdown`; "
      "`edgesim manual` prints it as a man page, `edgesim COMMAND --help` a part of it.\n\n",
      Joined(root.description));
  text += "| command | |\n|---|---|\n";
  for (const CommandEntry* command : AllCommands(root)) {
    if (command->commands.empty())
      text += fmt::format("| `{}` | {} |\n", command->name, Cell(command->description));
  }
  for (const CommandEntry* command : AllCommands(root)) {
    if (command == &root) continue;
    text +=
        fmt::format("\n## {}\n\n{}{}\n\n```text\n{}\n```\n", command->name, command->description,
                    command->description.ends_with('?') ? "" : ".", Synopsis(*command));
    if (!command->options.empty()) text += "\n| option | |\n|---|---|\n";
    for (const OptionEntry& option : command->options)
      text += fmt::format("| `{}` | {} |\n", Cell(Term(option)), Cell(Meaning(option)));
    if (!command->footer.empty()) text += fmt::format("\n```text\n{}\n```\n", command->footer);
  }
  text += "\n## Exit codes\n\n| code | |\n|---|---|\n";
  for (const ExitMeaning& exit : ExitMeanings())
    text += fmt::format("| {} | {} |\n", exit.code, exit.meaning);
  text += "\n`record` and `report` end with the exit code of what they start.\n";
  text += "\n## Environment\n\n" + MarkdownTable("variable", kEnvironment);
  text += "\n## Files\n\n" + MarkdownTable("file", kFiles);
  return text + "\n## Examples\n\n" + MarkdownTable("line", kExamples);
}

}  // namespace edgesim
