// How well power models reproduce recorded power that they were not fitted on.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "calibration/bootstrap.h"
#include "calibration/request_trace.h"
#include "calibration/scores.h"
#include "devices/hsmm.h"

namespace edgesim {

// Which model stands for which rail: the words of a ModelSpec, "auto" (chosen by held-out score),
// or one of the other kinds: "iid" (readings drawn from those of the training part), "replay" (a
// training trace as it was), "tcn", "published" (a model given in FidelityOptions::published).
struct ModelChoice {
  std::string name;
  std::vector<std::string> rails;  // one per rail of the traces
};

struct FidelityOptions {
  std::vector<ModelChoice> models;
  // Requests are dealt into folds by name, so that a request is left out under all actions at once.
  int folds = 6;
  // Recordings without requests (TraceSet::mid_stay): cut in two at this share of their length,
  // each part is predicted by a model of the other, block by block from what came before in it.
  double split_share = 0.5;
  double block_s = 10;
  int draws = 2000;  // simulated paths per held-out request or block and seed
  int seeds = 3;
  int restarts = 10;  // EM runs or TCN seeds per fit
  std::uint64_t seed = 1;
  double cap_w = 0;                // on the sum of the rails: exceeded by a single reading
  std::string reference, against;  // models whose scores are compared pairwise; "" for none
  // By (action as the report names it, rail); empty: models "published" are left out.
  std::map<std::pair<std::string, std::string>, Hsmm> published;
  std::function<double()> now_s;                       // for fit times; empty: not measured
  std::function<void(const std::string& model)> done;  // called as each model is judged
};

// A feature of one path, compared between the held-out requests and their simulations.
struct FeatureScore {
  std::vector<double> ks_p;            // per seed, two-sample; NaN where the feature is not defined
  double w1 = 0;                       // Wasserstein distance of the two laws, mean over seeds
  double measured = 0, simulated = 0;  // means
  double crps = 0;                     // mean over requests
};

// One signal (a rail or the sum of all, "total") of one action under one model.
struct SignalScore {
  std::string signal;
  FeatureScore energy_j, peak_w, roughness_w, lag1, t50_s, ramp_s, plateau_sd_w;
  std::vector<std::size_t> inside_90, inside_50;  // requests, per seed
  double window_w1_w[3] = {};  // of means over 0.1 s (single readings), 1 s, 10 s
  double window_crps_w = 0;    // of means over 1 s
  double dwell_above_ks_p = 0, dwell_below_ks_p = 0;  // around half way between low and high
  double acf_error = 0;                               // mean |difference| over lags 1 to 10
  double log_score = 0;  // nats per reading, one step ahead; NaN where the model has no density
};

struct ActionScore {
  std::string action;
  std::size_t requests = 0;
  std::vector<SignalScore> signals;  // rails in their order, then "total" where there are several
  double cap_exceedance_measured = 0, cap_exceedance_simulated = 0, cap_brier = 0;
  // With only prompt and output tokens given and the duration drawn from measured seconds per
  // token: energy of all rails; NaN and 0 where tokens are not known.
  double given_tokens_bias = 0;
  std::vector<std::size_t> given_tokens_inside_90, given_tokens_inside_50;
};

struct ModelScore {
  std::string name;
  std::vector<std::string> words;  // per rail: as given; for "auto" each part's choice
  double parameters = 0;           // mean over fits
  double fit_s = 0;                // summed over fits
  std::vector<ActionScore> actions;
};

// reference minus against: negative means the reference is better.
struct PairedRow {
  std::string signal, score;  // e.g. "gpu", "energy, share of the request's"
  PairedDifference difference;
};

struct FidelityReport {
  std::vector<std::string> rails;
  double interval_s = 0;
  std::size_t requests = 0;  // or blocks
  bool blocks = false;
  std::vector<ModelScore> models;
  std::vector<ActionScore> floors;  // truth against truth: random halves, median over splits
  std::vector<PairedRow> paired;
};

// Parallel over fits and requests; the result does not depend on the number of threads.
FidelityReport JudgeFidelity(const TraceSet& traces, const FidelityOptions& options);

}  // namespace edgesim
