// A finished run, opened again: its experiment, and its policies as they were evaluated.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "experiments/contestants.h"

namespace edgesim {

class RunFolder {
 public:
  // Reads config.resolved.yaml, builds it and plans on it. Relative paths in it start from the
  // folder of the config that manifest.json names, if that is still there, else from the run
  // folder. Throws InputError.
  explicit RunFolder(const std::filesystem::path& folder);

  const std::filesystem::path& path() const { return folder_; }
  const BuiltExperiment& built() const { return *built_; }
  const Lineup& lineup() const { return *lineup_; }
  const std::string& config_hash() const { return config_hash_; }  // of config.resolved.yaml

  // InputError with a suggestion where the run has no policy of this name.
  const Contestant& Find(const std::string& policy) const;

  // The policy as it was evaluated: a learner with a file in policies/ is loaded, any other trained
  // anew, which gives the same. InputError where the run has no such replica, or was resumed and
  // has no file.
  std::unique_ptr<Policy> Restore(const Contestant& contestant, std::uint32_t replica) const;

 private:
  std::filesystem::path folder_;
  std::string config_hash_;
  bool resumed_ = false;
  std::unique_ptr<const BuiltExperiment> built_;
  std::unique_ptr<const Lineup> lineup_;
};

}  // namespace edgesim
