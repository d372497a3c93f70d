// A device as measured: what a profile file holds. Every figure names where it comes from.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "devices/hsmm.h"
#include "devices/provenance.h"
#include "sim/action.h"

namespace edgesim {

// Time per output token, prompt processing included: the measured answers, each weighted by its
// tokens, so that drawn requests take as long in total as the measured ones did.
struct TokenLatency {
  std::vector<double> seconds_per_output_token;  // one per measured answer, ascending
  std::vector<double> output_tokens;             // of the same answers: the weights
  std::vector<std::size_t> request_class;        // of the same answers: which PowerClass they had
  std::string provenance;                        // key into DeviceProfile::provenance
};

// The level of a request on this rail: N(0, shared_w^2 + own_w^2); the shared part is one draw per
// request for all rails.
struct LevelLaw {
  double shared_w = 0;  // its sign is the sign of the correlation between rails
  double own_w = 0;     // >= 0
};

// Requests of one action may come in kinds that differ in their whole course.
struct PowerClass {
  Hsmm hsmm;
  LevelLaw level;
};

struct RailPowerModel {
  std::vector<PowerClass> classes;  // one that serves all requests, or one per class of the action
  std::string provenance;
};

struct Rail {
  std::string name;  // e.g. "cpu_package"
  // Power while no request runs; null where nothing is known.
  std::optional<double> idle_w;
  std::string idle_provenance;
};

struct ActionProfile {
  ActionSpec spec;
  std::optional<TokenLatency> latency;  // null: power only, from traces without a table of requests
  std::size_t classes = 1;              // kinds of requests
  std::vector<RailPowerModel> rails;    // one per rail of the device, in its order
};

// A measured request unlike the others of its action. It is part of the fit.
struct Outlier {
  std::string action;
  std::string request;  // as the trace names it
  std::string why;
};

struct DeviceProfile {
  std::string name;
  std::string description;
  double emission_interval_s = 0;  // mean sampling period of the power sensor
  std::string interval_provenance;
  std::vector<Rail> rails;
  std::vector<ActionProfile> actions;
  std::vector<Outlier> outliers;
  std::map<std::string, Provenance> provenance;
};

}  // namespace edgesim
