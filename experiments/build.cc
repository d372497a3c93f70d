#include "experiments/build.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "devices/host_device.h"
#include "experiments/files.h"
#include "experiments/named_file.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

namespace fs = std::filesystem;

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

// All answers under one action.
std::vector<Answer> AnswersTo(const BuiltExperiment& built, ActionId action) {
  std::vector<Answer> all;
  for (std::uint32_t q = 0; q < built.questions.questions.size(); ++q) {
    const std::vector<Answer>& answers = built.answers->Answers(q, action);
    all.insert(all.end(), answers.begin(), answers.end());
  }
  return all;
}

MadeDevice Make(const ChosenDevice& chosen, const BuiltExperiment& built) {
  std::vector<std::vector<RequestSize>> sizes(built.actions.size());
  for (ActionId a = 0; a < sizes.size(); ++a) {
    for (const Answer& answer : AnswersTo(built, a)) sizes[a].push_back(SizeOf(answer));
  }
  return chosen.make(sizes);
}

// Simulated time is 64-bit nanoseconds, and a request is held in memory interval by interval.
void CheckDurations(const LoadedExperiment& loaded, const BuiltExperiment& built,
                    const MadeDevice& made) {
  double longest_s = 0;
  for (ActionId a = 0; a < built.actions.size(); ++a) {
    for (const Answer& answer : AnswersTo(built, a))
      longest_s = std::max(longest_s, made.longest_s(a, answer));
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
  std::visit(
      [&](const auto& kind) {
        if constexpr (requires { kind.features, kind.energy_bins; }) {
          const auto reads = [&](const char* feature) {
            return std::find(kind.features.begin(), kind.features.end(), feature) !=
                   kind.features.end();
          };
          // The other learners read the category by default, where there is one.
          if constexpr (std::is_same_v<decltype(kind), const QLearningConfig&>) {
            if (reads("category") && !config.observe_category) {
              loaded.document.Fail(
                  at, "the feature 'category' is not observed (observe_category: false)");
            }
          }
          const double entries =
              (reads("energy") ? kind.energy_bins : 1.0) *
              (reads("requests_left") ? config.workload.requests : 1.0) *
              static_cast<double>(reads("category") ? built.VisibleClasses() : 1) *
              static_cast<double>(built.actions.size());
          if (entries > kLargestTable) {
            loaded.document.Fail(at, fmt::format("its table would have {:g} entries, allowed: {:g}",
                                                 entries, kLargestTable));
          }
        }
      },
      config.policies[i].kind);
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

  const ChosenDevice chosen = ReadDevice(loaded);
  const fs::path questions_path = FindNamedFile(
      loaded, "workload.questions", config.workload.questions, "workloads/data", ".csv");
  const fs::path answers_path =
      FindNamedFile(loaded, "workload.answers", config.workload.answers, "workloads/data", ".csv");
  const std::string questions_text = ReadTextFile(questions_path),
                    answers_text = ReadTextFile(answers_path);
  built->profile_hash = chosen.hash;
  built->tables_hash = fmt::format("{:016x}", HashName(questions_text + '\0' + answers_text));

  built->device_facts = chosen.facts;
  built->actions = chosen.actions;
  built->questions = ReadQuestions(CsvTable(questions_text, questions_path.string()));
  built->answers = std::make_unique<AnswerTable>(CsvTable(answers_text, answers_path.string()),
                                                 built->questions, built->actions);
  MadeDevice made = Make(chosen, *built);
  built->device = std::move(made.device);
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

  CheckDurations(loaded, *built, made);
  for (std::size_t i = 0; i < config.policies.size(); ++i) CheckPolicy(loaded, *built, i);
  return built;
}

std::unique_ptr<Policy> MakePolicy(const PolicyConfig& config, const BuiltExperiment& built,
                                   const Plans& plans) {
  PolicyContext context{.actions = built.actions.size(),
                        .requests = built.config.workload.requests,
                        .classes = static_cast<std::uint32_t>(built.VisibleClasses()),
                        .train_episodes = built.config.episodes.train};
  if (SortOf(config) != PolicySort::kLearner) {
    context.model = plans.model;
    context.plan = plans.optimum;
    context.class_blind_plan = plans.class_blind;
  }
  return std::visit([&](const auto& kind) { return kind.Make(context); }, config.kind);
}

PolicySort SortOf(const PolicyConfig& config) {
  return std::visit([](const auto& kind) { return kind.kSort; }, config.kind);
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
