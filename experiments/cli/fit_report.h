// The fit report: what `edgesim fit --report` writes.
#pragma once

#include <string>

#include "experiments/cli/fit_run.h"

namespace edgesim {

// JSON, docs/fitting.md lists the keys. It depends on the traces and the options alone: no dates,
// times or paths. What is not known is null.
std::string FitReportJson(const FitRun& run);

}  // namespace edgesim
