// Small power models and what they draw, for tests of what is fitted to and drawn from them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "calibration/request_trace.h"
#include "calibration/start_values.h"
#include "devices/hsmm.h"
#include "devices/hsmm_sampler.h"
#include "sim/rng.h"

namespace edgesim {

inline constexpr double kToyInterval_s = 0.1;

inline HsmmState ToyState(const std::string& name, double mean_w, double sd_w, double mean_stay_s) {
  return {.name = name,
          .mean_w = mean_w,
          .sd_w = sd_w,
          .duration = DurationLaw{
              .family = DurationFamily::kGamma, .mean_s = mean_stay_s, .shape = 6, .table = {}}};
}

// Between about 20 W and 60 W, in stays of about 1 s and 0.5 s.
inline Hsmm LowAndHigh(bool starts_mid_stay = false) {
  return {.interval_s = kToyInterval_s,
          .states = {ToyState("low", 20, 1, 1), ToyState("high", 60, 2, 0.5)},
          .initial = Eigen::Vector2d(0.5, 0.5),
          .transition = Eigen::Matrix2d{{0, 1}, {1, 0}},
          .first_reading = {},
          .starts_mid_stay = starts_mid_stay};
}

inline RailSequences DrawSequences(const Hsmm& model, std::uint32_t count, std::size_t length,
                                   std::uint64_t seed) {
  const HsmmSampler sampler(model);
  RailSequences data{
      .interval_s = model.interval_s, .watts = {}, .mid_stay = model.starts_mid_stay};
  for (std::uint32_t i = 0; i < count; ++i) {
    const Noise noise{.seed = seed, .entity = i};
    data.watts.emplace_back(length);
    sampler.Sample(0, noise.Words(StreamOfRail(0, RailStream::kDwell)),
                   noise.Words(StreamOfRail(0, RailStream::kEmission)), data.watts.back());
  }
  return data;
}

// Each rail has a model; every request has all rails and lasts as long as its readings. Tokens:
// 100 per second.
inline TraceSet DrawTraces(const std::vector<Hsmm>& rails, std::uint32_t requests,
                           std::size_t length, std::uint64_t seed) {
  TraceSet set{.rails = {}, .requests = {}};
  std::vector<RailSequences> drawn;
  for (std::size_t r = 0; r < rails.size(); ++r) {
    set.rails.push_back(r == 0 ? "gpu" : "cpu");
    set.mid_stay = rails[r].starts_mid_stay;
    drawn.push_back(DrawSequences(rails[r], requests, length, seed + r));
  }
  for (std::uint32_t i = 0; i < requests; ++i) {
    RequestTrace trace;
    trace.action = "toy";
    trace.request = std::to_string(i);
    for (std::size_t t = 0; t < length; ++t)
      trace.t_s.push_back(static_cast<double>(t) * kToyInterval_s);
    trace.duration_s = trace.t_s.back();
    trace.output_tokens = 100 * trace.duration_s;
    for (const RailSequences& rail : drawn) trace.rail_w.push_back(rail.watts[i]);
    set.requests.push_back(std::move(trace));
  }
  return set;
}

}  // namespace edgesim
