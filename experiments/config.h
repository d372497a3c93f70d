// An experiment as its YAML file says it. Each struct has one Visit: it reads YAML, checks ranges
// and writes the resolved config. Keys carry their units.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "policies/registry.h"
#include "policies/shield.h"
#include "sim/action_law.h"
#include "workloads/mt_bench.h"

namespace edgesim {

struct EpisodesConfig {
  std::uint32_t train = 300;  // per replica, of learners
  std::uint32_t eval = 1000;  // per replica, of frozen policies
  template <class V>
  void Visit(V& v) {
    v.Field("train", train, 1, 10'000'000);
    v.Field("eval", eval, 1, 10'000'000);
  }
};

// Actions that follow stated laws.
struct SyntheticConfig {
  std::optional<double> energy_step_j;  // energies are multiples of it; null: lognormal
  std::vector<ActionLaw> actions;
  template <class V>
  void Visit(V& v) {
    v.Field("energy_step_j", energy_step_j, 1e-9, 1e9);
    v.List("actions", actions);
  }
};

// A measured device, a calibrated host, whose power is given, or a synthetic one.
struct DeviceConfig {
  std::optional<std::string> profile;        // name in devices/profiles, or a path to a .json file
  std::optional<std::string> host_profile;   // path to a file of `edgesim calibrate`
  std::optional<std::uint32_t> threads;      // of the host; default: the most it was measured with
  std::optional<double> power_w;             // of the host while a request runs, or
  std::optional<std::string> power_profile;  // a measured device with that of the same actions
  std::optional<double> idle_w;              // with power_w
  std::optional<SyntheticConfig> synthetic;
  std::string idle = "off";  // `assumed`: the assumed idle power counts between requests
  template <class V>
  void Visit(V& v) {
    v.Text("profile", profile);
    v.Text("host_profile", host_profile);
    v.Field("threads", threads, 1, 4096);
    v.Field("power_w", power_w, 1e-3, 1e6);
    v.Text("power_profile", power_profile);
    v.Field("idle_w", idle_w, 0.0, 1e6);
    v.Section("synthetic", synthetic);
    v.OneOf("idle", idle, {"off", "assumed"});
  }
};

using ArrivalsConfig = std::variant<ClosedLoopConfig, PoissonConfig>;

struct WorkloadConfig {
  std::optional<std::string> questions;  // name in workloads/data, or a path to a .csv file
  std::optional<std::string> answers;    // likewise
  // Of a synthetic device instead: requests are drawn uniformly from this list, in which a class
  // may stand more than once. Empty: one class.
  std::vector<std::string> classes;
  std::uint32_t requests = 0;       // of an episode
  std::optional<double> horizon_s;  // ends the episode too
  ArrivalsConfig arrivals;
  template <class V>
  void Visit(V& v) {
    v.Text("questions", questions);
    v.Text("answers", answers);
    v.Words("classes", classes);
    v.Required("requests", requests, 1, 100'000);
    v.Field("horizon_s", horizon_s, 1e-3, 1e9);
    v.Kind("arrivals", arrivals);
  }
};

// hard: its end ends the episode. chance: likewise, and P(brown-out) <= delta is a constraint.
// expected: the episode runs on, and E[energy] <= beta x limit_j is the constraint.
struct EnergyBudgetConfig {
  double limit_j = 0;
  std::string mode = "hard";
  std::optional<double> beta;   // expected: default 1; chance: a second constraint
  std::optional<double> delta;  // chance
  double brown_out_reward = 0;  // earned by the request the budget's end cuts off
  template <class V>
  void Visit(V& v) {
    v.Required("limit_j", limit_j, 1e-3, 1e12);
    v.OneOf("mode", mode, {"hard", "expected", "chance"});
    v.Field("beta", beta, 1e-6, 1.0);
    v.Field("delta", delta, 1e-9, 1.0);
    v.Field("brown_out_reward", brown_out_reward, -1000, 1);
  }
};

struct PowerCapConfig {
  double limit_w = 0;
  std::optional<double> window_s;  // default: one emission interval of the device
  std::string mode = "observe";
  std::vector<std::string> scope;   // rails; empty: all
  double exceedance_reward = 0;     // added to a completed request that exceeded it
  std::optional<double> max_share;  // constraint: completed requests over the cap / all requests
  template <class V>
  void Visit(V& v) {
    v.Required("limit_w", limit_w, 1e-3, 1e9);
    v.Field("window_s", window_s, 1e-6, 1e6);
    v.OneOf("mode", mode, {"observe", "terminate"});
    v.Names("scope", scope);
    v.Field("exceedance_reward", exceedance_reward, -1000, 0);
    v.Field("max_share", max_share, 0.0, 1.0);
  }
};

struct LatencyConfig {
  double limit_s = 0;               // from arrival to completion; what takes longer is late
  std::optional<double> max_share;  // constraint: late requests / all requests
  template <class V>
  void Visit(V& v) {
    v.Required("limit_s", limit_s, 1e-6, 1e9);
    v.Field("max_share", max_share, 0.0, 1.0);
  }
};

// The small action first; where a verifier rejects its answer, the large one too.
struct CascadeConfig {
  std::string name;
  std::string small, large;   // actions of the device or remotes
  double accept_success = 1;  // the verifier's stated law: P(accepted) of an answer that succeeds
  double accept_failure = 0;  // and of one that does not
  double verify_s = 0, verify_w = 0;
  template <class V>
  void Visit(V& v) {
    v.Identifier("name", name);
    v.Required("small", small);
    v.Required("large", large);
    v.Field("accept_success", accept_success, 0, 1);
    v.Field("accept_failure", accept_failure, 0, 1);
    v.Field("verify_s", verify_s, 0, 1e6);
    v.Field("verify_w", verify_w, 0, 1e6);
  }
};

struct OptimumConfig {
  std::uint32_t energy_steps = 400;  // the budget over this is the planner's energy step
  std::uint32_t draws = 20'000;      // per class and action, for the decision model
  template <class V>
  void Visit(V& v) {
    v.Field("energy_steps", energy_steps, 10, 100'000);
    v.Field("draws", draws, 100, 100'000'000);
  }
};

struct PolicyConfig {
  std::string
      name;  // default: the kind; `exact-dp` is the optimum, `always-...` the constant actions
  PolicyKind kind;
  std::optional<ShieldConfig> shield;  // around it
};

struct ExperimentConfig {
  std::string name;
  std::uint64_t seed = 1;
  std::uint32_t replicas = 20;
  EpisodesConfig episodes;
  DeviceConfig device;
  std::vector<std::string> actions;  // of the profile; empty: all
  std::vector<ActionLaw> remotes;    // actions that run elsewhere: what they take and earn here
  std::vector<CascadeConfig> cascades;
  bool reject = false, defer = false;   // actions too
  std::optional<double> success_score;  // an answer with at least this score is a success
  WorkloadConfig workload;
  bool observe_category = true;  // false: no policy sees the class of a request
  EnergyBudgetConfig energy_budget;
  std::optional<PowerCapConfig> power_cap;
  std::optional<LatencyConfig> latency;
  std::string power_detail = "ticks";
  OptimumConfig optimum;
  bool explain_curve =
      false;  // two more sentences per learner: what its training curve shows and what not
  std::vector<PolicyConfig> policies;

  template <class V>
  void Visit(V& v) {
    v.Identifier("name", name);
    v.Field("seed", seed, 0, UINT64_MAX);
    v.Field("replicas", replicas, 1, 1'000'000);
    v.Section("episodes", episodes);
    v.Section("device", device);
    v.Names("actions", actions);
    v.Entries("remotes", remotes);
    v.Entries("cascades", cascades);
    v.Field("reject", reject);
    v.Field("defer", defer);
    v.Field("success_score", success_score, 0.0, 10.0);
    v.Section("workload", workload);
    v.Field("observe_category", observe_category);
    v.Section("energy_budget", energy_budget);
    v.Section("power_cap", power_cap);
    v.Section("latency", latency);
    v.OneOf("power_detail", power_detail, {"ticks"});
    v.Section("optimum", optimum);
    v.Field("explain_curve", explain_curve);
    v.Policies("policies", policies);
  }
};

}  // namespace edgesim
