// Averaging over a longer interval: cells, their times, energy, and intervals that do not fit.
#include "calibration/resample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/input_error.h"

namespace edgesim {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

// A reading in the middle of each tenth of a second from -0.2 s on; watts are its number.
TraceSet Ramp(double duration_s) {
  RequestTrace trace{.action = "a", .request = "1", .duration_s = duration_s, .rail_w = {{}, {}}};
  for (int i = 0; 0.1 * i - 0.2 < duration_s; ++i) {
    trace.t_s.push_back(0.1 * i - 0.15);
    trace.rail_w[0].push_back(i);
    trace.rail_w[1].push_back(2 * i);
  }
  return {.rails = {"gpu", "cpu"}, .requests = {trace}, .quantum_w = {0.5, 1}};
}

TEST(Resample, CellsAreMeansAtTheirMiddles) {
  const TraceSet set = Resample(Ramp(1), 0.4);
  const RequestTrace& r = set.requests[0];
  EXPECT_THAT(r.t_s, ElementsAre(DoubleEq(-0.2), DoubleEq(0.2), DoubleEq(0.6), DoubleEq(1.0)));
  EXPECT_THAT(r.rail_w[0], ElementsAre(0.5, 3.5, 7.5, 10.5));
  EXPECT_THAT(r.rail_w[1], ElementsAre(1, 7, 15, 21));
  EXPECT_THAT(set.quantum_w, ElementsAre(0.5, 1));
}

TEST(Resample, CellsWithoutReadingsAreLeftOut) {
  TraceSet traces = Ramp(4);
  RequestTrace& r = traces.requests[0];
  r.t_s.erase(r.t_s.begin() + 10, r.t_s.begin() + 24);  // 0.8 to 2.2 s
  for (auto& rail : r.rail_w) rail.erase(rail.begin() + 10, rail.begin() + 24);
  const TraceSet set = Resample(traces, 0.4);
  for (const double t : set.requests[0].t_s) EXPECT_TRUE(t < 0.8 || t > 2) << t;
}

TEST(Resample, KeepsTheEnergyOfASteadyRise) {
  const TraceSet traces = Ramp(20), set = Resample(traces, 0.5);
  EXPECT_NEAR(MeasuredEnergy(set.requests[0], 0), MeasuredEnergy(traces.requests[0], 0), 20);
}

TEST(Resample, RefusesIntervalsThatDoNotFit) {
  EXPECT_THAT([] { Resample(Ramp(1), 0.05); },
              ThrowsMessage<InputError>(HasSubstr("shorter than the sampling period, 0.1 s")));
  EXPECT_THAT([] { Resample(Ramp(1), 0.6); },
              ThrowsMessage<InputError>(HasSubstr("request '1' of a lasts 1 s, too short")));
  EXPECT_NO_THROW(Resample(Ramp(1), 0.1));
}

}  // namespace
}  // namespace edgesim
