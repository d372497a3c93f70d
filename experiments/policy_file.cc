#include "experiments/policy_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "experiments/files.h"
#include "experiments/resolved.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

using Json = nlohmann::ordered_json;

// JSON has no number that is not finite.
Json NumberJson(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;  // shortest digits that read back to the same number
}

double NumberOf(const Json& json) {
  if (json.is_number()) return json.get<double>();
  const auto word = json.get<std::string>();
  if (word == "inf") return std::numeric_limits<double>::infinity();
  if (word == "-inf") return -std::numeric_limits<double>::infinity();
  if (word == "nan") return std::numeric_limits<double>::quiet_NaN();
  throw InputError("'" + word + "' is no number");
}

Json SettingJson(const YAML::Node& node) {
  if (node.IsMap()) {
    Json map = Json::object();
    for (const auto& entry : node) map[entry.first.Scalar()] = SettingJson(entry.second);
    return map;
  }
  if (node.IsSequence()) {
    Json list = Json::array();
    for (const auto& entry : node) list.push_back(SettingJson(entry));
    return list;
  }
  const std::string& text = node.Scalar();
  if (text == "true" || text == "false") return text == "true";
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size()) return number;
  return text;
}

std::string KindOf(const PolicyConfig& policy) {
  return std::visit([](const auto& kind) { return std::string(kind.kKind); }, policy.kind);
}

void CheckFits(const PolicyFile& file, const BuiltExperiment& built, const PolicyConfig& policy,
               const std::string& name) {
  const auto refuse = [&](const char* what, const std::string& theirs, const std::string& ours) {
    throw InputError(
        fmt::format("{}: it has {} {}, the experiment {}; a saved policy goes on only "
                    "in an experiment of the same actions, classes and requests",
                    name, what, theirs, ours));
  };
  if (file.kind != KindOf(policy)) {
    throw InputError(fmt::format("{}: it is of kind {}, the experiment's policy '{}' of kind {}",
                                 name, file.kind, policy.name, KindOf(policy)));
  }
  const auto list = [](const std::vector<std::string>& names) {
    return fmt::format("{}", fmt::join(names, ", "));
  };
  if (file.actions != built.ActionNames())
    refuse("the actions", list(file.actions), list(built.ActionNames()));
  if (file.classes != built.VisibleClassNames())
    refuse("the classes", list(file.classes), list(built.VisibleClassNames()));
  const std::uint32_t requests = built.config.workload.requests;
  if (file.requests != requests)
    refuse("requests:", std::to_string(file.requests), std::to_string(requests));
}

}  // namespace

std::string PolicyFileName(const std::string& policy, std::uint32_t replica) {
  return fmt::format("policies/{}.{}.json", policy, replica);
}

std::string PolicyFileText(const PolicyFile& file) {
  Json settings = SettingJson(YAML::Load(file.settings));
  settings.erase("name");
  settings.erase("kind");
  Json state = Json::object();
  for (const auto& [part, values] : file.trained.state) {
    Json& numbers = state[part] = Json::array();
    for (const double value : values) numbers.push_back(NumberJson(value));
  }
  const Json json = {{"schema_version", kPolicyFileVersion},
                     {"policy", file.policy},
                     {"replica", file.replica},
                     {"kind", file.kind},
                     {"settings", settings},
                     {"actions", file.actions},
                     {"classes", file.classes},
                     {"requests", file.requests},
                     {"episodes_trained", file.trained.episodes},
                     {"state", state}};
  return json.dump() + "\n";
}

PolicyFile ParsePolicyFile(const std::string& text, const std::string& name) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object())
    throw InputError(name + ": not a saved policy, or cut: it is no complete JSON object");
  const auto version = json.find("schema_version");
  if (version == json.end() || !version->is_number_integer())
    throw InputError(name + ": not a saved policy: it has no schema_version");
  if (*version != kPolicyFileVersion) {
    throw InputError(fmt::format("{}: schema_version is {}, this edgesim reads {}", name,
                                 version->dump(), kPolicyFileVersion));
  }
  PolicyFile file;
  try {
    json.at("policy").get_to(file.policy);
    json.at("replica").get_to(file.replica);
    json.at("kind").get_to(file.kind);
    json.at("actions").get_to(file.actions);
    json.at("classes").get_to(file.classes);
    json.at("requests").get_to(file.requests);
    json.at("episodes_trained").get_to(file.trained.episodes);
    for (const auto& [part, numbers] : json.at("state").items()) {
      std::vector<double>& values = file.trained.state[part];
      for (const Json& number : numbers) values.push_back(NumberOf(number));
    }
  } catch (const nlohmann::json::exception& error) {
    throw InputError(fmt::format("{}: not a saved policy: {}", name, error.what()));
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", name, error.what()));
  }
  return file;
}

std::map<std::string, std::string> PolicyFiles(const BuiltExperiment& built,
                                               const RunResult& result) {
  std::map<std::string, std::string> files;
  for (const PolicyConfig& policy : built.config.policies) {
    for (const PolicyRun& run : result.policies) {
      if (run.name != policy.name) continue;
      for (std::uint32_t r = 0; r < run.replicas.size(); ++r) {
        if (!run.replicas[r].trained) continue;
        files[PolicyFileName(policy.name, r)] =
            PolicyFileText({.policy = policy.name,
                            .replica = r,
                            .kind = KindOf(policy),
                            .settings = PolicyYaml(policy),
                            .actions = built.ActionNames(),
                            .classes = built.VisibleClassNames(),
                            .requests = built.config.workload.requests,
                            .trained = *run.replicas[r].trained});
      }
    }
  }
  return files;
}

TrainedState ReadTrained(const BuiltExperiment& built, const std::filesystem::path& folder,
                         const PolicyConfig& policy, std::uint32_t replica) {
  const std::filesystem::path path = folder / PolicyFileName(policy.name, replica);
  std::error_code error;
  if (!std::filesystem::is_directory(folder / "policies", error)) {
    throw InputError(fmt::format(
        "{}: holds no saved policies; `edgesim run --save-policies` writes them", folder.string()));
  }
  PolicyFile file = ParsePolicyFile(ReadTextFile(path), path.string());
  CheckFits(file, built, policy, path.string());
  return std::move(file.trained);
}

TrainedStates ReadAllTrained(const BuiltExperiment& built, const std::filesystem::path& folder) {
  TrainedStates states;
  for (const PolicyConfig& policy : built.config.policies) {
    if (SortOf(policy) != PolicySort::kLearner) continue;
    PolicyConfig bare = policy;  // a shield needs the decision model and has no state
    bare.shield.reset();
    for (std::uint32_t r = 0; r < built.config.replicas; ++r) {
      TrainedState& trained = states[{policy.name, r}] = ReadTrained(built, folder, policy, r);
      constexpr std::uint32_t kMostEpisodes = 1'000'000'000;
      const std::string name = (folder / PolicyFileName(policy.name, r)).string();
      if (trained.episodes > kMostEpisodes)
        throw InputError(fmt::format("{}: episodes_trained is {}", name, trained.episodes));
      try {
        MakePolicy(bare, built, {})->Load(trained.state);
      } catch (const InputError& error) {
        throw InputError(fmt::format("{}: {}", name, error.what()));
      }
    }
  }
  return states;
}

}  // namespace edgesim
