#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "experiments/config.h"
#include "experiments/fidelity_config.h"
#include "experiments/yaml_reader.h"

namespace edgesim {

template <class Config>
struct Loaded {
  Config config;
  YamlDocument document;            // for errors found later, at the value they are about
  std::filesystem::path directory;  // of the config file: relative paths in it start here
  // Text of files that exist in memory only, by the name under which the config mentions them; they
  // go before files in `directory`.
  std::map<std::string, std::string> attached = {};
};
using LoadedExperiment = Loaded<ExperimentConfig>;
using LoadedFidelity = Loaded<FidelityConfig>;

// Reads and checks a config file. `overrides` are "key.path=value", applied in order before
// checking; an entry of a list is addressed by name, as policies.<name>. Throws InputError.
LoadedExperiment LoadExperiment(const std::filesystem::path& file,
                                const std::vector<std::string>& overrides);

// The same from text; `name` stands for the file in errors.
LoadedExperiment ParseExperiment(const std::string& text, const std::string& name,
                                 const std::vector<std::string>& overrides);

LoadedFidelity LoadFidelity(const std::filesystem::path& file,
                            const std::vector<std::string>& overrides);
LoadedFidelity ParseFidelity(const std::string& text, const std::string& name,
                             const std::vector<std::string>& overrides);

}  // namespace edgesim
