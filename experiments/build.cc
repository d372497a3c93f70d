#include "experiments/build.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "devices/profile_io.h"
#include "experiments/files.h"
#include "sim/did_you_mean.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

namespace fs = std::filesystem;

// Names in a folder that ships with edgesim, without the extension.
std::vector<std::string> Shipped(const fs::path& folder, const std::string& extension) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(ShareDir() / folder, error)) {
    if (entry.path().extension() == extension) names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// A value with a slash or the extension is a path from the config's folder; else a shipped name.
fs::path Find(const LoadedExperiment& loaded, const std::string& key, const std::string& value,
              const fs::path& folder, const std::string& extension) {
  std::error_code error;
  if (value.find('/') != std::string::npos || fs::path(value).extension() == extension) {
    fs::path path = loaded.directory / value;
    if (!fs::is_regular_file(path, error))
      loaded.document.Fail(key, fmt::format("no file '{}'", path.string()));
    return path;
  }
  const std::vector<std::string> names = Shipped(folder, extension);
  if (std::find(names.begin(), names.end(), value) == names.end()) {
    loaded.document.Fail(
        key, fmt::format("unknown {} '{}'; there is {}{}", key.substr(key.find('.') + 1), value,
                         fmt::join(names, ", "), DidYouMean(value, names)));
  }
  return ShareDir() / folder / (value + extension);
}

void ChooseActions(const LoadedExperiment& loaded, BuiltExperiment& built) {
  std::vector<std::string> known;
  for (const ActionProfile& action : built.profile.actions) known.push_back(action.spec.name);
  std::vector<std::string> wanted = loaded.config.actions.empty() ? known : loaded.config.actions;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto at = std::find(known.begin(), known.end(), wanted[i]);
    if (at == known.end()) {
      loaded.document.Fail(fmt::format("actions.{}", i),
                           fmt::format("the device has no action '{}'; it has {}{}", wanted[i],
                                       fmt::join(known, ", "), DidYouMean(wanted[i], known)));
    }
    built.profile_actions.push_back(static_cast<std::size_t>(at - known.begin()));
    built.actions.push_back(built.profile.actions[built.profile_actions.back()].spec);
  }
}

PowerCap MakeCap(const LoadedExperiment& loaded, const PowerCapConfig& config,
                 const DeviceInfo& device) {
  PowerCap cap{.limit = Watts(config.limit_w),
               .window = device.emission_interval,
               .mode = CapMode::kObserve,
               .rails = ~0U};
  if (config.mode == "terminate") cap.mode = CapMode::kTerminate;
  if (config.window_s) {
    cap.window = FromSeconds(*config.window_s);
    if (cap.window < device.emission_interval) {
      loaded.document.Fail("power_cap.window_s",
                           fmt::format("'window_s' is {}, but the device's power is known per "
                                       "{:.6g} s; a shorter window means nothing",
                                       *config.window_s, InSeconds(device.emission_interval)));
    }
  }
  if (!config.scope.empty()) cap.rails = 0;
  for (std::size_t i = 0; i < config.scope.size(); ++i) {
    const auto at = std::find(device.rails.begin(), device.rails.end(), config.scope[i]);
    if (at == device.rails.end()) {
      loaded.document.Fail(fmt::format("power_cap.scope.{}", i),
                           fmt::format("the device has no rail '{}'; it has {}", config.scope[i],
                                       fmt::join(device.rails, ", ")));
    }
    cap.rails |= 1U << (at - device.rails.begin());
  }
  return cap;
}

// Simulated time is 64-bit nanoseconds, and a request is held in memory interval by interval.
void CheckDurations(const LoadedExperiment& loaded, const BuiltExperiment& built) {
  double longest_s = 0;
  for (ActionId a = 0; a < built.actions.size(); ++a) {
    const double slowest =
        built.profile.actions[built.profile_actions[a]].latency->seconds_per_output_token.back();
    for (std::uint32_t q = 0; q < built.questions.questions.size(); ++q) {
      for (const Answer& answer : built.answers->Answers(q, a)) {
        longest_s = std::max(longest_s, answer.output_tokens * slowest);
      }
    }
  }
  constexpr double kLongestRequest_s = 1e6, kLongestEpisode_s = 1e9;
  if (longest_s > kLongestRequest_s) {
    loaded.document.Fail(
        "workload.answers",
        fmt::format("a request could take {:g} s, allowed: {:g}", longest_s, kLongestRequest_s));
  }
  double gap_s = 0;
  if (const auto* poisson = std::get_if<PoissonConfig>(&built.config.workload.arrivals))
    gap_s = 1 / poisson->rate_per_s;
  const double episode_s = built.config.workload.requests * (longest_s + gap_s);
  if (episode_s > kLongestEpisode_s) {
    loaded.document.Fail(
        "workload.requests",
        fmt::format("an episode could take {:g} s, allowed: {:g}", episode_s, kLongestEpisode_s));
  }
}

constexpr double kLargestTable = 3e7;  // numbers; 240 MB

