#include "experiments/build_actions.h"

#include <fmt/format.h>

#include <algorithm>

#include "devices/synthetic_device.h"
#include "experiments/build_synthetic.h"
#include "sim/composite_actions.h"
#include "sim/did_you_mean.h"
#include "workloads/synthetic_answers.h"

namespace edgesim {

namespace {

void AddName(const LoadedExperiment& loaded, const std::string& key, const std::string& name,
             BuiltExperiment& built) {
  const bool taken = std::any_of(built.actions.begin(), built.actions.end(),
                                 [&](const ActionSpec& a) { return a.name == name; });
  if (taken || name == "reject" || name == "defer")
    loaded.document.Fail(key, fmt::format("the name '{}' is taken by another action", name));
  built.actions.push_back({.name = name, .model = name, .quantization = ""});
}

ActionId Find(const LoadedExperiment& loaded, const std::string& key, const std::string& name,
              const BuiltExperiment& built) {
  std::vector<std::string> known;
  for (const ActionSpec& action : built.actions) known.push_back(action.name);
  const auto at = std::find(known.begin(), known.end(), name);
  if (at == known.end()) {
    loaded.document.Fail(key, fmt::format("there is no action '{}' to be part of a cascade{}", name,
                                          DidYouMean(name, known)));
  }
  return static_cast<ActionId>(at - known.begin());
}

std::vector<Cascade> ReadCascades(const LoadedExperiment& loaded, const BuiltExperiment& built) {
  std::vector<Cascade> cascades;
  for (std::size_t i = 0; i < loaded.config.cascades.size(); ++i) {
    const CascadeConfig& config = loaded.config.cascades[i];
    const std::string key = fmt::format("cascades.{}", i);
    if (!loaded.config.success_score) {
      loaded.document.Fail(key,
                           "a cascade needs 'success_score', the least score of an answer "
                           "that is good enough");
    }
    cascades.push_back({.small = Find(loaded, key + ".small", config.small, built),
                        .large = Find(loaded, key + ".large", config.large, built),
                        .success_score = *loaded.config.success_score,
                        .accept_success = config.accept_success,
                        .accept_failure = config.accept_failure,
                        .verify_power = Watts(config.verify_w),
                        .verify_time = FromSeconds(config.verify_s)});
  }
  return cascades;
}

}  // namespace

void AddActions(const LoadedExperiment& loaded, BuiltExperiment& built) {
  const ExperimentConfig& config = loaded.config;
  std::vector<ActionSource> sources = {{.device = built.world.device,
                                        .answers = built.world.answers,
                                        .count = static_cast<ActionId>(built.actions.size())}};
  if (!config.remotes.empty()) {
    CheckLaws(loaded, "remotes", config.remotes, built.questions.classes.size());
    for (std::size_t i = 0; i < config.remotes.size(); ++i)
      AddName(loaded, fmt::format("remotes.{}.name", i), config.remotes[i].name, built);
    sources.push_back(
        {.device = built.Keep(std::make_unique<SyntheticDevice>(config.remotes, std::nullopt)),
         .answers = built.Keep(std::make_unique<SyntheticAnswers>(config.remotes)),
         .count = static_cast<ActionId>(config.remotes.size())});
  }
  const std::vector<Cascade> cascades = ReadCascades(loaded, built);
  for (std::size_t i = 0; i < cascades.size(); ++i)
    AddName(loaded, fmt::format("cascades.{}.name", i), config.cascades[i].name, built);
  if (sources.size() > 1 || !cascades.empty()) {
    auto answers = std::make_unique<CompositeAnswers>(sources, cascades);
    built.world.device = built.Keep(std::make_unique<CompositeDevice>(sources, *answers));
    built.world.answers = built.Keep(std::move(answers));
  }
  const auto special = [&](const char* name) {
    built.actions.push_back({.name = name, .model = name, .quantization = ""});
    return static_cast<ActionId>(built.actions.size() - 1);
  };
  if (config.reject) built.world.reject = special("reject");
  if (config.defer) built.world.defer = special("defer");
}

}  // namespace edgesim
