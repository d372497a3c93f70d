// Every policy there is: to add one, add its config struct here.
#pragma once

#include <variant>

#include "policies/baselines.h"
#include "policies/bwk.h"
#include "policies/certainty_equivalent.h"
#include "policies/constrained_dp.h"
#include "policies/exact_dp.h"
#include "policies/fluid.h"
#include "policies/lagrangian_learner.h"
#include "policies/linucb.h"
#include "policies/myopic_threshold.h"
#include "policies/online_knapsack.h"
#include "policies/optimistic_primal_dual.h"
#include "policies/posterior_sampling.h"
#include "policies/q_learning.h"
#include "policies/risk_pacing.h"
#include "policies/saute_q.h"
#include "policies/static_router.h"
#include "policies/table_policy.h"
#include "policies/tabular_kinds.h"

namespace edgesim {

using PolicyKind = std::variant<  //
    RandomConfig,                 //
    GreedyQualityConfig,          //
    GreedyEfficiencyConfig,       //
    PacingConfig,                 //
    RiskPacingConfig,             //
    FluidConfig,                  //
    MyopicThresholdConfig,        //
    OnlineKnapsackConfig,         //
    QLearningConfig,              //
    ConstrainedDpConfig,          //
    DoubleQConfig,                //
    DynaQConfig,                  //
    ExactDpConfig,                //
    ExpectedSarsaConfig,          //
    LagrangianQConfig,            //
    PidLagrangianConfig,          //
    QLambdaConfig,                //
    SarsaConfig,                  //
    SauteQConfig,                 //
    CertaintyEquivalentConfig,    //
    PosteriorSamplingConfig,      //
    OptimisticPrimalDualConfig,   //
    LinUcbConfig,                 //
    BwkConfig,                    //
    StaticRouterConfig,           //
    TableConfig>;

}  // namespace edgesim
