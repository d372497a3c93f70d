// Tests for devices/published_hsmm.cc.
#include "devices/published_hsmm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/input_error.h"
#include "tests/support/text_files.h"

namespace edgesim {
namespace {

using testing::ThrowsMessage;

const std::string kGood = R"({"component": "GPU", "dt": 0.1, "n_states": 3,
  "startprob": [0.5, 0.5, 0.0],
  "transmat": [[0.9, 0.06, 0.02], [0.25, 0.5, 0.25], [1e-10, 0.0, 0.9999999999]],
  "means_W": [20.0, 60.0, 110.0], "covars_W2": [4.0, 100.0, 0.25],
  "duration_gamma": [{"shape": 2.0, "scale": 0.3, "mean": 0.6}, {"shape": 1.5, "scale": 0.2},
                     {"shape": 500.0, "scale": 0.01}]})";

std::string With(const std::string& from, const std::string& to) {
  std::string text = kGood;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(PublishedHsmm, RemovesSelfTransitionsAndKeepsTheLawsOfTheStays) {
  const Hsmm model = ParsePublishedHsmm(kGood, "m.json");
  ASSERT_EQ(model.states.size(), 3U);
  EXPECT_EQ(model.interval_s, 0.1);
  EXPECT_EQ(model.initial(1), 0.5);
  EXPECT_EQ(model.transition(0, 0), 0);
  EXPECT_DOUBLE_EQ(model.transition(0, 1), 0.75);
  EXPECT_DOUBLE_EQ(model.transition(0, 2), 0.25);
  EXPECT_EQ(model.states[1].mean_w, 60);
  EXPECT_EQ(model.states[1].sd_w, 10);
  EXPECT_EQ(model.states[0].duration->family, DurationFamily::kGamma);
  EXPECT_DOUBLE_EQ(model.states[0].duration->mean_s, 0.6);
  EXPECT_EQ(model.states[0].duration->shape, 2);
}

TEST(PublishedHsmm, AStateThatIsNeverLeftIsAbsorbing) {
  const Hsmm model = ParsePublishedHsmm(kGood, "m.json");
  EXPECT_FALSE(model.states[2].duration);
  EXPECT_EQ(model.transition.row(2).sum(), 0);
}

TEST(PublishedHsmm, SaysWhatIsWrongAndWhere) {
  const auto refused = [](const std::string& text, const std::string& message) {
    EXPECT_THAT([&] { ParsePublishedHsmm(text, "m.json"); },
                ThrowsMessage<InputError>("m.json: " + message));
  };
  refused("{", "is not JSON");
  refused("[]", "must be an object");
  refused(With("\"dt\": 0.1, ", ""), "/dt: is missing");
  refused(With("0.1,", "0,"), "/dt: is 0, must be positive");
  refused(With("[4.0, 100.0, 0.25]", "[4.0, 100.0]"), "/covars_W2: has 2 entries, 'means_W' has 3");
  refused(With("[0.25, 0.5, 0.25]", "[0.5, 0.5]"), "/transmat/1: has 2 entries, 'means_W' has 3");
  refused(With("0.06", "-0.06"), "/transmat/0/1: is -0.06, must be at least 0");
  refused(With("[0.5, 0.5, 0.0]", "[0, 0, 0]"), "/startprob: sums to 0");
  refused(With("20.0", "\"a\""), "/means_W/0: must be a finite number");
  refused(With("[20.0, 60.0, 110.0]", "[]"), "/means_W: has 0 states, allowed: 1 to 100");
  refused(With("\"scale\": 0.3", "\"scale\": 0"),
          "/duration_gamma/0/scale: is 0, must be positive");
}

TEST(PublishedHsmm, ReadsTheAuthorsModels) {
  const std::string data = EDGESIM_DATA_DIR;
  if (data.empty()) GTEST_SKIP() << "no EDGESIM_DATA_DIR";
  std::size_t absorbing = 0;
  for (const char* action : {"Qwen3-4B-Q6_K", "Qwen3-4B-Q8_0", "dolly-v2-3b-Q6_K",
                             "dolly-v2-3b-Q8_0", "gemma-2-2b-it-Q6_K", "gemma-2-2b-it-Q8_0"}) {
    for (const auto& [rail, states] : {std::pair{"cpu", 2U}, std::pair{"gpu", 3U}}) {
      const std::string file =
          data + "/emslm/authors_hsmm_json/" + action + "/" + rail + "_hsmm.json";
      const Hsmm model = ParsePublishedHsmm(FileText(file), file);
      EXPECT_EQ(model.states.size(), states) << file;
      for (const HsmmState& state : model.states) absorbing += !state.duration;
    }
  }
  EXPECT_EQ(absorbing, 3U);  // the plateaus of three actions: leaving 0, 0 and 1e-10
}

}  // namespace
}  // namespace edgesim
