#include "experiments/build_synthetic.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "devices/synthetic_device.h"
#include "sim/did_you_mean.h"

namespace edgesim {

void CheckLaws(const LoadedExperiment& loaded, const std::string& key,
               const std::vector<ActionLaw>& laws, std::size_t classes) {
  for (std::size_t i = 0; i < laws.size(); ++i) {
    const ActionLaw& law = laws[i];
    const auto check = [&](const char* field, std::size_t size) {
      if (size == 1 || size == classes) return;
      loaded.document.Fail(fmt::format("{}.{}.{}", key, i, field),
                           fmt::format("'{}' has {} numbers for {} classes; give one for all, or "
                                       "one each",
                                       field, size, classes));
    };
    check("energy_j", law.energy_j.size());
    check("score", law.score.size());
    if ((law.burst_probability > 0) != (law.burst_w > 0)) {
      loaded.document.Fail(fmt::format("{}.{}", key, i),
                           "'burst_w' and 'burst_probability' go together");
    }
  }
}

std::vector<ActionLaw> ChosenLaws(const LoadedExperiment& loaded) {
  const std::vector<ActionLaw>& all = loaded.config.device.synthetic->actions;
  const std::vector<std::string>& named = loaded.config.actions;
  if (named.empty()) return all;
  std::vector<std::string> known;
  for (const ActionLaw& law : all) known.push_back(law.name);
  std::vector<ActionLaw> chosen;
  for (std::size_t i = 0; i < named.size(); ++i) {
    const auto at = std::find(known.begin(), known.end(), named[i]);
    if (at == known.end()) {
      loaded.document.Fail(fmt::format("actions.{}", i),
                           fmt::format("the device has no action '{}'; it has {}{}", named[i],
                                       fmt::join(known, ", "), DidYouMean(named[i], known)));
    }
    chosen.push_back(all[static_cast<std::size_t>(at - known.begin())]);
  }
  return chosen;
}

ChosenDevice ReadSyntheticDevice(const LoadedExperiment& loaded) {
  const SyntheticConfig& config = *loaded.config.device.synthetic;
  const QuestionSet questions = SyntheticQuestions(loaded.config.workload);
  CheckLaws(loaded, "device.synthetic.actions", config.actions, questions.classes.size());
  const std::vector<ActionLaw> laws = ChosenLaws(loaded);
  ChosenDevice chosen{.facts = {.name = "synthetic",
                                .description = "actions that follow stated laws",
                                .provenance = {},
                                .assumed = {}},
                      .actions = {},
                      .hash = "",
                      .make = {}};
  std::string text;
  for (const ActionLaw& law : laws) {
    chosen.actions.push_back({.name = law.name, .model = law.name, .quantization = ""});
    text += fmt::format("{} {} {} {} {} {} {} {};", law.name, fmt::join(law.energy_j, ","),
                        law.energy_cv, law.power_w, law.burst_w, law.burst_probability,
                        fmt::join(law.score, ","), law.score_sd);
  }
  chosen.hash = fmt::format("{:016x}", HashName(text));
  std::optional<Joules> step;
  if (config.energy_step_j) step = Joules(*config.energy_step_j);
  chosen.make = [laws, step](const auto&) {
    auto device = std::make_unique<SyntheticDevice>(laws, step);
    const SyntheticDevice& made = *device;
    return MadeDevice{std::move(device), [&made](ActionId action, const Answer&) {
                        return made.LongestSeconds(action);
                      }};
  };
  return chosen;
}

QuestionSet SyntheticQuestions(const WorkloadConfig& config) {
  std::vector<std::string> entries = config.classes;
  if (entries.empty()) entries = {"all"};
  QuestionSet set;
  for (const std::string& name : entries) {
    const auto at = std::find(set.classes.begin(), set.classes.end(), name);
    set.questions.push_back({.id = name,
                             .class_id = static_cast<std::uint32_t>(at - set.classes.begin()),
                             .prompt_tokens = 0});
    if (at == set.classes.end()) set.classes.push_back(name);
  }
  return set;
}

}  // namespace edgesim
