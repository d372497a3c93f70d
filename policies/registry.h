// Every policy there is: to add one, add its config struct here.
#pragma once

#include <variant>

#include "policies/baselines.h"
#include "policies/exact_dp.h"
#include "policies/lagrangian_learner.h"
#include "policies/q_learning.h"
#include "policies/saute_q.h"
#include "policies/tabular_kinds.h"

namespace edgesim {

using PolicyKind = std::variant<  //
    RandomConfig,                 //
    GreedyQualityConfig,          //
    GreedyEfficiencyConfig,       //
    PacingConfig,                 //
    QLearningConfig,              //
    DoubleQConfig,                //
    SarsaConfig,                  //
    ExpectedSarsaConfig,          //
    QLambdaConfig,                //
    DynaQConfig,                  //
    LagrangianQConfig,            //
    PidLagrangianConfig,          //
    SauteQConfig,                 //
    ExactDpConfig>;

}  // namespace edgesim
