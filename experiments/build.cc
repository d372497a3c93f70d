#include "experiments/build.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "devices/host_device.h"
#include "experiments/build_actions.h"
#include "experiments/build_synthetic.h"
#include "experiments/files.h"
#include "experiments/named_file.h"
#include "experiments/policy_table_json.h"
#include "sim/input_error.h"
#include "workloads/synthetic_answers.h"

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

// All answers under one action of the device.
std::vector<Answer> AnswersTo(const BuiltExperiment& built, ActionId action) {
  if (built.answer_table == nullptr) return {Answer{}};  // laws do not look at it
  std::vector<Answer> all;
  for (std::uint32_t q = 0; q < built.questions.questions.size(); ++q) {
    const std::vector<Answer>& answers = built.answer_table->Answers(q, action);
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
        built.answer_table != nullptr ? "workload.answers" : "device.synthetic",
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

// Keys that mean nothing beside the others.
void CheckLimits(const LoadedExperiment& loaded) {
  const ExperimentConfig& config = loaded.config;
  const EnergyBudgetConfig& budget = config.energy_budget;
  const auto fail = [&](const char* key, const char* what) { loaded.document.Fail(key, what); };
  if (budget.beta && budget.mode == "hard") {
    fail("energy_budget.beta",
         "a hard budget bounds every episode; 'beta' goes with 'mode: expected' "
         "or 'mode: chance'");
  }
  if (budget.delta && budget.mode != "chance")
    fail("energy_budget.delta", "'delta' goes with 'mode: chance'");
  if (!budget.delta && budget.mode == "chance") {
    fail("energy_budget.mode",
         "'mode: chance' needs 'delta', the largest probability that the budget is used up");
  }
  if (budget.mode == "expected" && budget.brown_out_reward != 0) {
    fail("energy_budget.brown_out_reward",
         "with 'mode: expected' no request is cut, so nothing earns 'brown_out_reward'");
  }
  if (config.defer && std::holds_alternative<ClosedLoopConfig>(config.workload.arrivals)) {
    fail("defer",
         "in a closed loop nothing arrives while a request is put off; 'defer' needs "
         "'arrivals: {kind: poisson, rate_per_s: R}'");
  }
}

void CheckWorkloadKeys(const LoadedExperiment& loaded) {
  const WorkloadConfig& workload = loaded.config.workload;
  const bool tables = workload.questions || workload.answers;
  if (loaded.config.device.synthetic) {
    if (tables) {
      loaded.document.Fail(
          workload.questions ? "workload.questions" : "workload.answers",
          "a synthetic device has its scores in its actions; it takes 'classes', no "
          "tables");
    }
    return;
  }
  if (!workload.classes.empty())
    loaded.document.Fail("workload.classes", "'classes' goes with a synthetic device");
  for (const auto& [key, given] : {std::pair("questions", workload.questions.has_value()),
                                   std::pair("answers", workload.answers.has_value())}) {
    if (!given) loaded.document.Fail("workload", fmt::format("'{}' is missing in workload", key));
  }
}

constexpr double kLargestTable = 3e7;  // numbers; 240 MB

// What every policy may know.
PolicyContext LearnerContext(const BuiltExperiment& built, std::uint32_t train_episodes) {
  return {.actions = built.actions.size(),
          .requests = built.config.workload.requests,
          .classes = static_cast<std::uint32_t>(built.VisibleClasses()),
          .train_episodes = train_episodes,
          .budget_ends_episode = built.world.limits.budget.ends_episode,
          .constraints = ConstraintsOf(built.config)};
}

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
  if (config.policies[i].shield && !config.power_cap)
    loaded.document.Fail(at + ".shield",
                         "a shield bounds how often 'power_cap' is exceeded; there is none");
  const PolicyKind& kind = config.policies[i].kind;
  if (SortOf(config.policies[i]) == PolicySort::kLearner) {
    try {  // it needs no plan, so what it refuses can be said at its line
      std::visit(
          [&](const auto& learner) { learner.Make(LearnerContext(built, config.episodes.train)); },
          kind);
    } catch (const InputError& error) {
      loaded.document.Fail(at, error.what());
    }
  }
  if (std::holds_alternative<ExactDpConfig>(kind) ||
      std::holds_alternative<ConstrainedDpConfig>(kind) ||
      std::holds_alternative<StaticRouterConfig>(kind)) {
    if (const std::string why = WhyNoOptimum(built); !why.empty()) {
      loaded.document.Fail(at, fmt::format("{} has no plan here: {}; take it out of policies",
                                           config.policies[i].name, why));
    }
  }
  if (std::holds_alternative<ConstrainedDpConfig>(kind) && ConstraintsOf(config).empty()) {
    loaded.document.Fail(
        at,
        "constrained-dp needs a constraint: energy_budget.mode chance or expected, "
        "power_cap.max_share or latency.max_share; a hard budget alone is what "
        "exact-dp solves");
  }
}

// Fills policies of kind `table`.
void ReadPolicyTable(const LoadedExperiment& loaded, BuiltExperiment& built, std::size_t i) {
  auto* config = std::get_if<TableConfig>(&built.config.policies[i].kind);
  if (config == nullptr) return;
  const fs::path path = loaded.attached.contains(config->file) ? fs::path(config->file)
                                                               : loaded.directory / config->file;
  try {
    const PolicyTableFile file = ParsePolicyTable(ReadNamedFile(loaded, path), path.string());
    config->table = TableFor(file, built.ActionNames(), built.VisibleClassNames(), path.string());
  } catch (const InputError& error) {
    loaded.document.Fail(fmt::format("policies.{}.file", i), error.what());
  }
}

void ReadTables(const LoadedExperiment& loaded, BuiltExperiment& built) {
  const WorkloadConfig& workload = loaded.config.workload;
  const fs::path questions_path =
      FindNamedFile(loaded, "workload.questions", *workload.questions, "workloads/data", ".csv");
  const fs::path answers_path =
      FindNamedFile(loaded, "workload.answers", *workload.answers, "workloads/data", ".csv");
  const std::string questions_text = ReadNamedFile(loaded, questions_path),
                    answers_text = ReadNamedFile(loaded, answers_path);
  built.tables_hash = fmt::format("{:016x}", HashName(questions_text + '\0' + answers_text));
  built.questions = ReadQuestions(CsvTable(questions_text, questions_path.string()));
  auto table = std::make_unique<AnswerTable>(CsvTable(answers_text, answers_path.string()),
                                             built.questions, built.actions);
  built.answer_table = table.get();
  built.world.answers = built.Keep(std::move(table));
}

}  // namespace

