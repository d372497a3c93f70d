// The reference of the command line: a man page, and the same in Markdown.
#pragma once

#include <string>

#include "experiments/cli/option_table.h"

namespace edgesim {

// For `man`: troff with the macros of man(7).
std::string ManPage(const CommandEntry& root);

// docs/cli.md.
std::string ManualMarkdown(const CommandEntry& root);

}  // namespace edgesim
