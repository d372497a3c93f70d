// What standard output can show.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace edgesim {

struct TerminalFacts {
  bool terminal = false;  // otherwise a file or a pipe
  bool utf8 = false;
  bool colors = false;
  std::size_t columns = 80, rows = 24;
};

// By the environment: LC_ALL, LC_CTYPE or LANG, the first that is set, names UTF-8 or not; colours
// need a terminal other than "dumb" and no NO_COLOR (https://no-color.org). COLUMNS and LINES give
// the size. `variable` returns null for what is not set.
TerminalFacts FactsFrom(const std::function<const char*(const char*)>& variable, bool terminal);

// Of this process; the size is the terminal's own where it says one.
TerminalFacts ThisTerminal();

}  // namespace edgesim
