#include "experiments/cli/terminal_facts.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

namespace edgesim {

namespace {

bool NamesUtf8(std::string_view locale) {
  std::string lower;
  for (const char c : locale) {
    if (c != '-') lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return lower.find("utf8") != std::string::npos;
}

void ReadSize(const char* text, std::size_t& size) {
  if (text == nullptr) return;
  const std::string_view all(text);
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(all.data(), all.data() + all.size(), value);
  constexpr std::size_t kLeast = 10, kMost = 1000;
  if (error == std::errc() && end == all.data() + all.size())
    size = std::clamp(value, kLeast, kMost);
}

}  // namespace

TerminalFacts FactsFrom(const std::function<const char*(const char*)>& variable, bool terminal) {
  const auto text = [&](const char* name) {
    const char* value = variable(name);
    return std::string_view(value != nullptr ? value : "");
  };
  TerminalFacts facts{.terminal = terminal};
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (text(name).empty()) continue;
    facts.utf8 = NamesUtf8(text(name));
    break;
  }
  facts.colors = terminal && text("NO_COLOR").empty() && text("TERM") != "dumb";
  ReadSize(variable("COLUMNS"), facts.columns);
  ReadSize(variable("LINES"), facts.rows);
  return facts;
}

TerminalFacts ThisTerminal() {
  TerminalFacts facts = FactsFrom([](const char* name) -> const char* { return std::getenv(name); },
                                  isatty(STDOUT_FILENO) != 0);
  winsize size{};
  if (facts.terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    facts.columns = size.ws_col;
    facts.rows = size.ws_row;
  }
  return facts;
}

}  // namespace edgesim
