#include "devices/decode_law.h"

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

// Every card with a shape that the toy host has the formats of: dense, with windows, with experts.
TEST(DecodeLaw, IsThePassOverTheWholeGraphAtEveryContext) {
  for (const char* model : {"qwen2.5-1.5b", "gemma-2-2b", "qwen3-30b-a3b"}) {
    const ModelCard& card = ShippedCards().at(model);
    const DecodeLaw law(card, "q8_0", Host().laws[1], Host().yardsticks[1]);
    EXPECT_FALSE(law.from_bytes());
    for (const std::size_t context : {0, 1, 15, 16, 100, 4095, 4096, 5000}) {
      const PassTime pass =
          Predict(Host().laws[1], BuildOpGraph(card, "q8_0", {.tokens = 1, .context = context}));
      EXPECT_NEAR(law.SecondsAt(context), pass.seconds, 1e-12 * pass.seconds) << model << context;
    }
  }
}

TEST(DecodeLaw, SumsItsPassesByPart) {
  const DecodeLaw law(SmallCard(), "q8_0", Host().laws[0], Host().yardsticks[0]);
  const PassTime sum = law.Sum(30, 5);
  double seconds = 0, parts = 0, attention = 0;
  for (std::size_t context = 30; context < 35; ++context) {
    const PassTime pass = Predict(
        Host().laws[0], BuildOpGraph(SmallCard(), "q8_0", {.tokens = 1, .context = context}));
    seconds += pass.seconds;
    attention += pass.by_part.at("attention");
  }
  for (const auto& [part, s] : sum.by_part) parts += s;
  EXPECT_NEAR(sum.seconds, seconds, 1e-12);
  EXPECT_NEAR(sum.seconds, parts, 1e-12);
  EXPECT_NEAR(sum.by_part.at("attention"), attention, 1e-12);
  EXPECT_EQ(law.Sum(30, 0).seconds, 0);
}

TEST(DecodeLaw, WithoutAShapeItIsBytesOverBandwidth) {
  ModelCard card{.name = "sealed-1b"};
  card.kv_bytes_per_token = 1000;
  card.file_bytes["q4_0"] = 2e9;
  const HostYardstick& yardstick = Host().yardsticks[0];  // 1e10 bytes/s
  const DecodeLaw law(card, "q4_0", Host().laws[0], yardstick);
  EXPECT_TRUE(law.from_bytes());
  EXPECT_TRUE(law.kv_known());
  EXPECT_DOUBLE_EQ(law.SecondsAt(100), 0.2 + 101 * 1000 / 1e10);
  EXPECT_DOUBLE_EQ(law.Sum(100, 2).by_part.at("kv_cache"), 203 * 1000 / 1e10);
  EXPECT_THAT([&] { DecodeLaw(card, "q4_1", Host().laws[0], yardstick); },
              ThrowsMessage<InputError>(
                  HasSubstr("'sealed-1b' has no known size as 'q4_1'; it has q4_0; did you mean")));
  EXPECT_THAT([&] { DecodeLaw(ModelCard{.name = "named"}, "q4_0", Host().laws[0], yardstick); },
              ThrowsMessage<InputError>(HasSubstr("'named' cannot be predicted: neither")));
  card.kv_bytes_per_token.reset();
  EXPECT_FALSE(DecodeLaw(card, "q4_0", Host().laws[0], yardstick).kv_known());
}

}  // namespace
}  // namespace edgesim
