// Policies that do not learn: the yardsticks every learner is reported beside.
#pragma once

#include <memory>

#include "policies/context.h"

namespace edgesim {

// The same action for every request.
class Always final : public Policy {
 public:
  explicit Always(ActionId action) : action_(action) {}
  ActionId Act(const Observation&, const Noise&) override { return action_; }

 private:
  ActionId action_;
};

struct RandomConfig {
  static constexpr const char* kKind = "random";
  static constexpr PolicySort kSort = PolicySort::kRule;
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
  template <class V>
  void Visit(V&) {}
};

class Random final : public Policy {
 public:
  explicit Random(std::size_t actions) : actions_(static_cast<std::uint32_t>(actions)) {}
  ActionId Act(const Observation&, const Noise& noise) override {
    WordStream words = noise.Words(Stream::kExplore);
    return UniformIndex(words, actions_);
  }

 private:
  std::uint32_t actions_;
};

// The best mean score among the actions whose energy, margin_sd standard deviations above its mean,
// fits into what is left of the budget; where none fits, the one for which that energy is least.
struct GreedyQualityConfig {
  static constexpr const char* kKind = "greedy-quality";
  static constexpr PolicySort kSort = PolicySort::kRule;
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
  double margin_sd = 1;
  template <class V>
  void Visit(V& v) {
    v.Field("margin_sd", margin_sd, 0, 10);
  }
};

class GreedyQuality final : public Policy {
 public:
  GreedyQuality(const GreedyQualityConfig& config, const DecisionModel& model)
      : margin_sd_(config.margin_sd), model_(model) {}
  ActionId Act(const Observation& seen, const Noise& noise) override;

 private:
  double margin_sd_;
  const DecisionModel& model_;
};

// The most score per joule, whatever is left.
struct GreedyEfficiencyConfig {
  static constexpr const char* kKind = "greedy-efficiency";
  static constexpr PolicySort kSort = PolicySort::kRule;
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
  template <class V>
  void Visit(V&) {}
};

class GreedyEfficiency final : public Policy {
 public:
  explicit GreedyEfficiency(const DecisionModel& model) : model_(model) {}
  ActionId Act(const Observation& seen, const Noise& noise) override;

 private:
  const DecisionModel& model_;
};

// The best mean score among the actions whose mean energy is within an even share of what is left.
struct PacingConfig {
  static constexpr const char* kKind = "pacing";
  static constexpr PolicySort kSort = PolicySort::kRule;
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
  template <class V>
  void Visit(V&) {}
};

class Pacing final : public Policy {
 public:
  explicit Pacing(const DecisionModel& model) : model_(model) {}
  ActionId Act(const Observation& seen, const Noise& noise) override;

 private:
  const DecisionModel& model_;
};

}  // namespace edgesim
