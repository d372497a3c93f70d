// An experiment in memory, and what can be done with it from Python.
#pragma once

#include <pybind11/pybind11.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "experiments/contestants.h"
#include "experiments/power_course.h"

namespace edgesim {

struct ConfigSource {
  std::string text;       // YAML
  std::string name;       // opens error lines
  std::string directory;  // relative paths in it start here
  std::vector<std::string> overrides;
  std::map<std::string, std::string> attached;
};

class PyExperiment {
 public:
  explicit PyExperiment(const ConfigSource& source);

  const BuiltExperiment& built() const { return *built_; }
  std::shared_ptr<const BuiltExperiment> shared() const { return built_; }

  // What a run leaves behind, as a dict: files (name -> text), text, warnings, episodes.
  pybind11::dict Run(int threads, bool keep_policies, const pybind11::dict& policies,
                     const std::string& config_path, const pybind11::object& progress) const;

  // One episode, with the policy as it is evaluated.
  PowerCourse Simulate(const std::string& policy, std::uint32_t replica, std::uint32_t episode,
                       const std::string& phase, const pybind11::dict& policies);

 private:
  const Contestant* Find(const std::string& policy, std::vector<Contestant>& guests);
  Policy& Trained(const Contestant& contestant, std::uint32_t replica);

  std::shared_ptr<const BuiltExperiment> built_;
  std::mutex mutex_;  // of what follows: found out when first asked for
  std::unique_ptr<const Lineup> lineup_;
  std::map<std::pair<std::string, std::uint32_t>, std::unique_ptr<Policy>> trained_;
};

// "train" or "eval". Throws InputError.
Phase PhaseOf(const std::string& name);

}  // namespace edgesim
