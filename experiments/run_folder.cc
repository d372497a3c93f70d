#include "experiments/run_folder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "experiments/files.h"
#include "experiments/policy_file.h"
#include "experiments/replica_run.h"
#include "sim/did_you_mean.h"
#include "sim/input_error.h"

namespace edgesim {

namespace fs = std::filesystem;

RunFolder::RunFolder(const fs::path& folder) : folder_(folder) {
  const fs::path config = folder / "config.resolved.yaml", manifest = folder / "manifest.json";
  std::error_code error;
  if (!fs::is_directory(folder, error))
    throw InputError(folder.string() + ": no such folder; a run folder of `edgesim run` is needed");
  if (!fs::exists(config, error))
    throw InputError(folder.string() + ": holds no finished run: it has no config.resolved.yaml");
  const std::string text = ReadTextFile(config);
  config_hash_ = fmt::format("{:016x}", HashName(text));
  LoadedExperiment loaded = ParseExperiment(text, config.string(), {});
  loaded.directory = folder;
  if (fs::exists(manifest, error)) {
    const auto json = nlohmann::json::parse(ReadTextFile(manifest), nullptr, false);
    if (!json.is_object()) throw InputError(manifest.string() + ": is no complete JSON object");
    resumed_ = json.contains("resumed_from");
    const fs::path original = json.contains("config") && json["config"].is_string()
                                  ? json["config"].get<std::string>()
                                  : std::string();
    if (!original.empty() && fs::is_directory(original.parent_path(), error))
      loaded.directory = original.parent_path();
  }
  built_ = Build(loaded);
  lineup_ = MakeLineup(*built_);
}

const Contestant& RunFolder::Find(const std::string& policy) const {
  if (const Contestant* found = lineup_->Find(policy)) return *found;
  std::vector<std::string> names;
  for (const Contestant& c : lineup_->contestants) names.push_back(c.name);
  throw InputError(fmt::format("{}: the run has no policy '{}'; there is {}{}", folder_.string(),
                               policy, fmt::join(names, ", "), DidYouMean(policy, names)));
}

std::unique_ptr<Policy> RunFolder::Restore(const Contestant& contestant,
                                           std::uint32_t replica) const {
  if (replica >= built_->config.replicas) {
    throw InputError(fmt::format("{}: the run has no replica {}, allowed: 0 to {}",
                                 folder_.string(), replica, built_->config.replicas - 1));
  }
  std::error_code error;
  const fs::path file = folder_ / PolicyFileName(contestant.name, replica);
  if (contestant.learns && (resumed_ || fs::exists(file, error))) {
    const TrainedState trained = ReadTrained(*built_, folder_, *contestant.config, replica);
    std::unique_ptr<Policy> policy = contestant.make(0);
    try {
      policy->Load(trained.state);
    } catch (const InputError& refused) {
      throw InputError(fmt::format("{}: {}", file.string(), refused.what()));
    }
    return policy;
  }
  Replica training;
  return TrainedPolicy(*built_, contestant, replica, nullptr, training);
}

}  // namespace edgesim
