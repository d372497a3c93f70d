// Samples become a trace: the origin, groups, notes.
#include "calibration/trace_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgesim {
namespace {

using testing::Contains;
using testing::DoubleEq;
using testing::ElementsAre;

TEST(TraceBuilderTest, TimesCountFromTheFirstSample) {
  TraceBuilder builder("f", {"a", "b"}, 1000);
  builder.Add(1'700'000'000'250, std::vector{1.0, 5.0}, "x");
  EXPECT_FALSE(builder.GoesBack(1'700'000'000'250, "x"));
  EXPECT_TRUE(builder.GoesBack(1'700'000'000'249, "x"));
  EXPECT_FALSE(builder.GoesBack(1'700'000'000'000, "y"));
  builder.Add(1'700'000'000'000, std::vector{2.0, 6.0}, "y");
  EXPECT_TRUE(builder.GoesBack(0, "x"));
  const PowerTrace trace = builder.Finish();
  EXPECT_DOUBLE_EQ(trace.origin_s, 1'700'000'000.25);
  EXPECT_THAT(trace.t_s, ElementsAre(0, DoubleEq(-0.25)));
  EXPECT_THAT(trace.rail_w, ElementsAre(ElementsAre(1, 2), ElementsAre(5, 6)));
  EXPECT_THAT(trace.group, ElementsAre("x", "y"));
}

TEST(TraceBuilderTest, NotesSayWhatTheReadingsShow) {
  TraceBuilder builder("f", {"a"}, 1);
  for (int i = 0; i < 40; ++i) builder.Add(i, std::vector{20.0 + (i / 2) % 3}, "");
  const PowerTrace trace = builder.Finish();
  EXPECT_THAT(trace.notes, Contains("a: 20 of 40 samples repeat the one before"));
  EXPECT_THAT(trace.notes, Contains("a: the sensor holds each value for about 2 s"));
  EXPECT_THAT(trace.notes, Contains("a: whole watts only"));
}

}  // namespace
}  // namespace edgesim
