#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiments/config.h"
#include "experiments/yaml_reader.h"

namespace edgesim {

struct LoadedExperiment {
  ExperimentConfig config;
  YamlDocument document;            // for errors found later, at the value they are about
  std::filesystem::path directory;  // of the config file: relative paths in it start here
};

// Reads and checks a config file. `overrides` are "key.path=value", applied in order before
// checking; a policy is addressed as policies.<name>. Throws InputError.
LoadedExperiment LoadExperiment(const std::filesystem::path& file,
                                const std::vector<std::string>& overrides);

// The same from text; `name` stands for the file in errors.
LoadedExperiment ParseExperiment(const std::string& text, const std::string& name,
                                 const std::vector<std::string>& overrides);

}  // namespace edgesim
