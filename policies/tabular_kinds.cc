#include "policies/tabular_kinds.h"

#include "policies/double_q_rule.h"
#include "policies/dyna_q_rule.h"
#include "policies/expected_sarsa_rule.h"
#include "policies/q_lambda_rule.h"
#include "policies/sarsa_rule.h"

namespace edgesim {

std::unique_ptr<Policy> DoubleQConfig::Make(const PolicyContext& context) const {
  return MakeTabularLearner<DoubleQRule>(*this, context);
}

std::unique_ptr<Policy> SarsaConfig::Make(const PolicyContext& context) const {
  return MakeTabularLearner<SarsaRule>(*this, context);
}

std::unique_ptr<Policy> ExpectedSarsaConfig::Make(const PolicyContext& context) const {
  return MakeTabularLearner<ExpectedSarsaRule>(*this, context);
}

std::unique_ptr<Policy> QLambdaConfig::Make(const PolicyContext& context) const {
  return MakeTabularLearner<QLambdaRule>(*this, context, trace_decay);
}

std::unique_ptr<Policy> DynaQConfig::Make(const PolicyContext& context) const {
  return MakeTabularLearner<DynaQRule>(*this, context, planning_steps);
}

}  // namespace edgesim
