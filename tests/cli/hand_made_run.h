// A finished comparison with numbers made up by hand: two actions, two rails, three models.
#pragma once

#include <cmath>

#include "experiments/cli/fidelity_text.h"

namespace edgesim {

inline SignalScore HandMadeSignal(const std::string& name, double shift) {
  SignalScore s{.signal = name};
  s.energy_j = {.ks_p = {}, .w1 = 8, .measured = 800, .simulated = 800 + 8 * shift, .crps = 16};
  s.peak_w = {.ks_p = {0.5, 0.04},
              .w1 = 1 + std::abs(shift),
              .measured = 112.5,
              .simulated = 112.5 + shift};
  s.roughness_w = {.ks_p = {0.3, 0.2}, .w1 = 0.1, .measured = 2.25, .simulated = 2.5};
  s.lag1 = {.ks_p = {0.1, 0.1}, .w1 = 0.05, .measured = 0.4, .simulated = 0.25};
  s.t50_s = {.ks_p = {0.9, 0.8}, .w1 = 0.02, .measured = 0.8, .simulated = 0.81};
  s.ramp_s = {.ks_p = {NAN, NAN}, .w1 = NAN, .measured = NAN, .simulated = NAN};
  s.plateau_sd_w = {.ks_p = {0.6, 0.7}, .w1 = 0.1, .measured = 1, .simulated = 1.125};
  s.inside_90 = {17, 16};
  s.inside_50 = {9, 10};
  s.window_w1_w[0] = 0.5;
  s.window_w1_w[1] = 0.75;
  s.window_w1_w[2] = 1;
  s.window_crps_w = 0.3;
  s.acf_error = 0.02;
  s.log_score = -1.25;
  return s;
}

inline ModelScore HandMadeModel(const std::string& name, const std::vector<std::string>& words,
                                double shift) {
  ModelScore model{.name = name, .words = words, .parameters = 31.5, .fit_s = 12.25};
  for (const char* action : {"model-Q6", "model-Q8"}) {
    ActionScore a{.action = action, .requests = 18};
    for (const char* signal : {"cpu", "gpu", "total"})
      a.signals.push_back(HandMadeSignal(signal, action[7] == '6' ? shift : -shift / 2));
    a.cap_exceedance_measured = 0.5;
    a.cap_exceedance_simulated = 0.5 + shift / 16;
    a.cap_brier = 0.0625;
    a.given_tokens_bias = 0.03;
    a.given_tokens_inside_90 = {15, 16};
    a.given_tokens_inside_50 = {8, 8};
    model.actions.push_back(std::move(a));
  }
  return model;
}

inline FidelityRun HandMadeRun() {
  FidelityRun run;
  run.config.name = "hand_made";
  run.config.traces.samples = "somewhere/samples.csv";
  run.config.traces.requests = "somewhere/requests.csv";
  run.config.seeds = 2;
  run.config.cap_w = 120;
  run.config.models = {{"hsmm", {{"gpu", "ramp ar gamma level"}, {"cpu", "free=3"}}},
                       {"hmm", {{"all", "free=3 hmm"}}},
                       {"iid", {{"all", "iid"}}}};
  run.config.compare = {.reference = "hsmm", .against = "hmm"};
  run.inputs = {{"somewhere/samples.csv", "0123456789abcdef"}};
  run.notes = {"published: left out, for 'published' gives no folder of models"};
  run.report.rails = {"cpu", "gpu"};
  run.report.interval_s = 0.110125;
  run.report.requests = 36;
  run.report.models = {HandMadeModel("hsmm", {"free=3", "ramp ar gamma level"}, 1),
                       HandMadeModel("hmm", {"free=3 hmm", "free=3 hmm"}, 2),
                       HandMadeModel("iid", {"iid", "iid"}, 4)};
  for (ActionScore& action : run.report.models.back().actions) {
    for (SignalScore& signal : action.signals) signal.log_score = NAN;
    action.given_tokens_bias = NAN;
    action.given_tokens_inside_90.clear();
    action.given_tokens_inside_50.clear();
  }
  for (const char* name : {"model-Q6", "model-Q8"}) {
    ActionScore floor{.action = name, .requests = 18};
    for (const char* signal : {"cpu", "gpu", "total"}) {
      SignalScore s{.signal = signal};
      s.peak_w.w1 = 0.25;
      s.window_w1_w[1] = 0.125;
      s.log_score = NAN;
      floor.signals.push_back(s);
    }
    run.report.floors.push_back(std::move(floor));
  }
  run.report.paired = {
      {"gpu",
       "energy, CRPS as a share of the energy",
       {.mean = -0.004, .low = -0.006, .high = -0.002, .better_count = 30, .count = 36}},
      {"gpu",
       "peak, CRPS in W",
       {.mean = 0.05, .low = -0.1, .high = 0.2, .better_count = 17, .count = 36}},
      {"total",
       "1 s windows, CRPS in W",
       {.mean = 0.5, .low = 0.25, .high = 0.75, .better_count = 4, .count = 36}}};
  return run;
}

// A recording of one rail, judged in blocks, with a structure chosen by held-out score.
inline FidelityRun HandMadeBlocks() {
  FidelityRun run;
  run.config.name = "hand_made_blocks";
  run.config.traces.recordings = {"somewhere/r.txt"};
  run.config.models = {{"hsmm", {{"all", "free=4 ar"}}}, {"auto", {{"all", "auto"}}}};
  run.config.compare = {.reference = "hsmm", .against = "auto"};
  run.report.rails = {"wall"};
  run.report.interval_s = 1;
  run.report.requests = 18;
  run.report.blocks = true;
  run.report.models = {HandMadeModel("hsmm", {"free=4 ar"}, 1),
                       HandMadeModel("auto", {"auto: free=2 ar; free=3 ar"}, 2)};
  for (ModelScore& model : run.report.models) {
    model.actions.resize(1);
    model.actions[0].action = "recording";
    model.actions[0].signals = {HandMadeSignal("wall", 1)};
  }
  run.report.paired = {
      {"wall",
       "one-step log score, nats per reading (negative log density)",
       {.mean = -0.02, .low = -0.03, .high = 0.01, .better_count = 10, .count = 18}}};
  return run;
}

}  // namespace edgesim
