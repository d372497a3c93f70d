// Tests for experiments/why_text.cc.
#include "experiments/why_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace edgesim {
namespace {

using testing::HasSubstr;

WhyEpisode Episode() {
  WhyEpisode why{.policy = "p", .replica = 2, .episode = 7, .steps = {}, .row = {.reward = 1.25}};
  why.steps.push_back({.request = 0,
                       .class_name = "math",
                       .energy_left_j = 12000,
                       .requests_left = 3,
                       .action = "small",
                       .masked = MaskedChoice{"large", 0.04, 0.061, 0.05},
                       .dispatched = true,
                       .completed = true,
                       .energy_j = 500.25,
                       .reward = 0.8,
                       .latency_s = 2.5,
                       .cap_exceeded = true,
                       .optimal = "large",
                       .loss = 0.125});
  why.steps.push_back({.request = 1,
                       .class_name = "chat",
                       .energy_left_j = 11499.75,
                       .requests_left = 2,
                       .action = "reject",
                       .masked = {},
                       .loss = {}});
  why.row.energy_j = 500.25;
  why.row.served = why.row.rejected = 1;
  why.optimum = "exact-dp";
  why.optimum_row = EvalRow{.reward = 1.5};
  return why;
}

TEST(WhyText, HasALineForEachRequestAndTheTotal) {
  const std::string text = WhyText(Episode());
  EXPECT_THAT(text, HasSubstr("p, replica 2, evaluation episode 7\n"));
  EXPECT_THAT(text, testing::ContainsRegex("0 +math +12000.0 +3 +small \\* +500.2 +0.800 +2.50 "
                                           "+yes +large +0.1250\n"));
  EXPECT_THAT(text, testing::ContainsRegex("1 +chat +11499.8 +2 +reject +- +- +- +- +- +-\n"));
  EXPECT_THAT(text, HasSubstr("* request 0: the shield masks large: exceedance 0.0400, upper 95 % "
                              "bound 0.0610 > 0.05\n"));
  EXPECT_THAT(text, HasSubstr("total: reward 1.250000, 500.2500 J, 1 served, 0 cut, 1 rejected, 0 "
                              "unserved; exact-dp on the same noise: 1.500000; difference "
                              "-0.250000\n"));
}

TEST(WhyText, SaysWhyThereIsNoOptimum) {
  WhyEpisode why = Episode();
  why.optimum_row.reset();
  why.no_optimum_because = "a horizon bounds the episode";
  EXPECT_THAT(WhyText(why), HasSubstr("unserved; no optimum: a horizon bounds the episode\n"));
  EXPECT_TRUE(nlohmann::json::parse(WhyJson(why))["optimum_reward"].is_null());
}

TEST(WhyText, JsonHasTheSameFiguresAndNullForTheUnknown) {
  const auto json = nlohmann::json::parse(WhyJson(Episode()));
  EXPECT_EQ(json["difference"], -0.25);
  EXPECT_EQ(json["steps"][0]["energy_j"], 500.25);
  EXPECT_EQ(json["steps"][0]["masked"]["exceedance_upper95"], 0.061);
  EXPECT_EQ(json["steps"][0]["loss"], 0.125);
  EXPECT_TRUE(json["steps"][1]["loss"].is_null());
  EXPECT_TRUE(json["steps"][1]["energy_j"].is_null());
  EXPECT_TRUE(json["steps"][1]["optimum"].is_null());
  EXPECT_TRUE(json["steps"][1]["masked"].is_null());
}

}  // namespace
}  // namespace edgesim
