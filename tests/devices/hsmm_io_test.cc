// Tests for devices/hsmm_io.cc; profile_io_test.cc and profile_format_test.cc read and write more.
#include "devices/hsmm_io.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/input_error.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr const char* kModel = R"({"starts_mid_stay": true, "first_reading": null,
  "states": [
    {"name": "low", "mean_w": 10.123456789012345, "sd_w": 1, "takes_level": false, "phi": 0.25,
     "duration": {"family": "gamma", "mean_s": 2.5, "shape": 3}},
    {"name": "high", "mean_w": 30, "sd_w": 0, "takes_level": true,
     "mixture": [{"weight": 0.25, "offset_w": -1, "sd_w": 1}, {"weight": 0.75, "offset_w": 0.5, "sd_w": 2}],
     "duration": {"family": "geometric", "mean_s": 1}}],
  "initial": [0.125, 0.875], "transition": [[0, 1], [1, 0]]})";

Hsmm Read(const std::string& text) { return ReadHsmm(JsonCursor::Parse(text, "model"), 0.5); }

TEST(HsmmIo, BringsEveryDigitBack) {
  const Hsmm model = Read(kModel);
  EXPECT_EQ(model.interval_s, 0.5);
  EXPECT_TRUE(model.starts_mid_stay);
  const std::string text = FormatHsmm(model, 17);
  EXPECT_EQ(FormatHsmm(Read(text), 17), text);
  EXPECT_EQ(Read(text).states[0].mean_w, 10.123456789012345);
  EXPECT_EQ(Read(FormatHsmm(model, 6)).states[0].mean_w, 10.1235);
  EXPECT_EQ(Read(text).states[1].mixture.size(), 2U);
}

TEST(HsmmIo, SaysWhereAModelIsWrong) {
  std::string text = kModel;
  text.replace(text.find("0.125"), 5, "0.525");
  EXPECT_THAT([&] { Read(text); }, ThrowsMessage<InputError>(HasSubstr("/initial: must sum to 1")));
  text = kModel;
  text.replace(text.find("\"gamma\""), 7, "\"gumbo\"");
  EXPECT_THAT([&] { Read(text); }, ThrowsMessage<InputError>(HasSubstr("'gumbo' must be one of")));
}

TEST(HsmmIo, KeepsSubnormalNumbers) {
  EXPECT_GT(RoundedTo(1e-310, 6), 0);
  EXPECT_EQ(RoundedTo(1.23456789, 3), 1.23);
}

}  // namespace
}  // namespace edgesim
