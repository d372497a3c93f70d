#include "devices/prediction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/input_error.h"
#include "tests/support/shipped_cards.h"
#include "tests/support/toy_host.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

const HostProfile& Host() {
  static const HostProfile host = ToyHost();
  return host;
}

RequestPrediction OfToy(std::size_t prompt, std::size_t generated) {
  return PredictRequest(SmallCard(), "q8_0", {prompt, generated}, Host().laws[0],
                        Host().yardsticks[0]);
}

TEST(Prediction, IsThePromptsPassAndOnePassPerFurtherToken) {
  const RequestPrediction prediction = OfToy(20, 4);
  const auto seconds = [](const ForwardPass& pass) {
    return Predict(Host().laws[0], BuildOpGraph(SmallCard(), "q8_0", pass)).seconds;
  };
  const double prefill_s = seconds({.tokens = 20, .context = 0});
  ASSERT_TRUE(prediction.prefill);
  EXPECT_DOUBLE_EQ(prediction.prefill->seconds, prefill_s);
  ASSERT_EQ(prediction.decode_s.size(), 3U);
  double sum = prefill_s;
  for (std::size_t i = 0; i < 3; ++i) {
    const double pass_s = seconds({.tokens = 1, .context = 20 + i});
    EXPECT_NEAR(prediction.decode_s[i], pass_s, 1e-12 * pass_s);
    sum += pass_s;
  }
  EXPECT_NEAR(prediction.TotalSeconds(), sum, 1e-12 * sum);
}

TEST(Prediction, OneTokenIsThePromptsPassAlone) {
  const RequestPrediction prediction = OfToy(20, 1);
  EXPECT_TRUE(prediction.decode_s.empty());
  EXPECT_EQ(prediction.TotalSeconds(), prediction.prefill->seconds);
}

TEST(Prediction, WithoutAShapeOnlyDecodingIsKnown) {
  ModelCard card{.name = "sealed-1b"};
  card.file_bytes["q4_0"] = 1e9;
  const RequestPrediction prediction =
      PredictRequest(card, "q4_0", {100, 3}, Host().laws[0], Host().yardsticks[0]);
  EXPECT_FALSE(prediction.prefill);
  EXPECT_FALSE(prediction.kv_known);
  EXPECT_DOUBLE_EQ(prediction.TotalSeconds(), 2 * 1e9 / 1e10);
}

TEST(Prediction, RefusesWhatIsNoRequest) {
  const auto refused = ThrowsMessage<InputError>(HasSubstr("at least one token of prompt"));
  EXPECT_THAT([] { OfToy(0, 1); }, refused);
  EXPECT_THAT([] { OfToy(1, 0); }, refused);
  const RequestSize size{.prompt_tokens = 1, .generated_tokens = 1};
  EXPECT_THAT(
      [&] { PredictRequest(SmallCard(), "q9", size, Host().laws[0], Host().yardsticks[0]); },
      ThrowsMessage<InputError>(HasSubstr("has no quantization 'q9'")));
}

}  // namespace
}  // namespace edgesim