void CheckPolicy(const LoadedExperiment& loaded, const BuiltExperiment& built, std::size_t i) {
  const ExperimentConfig& config = built.config;
  const std::string at = fmt::format("policies.{}", i);
  if (const auto* q = std::get_if<QLearningConfig>(&config.policies[i].kind)) {
    const auto reads = [&](const char* feature) {
      return std::find(q->features.begin(), q->features.end(), feature) != q->features.end();
    };
    if (reads("category") && !config.observe_category) {
      loaded.document.Fail(at, "the feature 'category' is not observed (observe_category: false)");
    }
    const double entries = (reads("energy") ? q->energy_bins : 1.0) *
                           (reads("requests_left") ? config.workload.requests : 1.0) *
                           static_cast<double>(reads("category") ? built.VisibleClasses() : 1) *
                           static_cast<double>(built.actions.size());
    if (entries > kLargestTable) {
      loaded.document.Fail(at, fmt::format("its table would have {:g} entries, allowed: {:g}",
                                           entries, kLargestTable));
    }
  }
  if (std::holds_alternative<ExactDpConfig>(config.policies[i].kind)) {
    if (const std::string why = WhyNoOptimum(built); !why.empty()) {
      loaded.document.Fail(
          at, fmt::format("exact-dp has no plan here: {}; take it out of policies", why));
    }
  }
}

}  // namespace

std::unique_ptr<BuiltExperiment> Build(const LoadedExperiment& loaded) {
  auto built = std::make_unique<BuiltExperiment>();
  const ExperimentConfig& config = built->config = loaded.config;

  const fs::path profile_path =
      Find(loaded, "device.profile", config.device.profile, "devices/profiles", ".json");
  const fs::path questions_path =
      Find(loaded, "workload.questions", config.workload.questions, "workloads/data", ".csv");
  const fs::path answers_path =
      Find(loaded, "workload.answers", config.workload.answers, "workloads/data", ".csv");
  const std::string profile_text = ReadTextFile(profile_path),
                    questions_text = ReadTextFile(questions_path),
                    answers_text = ReadTextFile(answers_path);
  built->profile_hash = fmt::format("{:016x}", HashName(profile_text));
  built->tables_hash = fmt::format("{:016x}", HashName(questions_text + '\0' + answers_text));

  built->profile = ParseProfile(profile_text, profile_path.string());
  ChooseActions(loaded, *built);
  built->questions = ReadQuestions(CsvTable(questions_text, questions_path.string()));
  built->answers = std::make_unique<AnswerTable>(CsvTable(answers_text, answers_path.string()),
                                                 built->questions, built->actions);
  built->device = std::make_unique<EdgeDevice>(built->profile, built->profile_actions,
                                               config.device.idle == "assumed");
  built->workload = std::visit(
      [&](const auto& arrivals) { return std::make_unique<MtBench>(built->questions, arrivals); },
      config.workload.arrivals);

  World& world = built->world;
  world.device = built->device.get();
  world.workload = built->workload.get();
  world.answers = built->answers.get();
  world.class_observed = config.observe_category;
  world.limits.budget = {Joules(config.energy_budget.limit_j),
                         config.energy_budget.brown_out_reward};
  world.limits.requests = config.workload.requests;
  if (config.workload.horizon_s) world.limits.horizon = FromSeconds(*config.workload.horizon_s);
  if (config.power_cap)
    world.limits.cap = MakeCap(loaded, *config.power_cap, built->device->Info());

  CheckDurations(loaded, *built);
  for (std::size_t i = 0; i < config.policies.size(); ++i) CheckPolicy(loaded, *built, i);
  return built;
}

std::unique_ptr<Policy> MakePolicy(const PolicyConfig& config, const BuiltExperiment& built,
                                   const Plans& plans) {
  struct Maker {
    const BuiltExperiment& built;
    const Plans& plans;
    std::unique_ptr<Policy> operator()(const RandomConfig&) const {
      return std::make_unique<Random>(built.actions.size());
    }
    std::unique_ptr<Policy> operator()(const GreedyQualityConfig& c) const {
      return std::make_unique<GreedyQuality>(c, *plans.model);
    }
    std::unique_ptr<Policy> operator()(const GreedyEfficiencyConfig&) const {
      return std::make_unique<GreedyEfficiency>(*plans.model);
    }
    std::unique_ptr<Policy> operator()(const PacingConfig&) const {
      return std::make_unique<Pacing>(*plans.model);
    }
    std::unique_ptr<Policy> operator()(const QLearningConfig& c) const {
      return std::make_unique<QLearning>(c, built.actions.size(), built.config.workload.requests,
                                         static_cast<std::uint32_t>(built.VisibleClasses()));
    }
    std::unique_ptr<Policy> operator()(const ExactDpConfig& c) const {
      return std::make_unique<ExactDp>(c.category ? plans.optimum : plans.class_blind);
    }
  };
  return std::visit(Maker{built, plans}, config.kind);
}

bool Learns(const PolicyConfig& config) {
  return std::holds_alternative<QLearningConfig>(config.kind);
}

std::string WhyNoOptimum(const BuiltExperiment& built) {
  const ExperimentConfig& config = built.config;
  if (config.workload.horizon_s)
    return "a horizon bounds the episode, and the planner does not see time";
  if (config.power_cap && config.power_cap->mode == "terminate") {
    return "the power cap ends episodes, and the planner does not plan for it";
  }
  if (config.device.idle == "assumed" &&
      !std::holds_alternative<ClosedLoopConfig>(config.workload.arrivals)) {
    return "idle energy between open arrivals counts, and the planner does not see it";
  }
  const double entries = static_cast<double>(config.workload.requests) *
                         config.optimum.energy_steps *
                         static_cast<double>(built.VisibleClasses() * built.actions.size());
  if (entries > kLargestTable) {
    return fmt::format(
        "the plan would have {:g} entries, allowed: {:g}; lower optimum.energy_steps", entries,
        kLargestTable);
  }
  return "";
}

}  // namespace edgesim
