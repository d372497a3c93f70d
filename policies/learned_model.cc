#include "policies/learned_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "policies/policy_state.h"
#include "sim/answer.h"

namespace edgesim {

namespace {

void AddTo(std::vector<double>& sum, const std::vector<double>& more) {
  for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += more[k];
}

double Sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

std::vector<double> RandomWeights(const std::vector<double>& counts, WordStream& words) {
  std::vector<double> weights(counts.size());
  for (std::size_t k = 0; k < counts.size(); ++k) {
    if (counts[k] > 0) weights[k] = StandardGamma(words, counts[k]);
  }
  return weights;
}

ActionOutlook MakeOutlook(const OutcomeCounts& seen, double step_j, bool wants_exceeded,
                          bool wants_late, WordStream* words) {
  ActionOutlook outlook;
  outlook.energy_pmf =
      words ? ProductLimit(RandomWeights(seen.ended, *words), RandomWeights(seen.cut, *words))
            : ProductLimit(seen.ended, seen.cut);
  while (outlook.energy_pmf.size() > 1 && outlook.energy_pmf.back() == 0)
    outlook.energy_pmf.pop_back();
  const double ends = Sum(seen.ended);
  const double mean = ends > 0 ? Sum(seen.reward) / ends : 1;
  double shift = 0;
  if (words && ends > 0) {
    const double variance = std::max(0.0, seen.reward_squares / ends - mean * mean);
    shift = std::sqrt(variance / ends) * StandardNormal(*words);
  }
  const std::size_t cells = outlook.energy_pmf.size();
  outlook.score_pmf.resize(cells);
  if (wants_exceeded) outlook.exceeded_pmf.resize(cells);
  if (wants_late) outlook.late_pmf.resize(cells);
  double square = 0;
  for (std::size_t k = 0; k < cells; ++k) {
    const double p = outlook.energy_pmf[k];
    const double n = seen.ended[k];
    outlook.score_pmf[k] = kMaxScore * p * ((n > 0 ? seen.reward[k] / n : mean) + shift);
    if (wants_exceeded && n > 0) outlook.exceeded_pmf[k] = p * seen.exceeded[k] / n;
    if (wants_late && n > 0) outlook.late_pmf[k] = p * seen.late[k] / n;
    const double energy_j = static_cast<double>(k) * step_j;
    outlook.mean_energy_j += p * energy_j;
    square += p * energy_j * energy_j;
    outlook.mean_score += outlook.score_pmf[k];
  }
  outlook.sd_energy_j =
      std::sqrt(std::max(0.0, square - outlook.mean_energy_j * outlook.mean_energy_j));
  outlook.exceedance = Sum(outlook.exceeded_pmf);
  return outlook;
}

}  // namespace

void OutcomeCounts::Add(const OutcomeCounts& other) {
  tries += other.tries;
  reward_squares += other.reward_squares;
  AddTo(ended, other.ended);
  AddTo(cut, other.cut);
  AddTo(reward, other.reward);
  AddTo(exceeded, other.exceeded);
  AddTo(late, other.late);
}

std::vector<double> ProductLimit(const std::vector<double>& ended, const std::vector<double>& cut) {
  const std::size_t cells = ended.size();
  std::vector<double> at_risk(cells), pmf(cells);
  double sum = 0;
  for (std::size_t k = cells; k-- > 0;) at_risk[k] = sum += ended[k] + cut[k];
  double survival = 1;
  std::size_t highest_cut = 0;
  for (std::size_t k = 0; k < cells; ++k) {
    if (ended[k] > 0) {
      pmf[k] = survival * ended[k] / at_risk[k];
      // Exactly nothing is left where all that was at risk has ended.
      survival = ended[k] < at_risk[k] ? survival - pmf[k] : 0;
    }
    if (cut[k] > 0) highest_cut = k;
  }
  pmf[std::min(highest_cut + 1, cells - 1)] += survival;
  return pmf;
}

LearnedModel::LearnedModel(const PolicyContext& context, std::uint32_t energy_steps)
    : actions_(context.actions),
      requests_(context.requests),
      energy_steps_(energy_steps),
      budget_ends_episode_(context.budget_ends_episode),
      constraints_(context.constraints),
      cells_(context.classes * context.actions, OutcomeCounts(energy_steps + 2)),
      class_count_(context.classes) {}

void LearnedModel::Add(const Transition& t) {
  budget_j_ = t.before.energy_budget.value();
  ++requests_seen_;
  ++class_count_[t.before.class_id];
  OutcomeCounts& seen = cells_[t.before.class_id * actions_ + t.action];
  ++seen.tries;
  const double at =
      std::clamp(t.energy.value() / budget_j_ * energy_steps_, 0.0, energy_steps_ + 1.0);
  const auto below = std::min<std::size_t>(static_cast<std::size_t>(at), energy_steps_);
  const double share = at - static_cast<double>(below);
  const auto split = [&](std::vector<double>& cells, double weight) {
    cells[below] += (1 - share) * weight;
    cells[below + 1] += share * weight;
  };
  if (t.browned_out) {
    ++brown_outs_;
    brown_out_reward_ += t.reward;
  }
  // What neither completed nor let the episode go on was cut: by the budget, a horizon or a cap.
  if (!t.completed && !t.after) {
    split(seen.cut, 1);
    return;
  }
  seen.reward_squares += t.reward * t.reward;
  split(seen.ended, 1);
  split(seen.reward, t.reward);
  if (t.completed && t.cap_exceeded) split(seen.exceeded, 1);
  if (t.completed && t.late) split(seen.late, 1);
}

void LearnedModel::Refuse(std::uint32_t class_id, ActionId action) {
  cells_[class_id * actions_ + action].refused = true;
}

ActionId LearnedModel::Untried(std::uint32_t class_id, double least) const {
  auto found = static_cast<ActionId>(actions_);
  for (ActionId a = 0; a < actions_; ++a) {
    if (!Cell(class_id, a).refused && Tries(class_id, a) < least) {
      found = a;
      least = Tries(class_id, a);
    }
  }
  return found;
}

OutcomeCounts LearnedModel::Known(std::uint32_t class_id, ActionId action) const {
  OutcomeCounts known = Cell(class_id, action);
  if (known.tries > 0) return known;
  if (known.refused) {
    known.ended.back() = 1;
    return known;
  }
  for (std::uint32_t c = 0; c < class_count_.size(); ++c) known.Add(Cell(c, action));
  if (known.tries == 0) {
    known.tries = known.ended[0] = known.reward[0] = known.reward_squares = 1;
  }
  return known;
}

DecisionModel LearnedModel::Make(WordStream* words) const {
  DecisionModel model{
      .energy_step = Joules(budget_j_ / energy_steps_),
      .class_probability = words ? RandomWeights(class_count_, *words) : class_count_,
      .outlook = {},
      .requests = requests_,
      .energy_budget = Joules(budget_j_),
      .brown_out_reward = brown_outs_ > 0 ? brown_out_reward_ / brown_outs_ : 0,
      .budget_ends_episode = budget_ends_episode_,
      .constraints = constraints_,
      .model_switch = {}};
  const double sum = Sum(model.class_probability);
  for (double& p : model.class_probability) p /= sum;
  bool exceeded = false, late = false;
  for (const CostConstraint& constraint : constraints_) {
    exceeded = exceeded || constraint.kind == CostKind::kCapExceedance;
    late = late || constraint.kind == CostKind::kLateness;
  }
  model.outlook.resize(class_count_.size());
  for (std::uint32_t c = 0; c < class_count_.size(); ++c) {
    for (ActionId a = 0; a < actions_; ++a) {
      model.outlook[c].push_back(
          MakeOutlook(Known(c, a), model.energy_step.value(), exceeded, late, words));
    }
  }
  return model;
}

DecisionModel LearnedModel::Estimate() const { return Make(nullptr); }

DecisionModel LearnedModel::Draw(WordStream& words) const { return Make(&words); }

void LearnedModel::Save(PolicyState& state) const {
  state["model.totals"] = {requests_seen_, budget_j_, brown_outs_, brown_out_reward_};
  state["model.classes"] = class_count_;
  std::vector<double>& totals = state["model.tries"];
  std::vector<double>& cells = state["model.cells"];
  for (const OutcomeCounts& seen : cells_) {
    totals.insert(totals.end(), {seen.refused ? 1.0 : 0.0, seen.tries, seen.reward_squares});
    for (const auto* values : {&seen.ended, &seen.cut, &seen.reward, &seen.exceeded, &seen.late})
      cells.insert(cells.end(), values->begin(), values->end());
  }
}

void LearnedModel::Load(const PolicyState& state) {
  const auto& totals = StatePart(state, "model.totals", 4);
  const auto& classes = StatePart(state, "model.classes", class_count_.size());
  const auto& tries = StatePart(state, "model.tries", 3 * cells_.size());
  const std::size_t length = energy_steps_ + 2;
  const auto& cells = StatePart(state, "model.cells", cells_.size() * 5 * length);
  requests_seen_ = totals[0];
  budget_j_ = totals[1];
  brown_outs_ = totals[2];
  brown_out_reward_ = totals[3];
  class_count_ = classes;
  auto at = cells.begin();
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    OutcomeCounts& seen = cells_[i];
    seen.refused = tries[3 * i] > 0;
    seen.tries = tries[3 * i + 1];
    seen.reward_squares = tries[3 * i + 2];
    for (auto* values : {&seen.ended, &seen.cut, &seen.reward, &seen.exceeded, &seen.late}) {
      const auto end = at + static_cast<std::ptrdiff_t>(length);
      values->assign(at, end);
      at = end;
    }
  }
}

}  // namespace edgesim
