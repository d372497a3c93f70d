// What a learner has learned, as a file of a run folder: policies/<name>.<replica>.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "experiments/runner.h"

namespace edgesim {

inline constexpr int kPolicyFileVersion = 1;

struct PolicyFile {
  std::string policy;  // its name
  std::uint32_t replica = 0;
  std::string kind;
  std::string settings;  // as PolicyYaml writes them; for readers, never read back
  std::vector<std::string> actions, classes;  // of the experiment, as far as observed
  std::uint32_t requests = 0;                 // of an episode
  TrainedState trained;
};

// "policies/q-learning.0.json"
std::string PolicyFileName(const std::string& policy, std::uint32_t replica);

std::string PolicyFileText(const PolicyFile& file);

// Doubles come back bit by bit. Throws InputError that begins with `name` where the text is cut, is
// no such file or has another schema version.
PolicyFile ParsePolicyFile(const std::string& text, const std::string& name);

// One file for each learner and replica of a run that kept them, by name.
std::map<std::string, std::string> PolicyFiles(const BuiltExperiment& built,
                                               const RunResult& result);

// What `folder`, a run folder, holds of one learner. Throws InputError where there is no file, or
// it is of another kind, or of other actions, classes or requests than the experiment.
TrainedState ReadTrained(const BuiltExperiment& built, const std::filesystem::path& folder,
                         const PolicyConfig& policy, std::uint32_t replica);

// The same of every learner and replica of the experiment; each is loaded once to see that it fits.
TrainedStates ReadAllTrained(const BuiltExperiment& built, const std::filesystem::path& folder);

}  // namespace edgesim
