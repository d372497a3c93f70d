#include "policies/static_router.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "policies/backward_induction.h"

namespace edgesim {

namespace {

// The action of each class, or any.
constexpr ActionId kFree = 0xFFFFFFFF;
using PartialMap = std::vector<ActionId>;

class RouterSearch {
 public:
  explicit RouterSearch(const DecisionModel& model)
      : dynamics_(DynamicsOf(model)), reward_(RewardOf(model)) {}

  // What the best policy earns that keeps to the map where it is given.
  double Value(const PartialMap& map) {
    ++inductions_;
    const bool mergeable = dynamics_.models() == 1;
    EpisodeDynamics d = dynamics_;
    d.pmf.clear();
    d.model_of.clear();
    d.class_probability.clear();
    EpisodePayoff reward{
        .of_request = {}, .of_cut_switch = reward_.of_cut_switch, .per_step = reward_.per_step};
    // Classes whose actions are given act as one, whose law is their mixture.
    std::vector<double> law, earned(dynamics_.points());
    double given = 0;
    for (std::size_t c = 0; c < map.size(); ++c) {
      const double p = dynamics_.class_probability[c];
      if (map[c] == kFree) {
        d.pmf.push_back(dynamics_.pmf[c]);
        d.model_of.push_back(dynamics_.model_of[c]);
        d.class_probability.push_back(p);
        reward.of_request.push_back(reward_.of_request[c]);
      } else if (mergeable) {
        given += p;
        AddScaled(law, dynamics_.pmf[c][map[c]], p);
        AddScaled(earned, reward_.of_request[c][map[c]], p);
      } else {
        d.pmf.push_back({dynamics_.pmf[c][map[c]]});
        d.model_of.push_back({dynamics_.model_of[c][map[c]]});
        d.class_probability.push_back(p);
        reward.of_request.push_back({reward_.of_request[c][map[c]]});
      }
    }
    if (given > 0) {
      for (double& p : law) p /= given;
      for (double& r : earned) r /= given;
      d.pmf.push_back({std::move(law)});
      d.model_of.push_back({0});
      d.class_probability.push_back(given);
      reward.of_request.push_back({std::move(earned)});
    }
    return Induct(d, reward);
  }

  RouterChoice Best() {
    order_.resize(dynamics_.classes());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      return dynamics_.class_probability[a] > dynamics_.class_probability[b];
    });
    Climb();
    PartialMap map(dynamics_.classes(), kFree);
    Branch(map, 0);
    best_.inductions = inductions_;
    return best_;
  }

 private:
  static void AddScaled(std::vector<double>& sum, const std::vector<double>& term, double weight) {
    sum.resize(std::max(sum.size(), term.size()));
    for (std::size_t k = 0; k < term.size(); ++k) sum[k] += weight * term[k];
  }

  void Offer(const PartialMap& map, double value) {
    if (value <= best_.value) return;
    best_.action_of_class = map;
    best_.value = value;
  }

  // A good map to begin with: the best constant, improved class by class.
  void Climb() {
    best_.value = -INFINITY;
    for (ActionId a = 0; a < dynamics_.pmf[0].size(); ++a) {
      const PartialMap constant(dynamics_.classes(), a);
      Offer(constant, Value(constant));
    }
    for (double before = -INFINITY; best_.value > before;) {
      before = best_.value;
      for (const std::size_t c : order_) {
        PartialMap map = best_.action_of_class;
        for (ActionId a = 0; a < dynamics_.pmf[c].size(); ++a) {
          if (a == best_.action_of_class[c]) continue;
          map[c] = a;
          Offer(map, Value(map));
        }
      }
    }
  }

  // The classes order_[0 .. depth - 1] have their actions.
  void Branch(PartialMap& map, std::size_t depth) {
    const std::size_t c = order_[depth];
    std::vector<std::pair<double, ActionId>> bounds;
    for (ActionId a = 0; a < dynamics_.pmf[c].size(); ++a) {
      map[c] = a;
      bounds.emplace_back(-Value(map), a);
    }
    std::sort(bounds.begin(), bounds.end());
    for (const auto& [bound, a] : bounds) {
      constexpr double kRounding = 1e-12;  // of a value: maps that are equal are not searched
      if (-bound <= best_.value + kRounding * std::abs(best_.value)) break;
      map[c] = a;
      if (depth + 1 == order_.size()) {
        Offer(map, -bound);
      } else {
        Branch(map, depth + 1);
      }
    }
    map[c] = kFree;
  }

  EpisodeDynamics dynamics_;
  EpisodePayoff reward_;
  std::vector<std::size_t> order_;  // of classes, those that come most often first
  RouterChoice best_;
  std::uint64_t inductions_ = 0;
};

}  // namespace

double RouterValue(const DecisionModel& model, const std::vector<ActionId>& action_of_class) {
  return RouterSearch(model).Value(action_of_class);
}

RouterChoice BestRouter(const DecisionModel& model) { return RouterSearch(model).Best(); }

std::unique_ptr<Policy> StaticRouterConfig::Make(const PolicyContext& context) const {
  return std::make_unique<StaticRouter>(BestRouter(*context.model).action_of_class);
}

}  // namespace edgesim