std::vector<CostConstraint> ConstraintsOf(const ExperimentConfig& config) {
  std::vector<CostConstraint> constraints;
  const EnergyBudgetConfig& budget = config.energy_budget;
  if (budget.mode == "expected")
    constraints.push_back({.kind = CostKind::kEnergy, .limit = budget.beta.value_or(1)});
  if (budget.mode == "chance") {
    constraints.push_back({.kind = CostKind::kBrownOut, .limit = *budget.delta});
    if (budget.beta) constraints.push_back({.kind = CostKind::kEnergy, .limit = *budget.beta});
  }
  if (config.power_cap && config.power_cap->max_share) {
    constraints.push_back(
        {.kind = CostKind::kCapExceedance, .limit = *config.power_cap->max_share});
  }
  if (config.latency && config.latency->max_share)
    constraints.push_back({.kind = CostKind::kLateness, .limit = *config.latency->max_share});
  return constraints;
}

std::unique_ptr<BuiltExperiment> Build(const LoadedExperiment& loaded, const DeviceChange& change) {
  auto built = std::make_unique<BuiltExperiment>();
  const ExperimentConfig& config = built->config = loaded.config;

  CheckLimits(loaded);
  CheckWorkloadKeys(loaded);
  const ChosenDevice chosen = ReadDevice(loaded, change);
  built->attached = loaded.attached;
  built->device_facts = chosen.facts;
  built->device_scale = change.scale;
  built->profile_hash = chosen.hash;
  built->actions = chosen.actions;
  World& world = built->world;
  if (config.device.synthetic) {
    built->questions = SyntheticQuestions(config.workload);
    built->tables_hash = fmt::format(
        "{:016x}", HashName(fmt::format("{}", fmt::join(config.workload.classes, ","))));
    world.answers = built->Keep(std::make_unique<SyntheticAnswers>(ChosenLaws(loaded)));
  } else {
    ReadTables(loaded, *built);
  }
  MadeDevice made = Make(chosen, *built);
  world.device = built->Keep(std::move(made.device));
  if (change.scale != DeviceScale{}) {
    world.device = built->Keep(std::make_unique<ScaledDevice>(*world.device, change.scale));
    made.longest_s = [longest_s = made.longest_s, factor = change.scale.latency](
                         ActionId action, const Answer& answer) {
      return factor * longest_s(action, answer);
    };
  }
  built->workload = std::visit(
      [&](const auto& arrivals) { return std::make_unique<MtBench>(built->questions, arrivals); },
      config.workload.arrivals);

  world.workload = built->workload.get();
  world.class_observed = config.observe_category;
  world.limits.budget = {.limit = Joules(config.energy_budget.limit_j),
                         .brown_out_reward = config.energy_budget.brown_out_reward,
                         .ends_episode = config.energy_budget.mode != "expected"};
  world.limits.requests = config.workload.requests;
  if (config.workload.horizon_s) world.limits.horizon = FromSeconds(*config.workload.horizon_s);
  if (config.latency) world.limits.latency = FromSeconds(config.latency->limit_s);
  if (config.power_cap) {
    world.limits.cap = MakeCap(loaded, *config.power_cap, world.device->Info());
    world.exceedance_reward = config.power_cap->exceedance_reward;
  }

  CheckDurations(loaded, *built, made);
  AddActions(loaded, *built);
  for (std::size_t i = 0; i < config.policies.size(); ++i) {
    CheckPolicy(loaded, *built, i);
    ReadPolicyTable(loaded, *built, i);
  }
  return built;
}

std::unique_ptr<Policy> MakePolicy(const PolicyConfig& config, const BuiltExperiment& built,
                                   const Plans& plans, std::uint32_t trained_before) {
  PolicyContext context = LearnerContext(built, trained_before + built.config.episodes.train);
  if (SortOf(config) != PolicySort::kLearner) {
    context.model = plans.model;
    context.plan = plans.optimum;
    context.class_blind_plan = plans.class_blind;
    context.constrained_plan = plans.constrained;
    context.router = plans.router;
  }
  std::unique_ptr<Policy> policy =
      std::visit([&](const auto& kind) { return kind.Make(context); }, config.kind);
  if (config.shield) {
    policy = std::make_unique<Shield>(std::move(policy), *config.shield, *plans.model);
  }
  return policy;
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
  if (config.defer) return "requests can be deferred, and the planner does not see the queue";
  if (config.latency && config.latency->max_share &&
      !std::holds_alternative<ClosedLoopConfig>(config.workload.arrivals)) {
    return "with open arrivals lateness depends on waiting, and the planner does not see the queue";
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
