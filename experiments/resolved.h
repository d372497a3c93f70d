#pragma once

#include <string>

#include "experiments/config.h"

namespace edgesim {

// The config with every default filled in, as YAML that `edgesim run` reads back to the same run.
std::string ResolvedYaml(const ExperimentConfig& config);

// The entry of `policies` for one of them, likewise.
std::string PolicyYaml(const PolicyConfig& policy);

}  // namespace edgesim
