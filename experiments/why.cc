#include "experiments/why.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "experiments/files.h"
#include "experiments/replica_run.h"
#include "experiments/summary.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

struct Decision {
  Observation seen;
  ActionId action = 0;
  std::optional<ActionId> wanted;   // of a shield's inside, where it was masked
  std::optional<ActionId> optimal;  // of the optimum in this state
};

// Notes each decision, and asks the optimum, if there is one, for its own in the same state.
class Noted final : public Policy {
 public:
  Noted(Policy& inside, Policy* optimum, const Noise& optimum_noise)
      : inside_(inside),
        shield_(dynamic_cast<const Shield*>(&inside)),
        optimum_(optimum),
        optimum_noise_(optimum_noise) {}

  void BeginEpisode(std::uint32_t episode, Phase phase) override {
    inside_.BeginEpisode(episode, phase);
    if (optimum_ != nullptr) optimum_->BeginEpisode(episode, phase);
  }
  ActionId Act(const Observation& seen, const Noise& noise) override {
    Decision& made = decisions_.emplace_back();
    made.seen = seen;
    made.action = inside_.Act(seen, noise);
    if (shield_ != nullptr && shield_->Wanted() != made.action) made.wanted = shield_->Wanted();
    if (optimum_ != nullptr) made.optimal = optimum_->Act(seen, optimum_noise_.Of(noise.entity));
    return made.action;
  }
  const std::vector<Decision>& decisions() const { return decisions_; }

 private:
  Policy& inside_;
  const Shield* shield_;
  Policy* optimum_;
  Noise optimum_noise_;
  std::vector<Decision> decisions_;
};

std::string ActionName(const BuiltExperiment& built, ActionId action) {
  if (action < built.actions.size()) return built.actions[action].name;
  return action == kDefer ? "defer" : "reject";
}

// What the optimum's plan says the choice costs; the constrained plan has no value of an action.
std::optional<double> LossOf(const Lineup& lineup, const Decision& made) {
  if (lineup.plans.constrained || !lineup.plans.optimum || !made.seen.requests_left) return {};
  if (made.action >= lineup.model.actions()) return {};
  const ExactPlan& plan = *lineup.plans.optimum;
  const auto value = [&](ActionId action) {
    return plan.ActionValue(made.seen.energy_left, *made.seen.requests_left, made.seen.class_id,
                            action);
  };
  return value(plan.Best(made.seen.energy_left, *made.seen.requests_left, made.seen.class_id)) -
         value(made.action);
}

// `rows` of the episode; a decision to defer has none.
WhyStep StepOf(const RunFolder& run, const Contestant& contestant, const Decision& made,
               const std::vector<RequestRow>& rows) {
  const BuiltExperiment& built = run.built();
  const Lineup& lineup = run.lineup();
  const Observation& seen = made.seen;
  WhyStep step{.request = seen.request_index,
               .class_name = "-",
               .energy_left_j = seen.energy_left.value(),
               .requests_left = seen.requests_left.value_or(0),
               .action = ActionName(built, made.action),
               .masked = {},
               .optimal = made.optimal ? ActionName(built, *made.optimal) : "",
               .loss = LossOf(lineup, made)};
  if (made.wanted) {
    const ActionOutlook& outlook = lineup.model.outlook[seen.class_id][*made.wanted];
    step.masked = {.wanted = ActionName(built, *made.wanted),
                   .exceedance = outlook.exceedance,
                   .upper95 = outlook.exceedance_upper95,
                   .epsilon = contestant.config->shield->epsilon};
  }
  const auto of_request = [&](const RequestRow& row) {
    return row.request.index == seen.request_index;
  };
  const auto row = std::find_if(rows.begin(), rows.end(), of_request);
  if (row == rows.end()) return step;  // deferred, and still waiting at the end
  step.class_name = built.questions.classes[row->request.class_id];
  if (row->request.deferrals != seen.deferrals || row->rejected) return step;
  step.dispatched = true;
  step.completed = row->completed;
  step.energy_j = row->energy.value();
  step.reward = row->reward;
  step.latency_s = InSeconds(row->ended - row->request.arrival);
  step.cap_exceeded = row->cap_exceeded;
  return step;
}

// Throws where the file has another row for this episode, or none.
void CheckAgainstFile(const RunFolder& run, const std::string& line) {
  const std::filesystem::path path = run.path() / "evaluation.csv";
  std::string key = line;
  for (std::size_t i = 0, comma = 0; i < 3; ++i, ++comma) {
    comma = line.find(',', comma);
    key = line.substr(0, comma + 1);
  }
  std::istringstream text(ReadTextFile(path));
  std::uint64_t number = 0;
  for (std::string row; std::getline(text, row);) {
    ++number;
    if (!row.starts_with(key)) continue;
    if (row == line) return;
    throw InputError(fmt::format(
        "{}:{}: says '{}', but the replay gives '{}': the run folder was changed, or made by "
        "another edgesim or from other files",
        path.string(), number, row, line));
  }
  throw InputError(fmt::format("{}: has no row that begins with '{}'", path.string(), key));
}

}  // namespace

WhyEpisode ReplayEpisode(const RunFolder& run, const std::string& policy, std::uint32_t replica,
                         std::uint32_t episode) {
  const BuiltExperiment& built = run.built();
  const Lineup& lineup = run.lineup();
  const Contestant& contestant = run.Find(policy);
  if (episode >= built.config.episodes.eval) {
    throw InputError(fmt::format("{}: the run has no evaluation episode {}, allowed: 0 to {}",
                                 run.path().string(), episode, built.config.episodes.eval - 1));
  }
  const std::unique_ptr<Policy> inside = run.Restore(contestant, replica);
  const Noise noise = EpisodeNoise(built, replica, episode, Phase::kEval);
  WhyEpisode why{.policy = policy, .replica = replica, .episode = episode, .steps = {}, .row = {}};
  why.no_optimum_because = lineup.no_optimum_because;
  const Contestant* optimum = lineup.plans.optimum ? lineup.Find(lineup.optimum) : nullptr;
  std::unique_ptr<Policy> beside;
  if (optimum != nullptr) {
    why.optimum = optimum->name;
    beside = optimum->make(0);
    why.optimum_row = RowOf(RunEpisode(built.world, *beside, optimum->name, noise), built.config);
  }
  Noted noted(*inside, beside.get(), DecisionNoise(noise, why.optimum));
  const EpisodeRecord record = RunEpisode(built.world, noted, policy, noise);
  why.row = RowOf(record, built.config);
  CheckAgainstFile(run, EvaluationLine(built, policy, replica, episode, why.row));
  for (const Decision& made : noted.decisions()) {
    why.steps.push_back(StepOf(run, contestant, made, record.rows));
  }
  return why;
}

}  // namespace edgesim
