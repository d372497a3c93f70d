// Scripts that complete edgesim's command line in a shell.
#pragma once

#include <string>

#include "experiments/cli/option_table.h"

namespace edgesim {

// Of bash 4 and above; needs no bash-completion.
std::string BashCompletion(const CommandEntry& root);
// A function for a folder of $fpath, as _edgesim.
std::string ZshCompletion(const CommandEntry& root);
std::string FishCompletion(const CommandEntry& root);

}  // namespace edgesim
