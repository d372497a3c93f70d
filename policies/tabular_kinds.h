// The learners on tables that differ in their update rule alone, as experiment files name them.
#pragma once

#include "policies/tabular_learner.h"

namespace edgesim {

struct DoubleQConfig : TabularConfig {
  static constexpr const char* kKind = "double-q";
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
};

struct SarsaConfig : TabularConfig {
  static constexpr const char* kKind = "sarsa";
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
};

struct ExpectedSarsaConfig : TabularConfig {
  static constexpr const char* kKind = "expected-sarsa";
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
};

struct QLambdaConfig : TabularConfig {
  static constexpr const char* kKind = "q-lambda";
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
  double trace_decay = 0.9;  // lambda
  template <class V>
  void Visit(V& v) {
    TabularConfig::Visit(v);
    v.Field("trace_decay", trace_decay, 0, 1);
  }
};

struct DynaQConfig : TabularConfig {
  static constexpr const char* kKind = "dyna-q";
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
  std::uint32_t planning_steps = 10;  // after each step
  template <class V>
  void Visit(V& v) {
    TabularConfig::Visit(v);
    v.Field("planning_steps", planning_steps, 0, 10000);
  }
};

}  // namespace edgesim
