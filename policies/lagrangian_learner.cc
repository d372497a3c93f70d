#include "policies/lagrangian_learner.h"

#include <algorithm>
#include <cmath>

#include "policies/tabular_learner.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

// Controllers see costs in units of their limit, so that one set of gains serves brown-outs of one
// episode in a hundred and nine tenths of an energy budget; of this at least.
constexpr double kLeastUnit = 0.001;

}  // namespace

template <class Controller>
LagrangianLearner<Controller>::LagrangianLearner(const LagrangianConfig& config,
                                                 const PolicyContext& context,
                                                 const Controller& controller, const char* kind)
    : config_(config),
      constraints_(context.constraints),
      requests_(context.requests),
      train_episodes_(context.train_episodes),
      cells_(DiscretizerOf(config.features, config.energy_bins, context.requests, context.classes)),
      actions_(static_cast<std::uint32_t>(context.actions)),
      critics_(cells_, context.actions, context.constraints.size(), config.planning_steps),
      controllers_(context.constraints.size(), controller),
      multipliers_(context.constraints.size()),
      episode_cost_(context.constraints.size()),
      batch_cost_(context.constraints.size()),
      mean_sum_(context.constraints.size()) {
  if (constraints_.empty()) {
    throw InputError(std::string(kind) +
                     " needs a constraint: a hard budget alone is an ordinary Markov decision "
                     "process; use q-lambda or dyna-q, or energy_budget.mode chance or expected");
  }
}

template <class Controller>
void LagrangianLearner<Controller>::BeginEpisode(std::uint32_t episode, Phase phase) {
  training_ = phase == Phase::kTrain;
  if (!training_) {
    multipliers_ = Multipliers();
    return;
  }
  episode_ = episode;
  epsilon_ = EpsilonOf(episode, config_.epsilon_share, train_episodes_);
  greedy_ = std::floor((episode + 1.0) * config_.greedy_share) >
            std::floor(episode * config_.greedy_share);
  for (std::size_t i = 0; i < controllers_.size(); ++i) multipliers_[i] = controllers_[i].lambda();
  episode_cost_.assign(episode_cost_.size(), 0.0);
}

template <class Controller>
ActionId LagrangianLearner<Controller>::Act(const Observation& seen, const Noise& noise) {
  decision_ = noise;
  if (training_ && !greedy_) {
    WordStream explore = noise.Words(Stream::kExplore);
    if (Uniform01(explore) < epsilon_) return UniformIndex(explore, actions_);
  }
  return critics_.Choice(cells_.State(seen), multipliers_);
}

template <class Controller>
void LagrangianLearner<Controller>::Learn(const Transition& t) {
  std::vector<double> signals = {t.reward};
  for (std::size_t i = 0; i < constraints_.size(); ++i) {
    signals.push_back(CostOf(constraints_[i].kind, t, requests_));
    episode_cost_[i] += signals.back();
  }
  WordStream words = decision_.Words(Stream::kResample);
  std::optional<std::uint32_t> next;
  if (t.after) next = cells_.State(*t.after);
  critics_.Learn(cells_.State(t.before), t.action, signals, next, multipliers_, words);
  const bool settled = episode_ >= config_.warm_up_share * train_episodes_;
  if (!next && greedy_ && settled) EndGreedyEpisode();
}

template <class Controller>
void LagrangianLearner<Controller>::EndGreedyEpisode() {
  for (std::size_t i = 0; i < batch_cost_.size(); ++i) batch_cost_[i] += episode_cost_[i];
  if (++batch_size_ < config_.batch_episodes) return;
  const bool late = 2.0 * episode_ >= train_episodes_;
  for (std::size_t i = 0; i < controllers_.size(); ++i) {
    const double limit = constraints_[i].limit, unit = std::max(limit, kLeastUnit);
    controllers_[i].Update(batch_cost_[i] / batch_size_ / unit, limit / unit);
    batch_cost_[i] = 0;
    if (late) mean_sum_[i] += controllers_[i].lambda();
  }
  batch_size_ = 0;
  averaged_ += late ? 1 : 0;
}

template <class Controller>
std::vector<double> LagrangianLearner<Controller>::Multipliers() const {
  std::vector<double> means;
  for (std::size_t i = 0; i < controllers_.size(); ++i)
    means.push_back(averaged_ > 0 ? mean_sum_[i] / averaged_ : controllers_[i].lambda());
  return means;
}

template <class Controller>
PolicyState LagrangianLearner<Controller>::Save() const {
  PolicyState state;
  critics_.Save(state);
  state["batch"] = {batch_size_, averaged_};
  state["batch_cost"] = batch_cost_;
  state["multiplier_sums"] = mean_sum_;
  for (const Controller& controller : controllers_) {
    const auto memory = controller.Memory();
    state["controllers"].insert(state["controllers"].end(), memory.begin(), memory.end());
  }
  return state;
}

template <class Controller>
void LagrangianLearner<Controller>::Load(const PolicyState& state) {
  critics_.Load(state);
  const std::vector<double>& batch = StatePart(state, "batch", 2);
  batch_size_ = batch[0];
  averaged_ = batch[1];
  batch_cost_ = StatePart(state, "batch_cost", batch_cost_.size());
  mean_sum_ = StatePart(state, "multiplier_sums", mean_sum_.size());
  const std::vector<double>& memories =
      StatePart(state, "controllers", controllers_.size() * Controller::kMemory);
  for (std::size_t i = 0; i < controllers_.size(); ++i) {
    std::array<double, Controller::kMemory> memory;
    std::copy_n(memories.begin() + static_cast<std::ptrdiff_t>(i * memory.size()), memory.size(),
                memory.begin());
    controllers_[i].SetMemory(memory);
  }
}

template class LagrangianLearner<DualAscent>;
template class LagrangianLearner<PidController>;

std::unique_ptr<Policy> LagrangianQConfig::Make(const PolicyContext& context) const {
  return std::make_unique<LagrangianLearner<DualAscent>>(
      *this, context, DualAscent(steps, lambda_start, lambda_max), kKind);
}

std::unique_ptr<Policy> PidLagrangianConfig::Make(const PolicyContext& context) const {
  return std::make_unique<LagrangianLearner<PidController>>(
      *this, context, PidController(gains, lambda_start, lambda_max), kKind);
}

}  // namespace edgesim
