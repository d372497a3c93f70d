// Actions of several sources in one table, and cascades: what runs, what counts, what it takes.
#include "sim/composite_actions.h"

#include <gtest/gtest.h>

#include "tests/support/toys.h"

namespace edgesim {
namespace {

using namespace std::chrono_literals;

// Action a of a source: a + 1 seconds at `watts`, score `score` + a.
struct Source {
  toys::Device device;
  toys::Answers answers;
  Source(double watts, double score)
      : device([watts](const Request&, ActionId a, const Answer&, const Noise&) {
          return std::vector{toys::Flat(watts, (a + 1) * Duration(1s))};
        }),
        answers([score](const Request&, ActionId a, const Noise&) {
          return Answer{.prompt_tokens = 0, .output_tokens = 0, .score = score + a};
        }) {}
  ActionSource Of(ActionId count) const {
    return {.device = &device, .answers = &answers, .count = count};
  }
};

Cascade Verified(double accept_success, double accept_failure) {
  return {.small = 0,
          .large = 2,
          .success_score = 5,
          .accept_success = accept_success,
          .accept_failure = accept_failure,
          .verify_power = Watts(7),
          .verify_time = 500ms};
}

class CompositeActionsTest : public testing::Test {
 protected:
  // Scores 4 and 5 from the first source, 9 from the second.
  Source first_{10, 4}, second_{20, 9};
  std::vector<ActionSource> sources_{first_.Of(2), second_.Of(1)};

  Execution Run(const std::vector<Cascade>& cascades, ActionId action, const Noise& noise = {}) {
    const CompositeAnswers answers(sources_, cascades);
    const CompositeDevice device(sources_, answers);
    Execution out;
    device.Execute({}, action, answers.Draw({}, action, noise), noise, out);
    return out;
  }
};

TEST_F(CompositeActionsTest, SourcesStandOneAfterTheOther) {
  const CompositeAnswers answers(sources_, {});
  EXPECT_EQ(answers.Draw({}, 0, {}).score, 4);
  EXPECT_EQ(answers.Draw({}, 1, {}).score, 5);
  EXPECT_EQ(answers.Draw({}, 2, {}).score, 9);
  EXPECT_EQ(Run({}, 1).duration, 2s);
  EXPECT_EQ(Run({}, 2).duration, 1s);
  EXPECT_EQ(Run({}, 2).segments[0].rail_w[0], 20);
}

// The small answer fails (4 < 5) and is never accepted: verify and escalate.
TEST_F(CompositeActionsTest, AFailureThatIsCaughtRunsTheLargeOneToo) {
  const std::vector<Cascade> cascades = {Verified(1, 0)};
  const Execution out = Run(cascades, 3);
  ASSERT_EQ(out.segments.size(), 3U);
  EXPECT_EQ(out.segments[1].rail_w[0], 7);
  EXPECT_EQ(out.segments[1].length, 500ms);
  EXPECT_EQ(out.duration, 1s + 500ms + 1s);
  EXPECT_EQ(CompositeAnswers(sources_, cascades).Draw({}, 3, {}).score, 9);
}

TEST_F(CompositeActionsTest, AFailureThatPassesCounts) {
  const std::vector<Cascade> cascades = {Verified(1, 1)};
  EXPECT_EQ(Run(cascades, 3).duration, 1s + 500ms);
  EXPECT_EQ(CompositeAnswers(sources_, cascades).Draw({}, 3, {}).score, 4);
}

TEST_F(CompositeActionsTest, ASuccessMayBeRejectedByMistake) {
  Cascade strict = Verified(0, 0);
  strict.small = 1;  // scores 5: a success
  EXPECT_EQ(Run({strict}, 3).duration, 2s + 500ms + 1s);
  strict.accept_success = 1;
  EXPECT_EQ(Run({strict}, 3).duration, 2s + 500ms);
}

// The stated error law is the frequency of escalation, and device and answers agree on it.
TEST_F(CompositeActionsTest, TheVerifierErrsAsOftenAsStated) {
  const std::vector<Cascade> cascades = {Verified(1, 0.3)};
  const CompositeAnswers answers(sources_, cascades);
  const CompositeDevice device(sources_, answers);
  constexpr int kRequests = 10'000;
  int escalated = 0;
  for (std::uint32_t i = 0; i < kRequests; ++i) {
    const Noise noise{.seed = 3, .entity = i};
    Execution out;
    const Answer answer = answers.Draw({}, 3, noise);
    device.Execute({}, 3, answer, noise, out);
    EXPECT_EQ(out.segments.size() == 3, answer.score == 9);
    escalated += answer.score == 9;
  }
  EXPECT_NEAR(escalated / double{kRequests}, 0.7, 4 * std::sqrt(0.21 / kRequests));
}

TEST_F(CompositeActionsTest, WithoutVerificationTimeNoSegmentIsAdded) {
  Cascade free = Verified(1, 0);
  free.verify_time = {};
  EXPECT_EQ(Run({free}, 3).segments.size(), 2U);
}

}  // namespace
}  // namespace edgesim
