// A quick fit of two actions of two rails, for tests of what is said about it.
#pragma once

#include <cmath>

#include "calibration/ensemble.h"
#include "experiments/cli/fit_run.h"
#include "sim/rng.h"

namespace edgesim {

// Requests of white noise: 4 s at ten readings a second, 30 + 5 W; 20 + 5 W under the second
// action, whose last request takes twice as long per token.
inline TraceSet HandMadeTraces(int requests) {
  TraceSet set{.rails = {"gpu", "cpu"}, .requests = {}, .quantum_w = {0, 0.25}};
  for (const bool small : {false, true}) {
    for (int i = 0; i < requests; ++i) {
      WordStream words =
          Noise{.seed = small, .entity = static_cast<std::uint32_t>(i)}.Words(Stream::kLevel);
      const bool slow = small && i + 1 == requests;
      RequestTrace trace{.action = small ? "tiny-1b-q4" : "big-4b-q4",
                         .request = std::to_string(i),
                         .duration_s = 4,
                         .output_tokens = slow ? 50.0 : 100.0 - i,
                         .t_s = {},
                         .rail_w = {{}, {}}};
      for (int t = 0; t < 40; ++t) {
        trace.t_s.push_back(0.1 * t + 0.05);
        trace.rail_w[0].push_back((small ? 20 : 30) + StandardNormal(words));
        trace.rail_w[1].push_back(5 + 0.25 * std::round(StandardNormal(words)));
      }
      set.requests.push_back(std::move(trace));
    }
  }
  return set;
}

// As the command makes it; `choose` leaves the gpu's model open.
inline FitRun HandMadeFit(int requests, bool choose = false) {
  FitRun run;
  run.input.traces = HandMadeTraces(requests);
  run.input.files = {"hand.csv"};
  run.notices = {"hand.csv: something"};
  run.models = ReadModelWords({choose ? "gpu=auto" : "gpu=free=1 level", "cpu=free=1"},
                              run.input.traces.rails);
  DeviceFitOptions options{.name = "hand",
                           .source = "test",
                           .date_recorded = "2026-01-02",
                           .date_fitted = "2026-01-03",
                           .control = {.restarts = 1, .seed = 1, .em = {}}};
  SelectionOptions selection{.folds = 2, .draws = 20, .control = options.control};
  constexpr int kFewIterations = 4;  // of which there are many
  if (choose) selection.control.em.max_iterations = kFewIterations;
  ChooseModels(run.input.traces, 0.1, selection, run.models);
  for (const RailModelChoice& model : run.models) options.models.push_back(model.spec);
  run.fit = FitDevice(run.input.traces, options);
  run.restarts = 1;
  run.score_folds = 2;
  run.held_out =
      ScoreModels(run.input.traces, 0.1, options.models, selection, &run.why_not_held_out);
  run.fitted = CheckEnergy(run.fit, run.input.traces, 5, 1);
  run.scope = ScopeOfIntervals(1, 0);
  return run;
}

}  // namespace edgesim
