// The printed tables of `edgesim fit`.
#pragma once

#include <string>
#include <vector>

#include "experiments/cli/fit_run.h"

namespace edgesim {

// All tables, each with a line or header that says what it is.
std::string FitText(const FitRun& run);

// The --model words that repeat the choices.
std::string ModelWords(const FitRun& run);

}  // namespace edgesim
