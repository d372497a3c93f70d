#include "experiments/cli/predict_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "devices/weights.h"
#include "sim/input_error.h"
#include "tests/support/shipped_cards.h"
#include "tests/support/toy_host.h"

namespace edgesim {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::ThrowsMessage;

PredictRequestInput Input(std::size_t prompt, std::size_t generated) {
  return {.quantization = "Q8_0",
          .size = {.prompt_tokens = prompt, .generated_tokens = generated},
          .threads = 1,
          .other_host = false};
}

PredictReport OfToy(const PredictRequestInput& input, HostProfile profile = ToyHost()) {
  const HostIdentity here = ToyHost().host;
  return MakePredictReport(SmallCard(), profile, "h.json", here, input);
}

ModelCard Sealed() {
  ModelCard card{.name = "sealed-1b"};
  card.file_bytes["q8_0"] = 1e9;
  return card;
}

TEST(PredictReport, CountsBytesAndMemoryAtTheEndOfTheAnswer) {
  const PredictReport report = OfToy(Input(20, 4));
  EXPECT_EQ(report.quantization, "q8_0");
  EXPECT_EQ(report.threads, 1U);
  EXPECT_FALSE(report.for_other_host);
  EXPECT_EQ(report.memory.weights, *WeightBytes(SmallCard(), "q8_0"));
  const double per_position = 2 * 2 * 2 * 64 * 2;      // K and V, f16, two heads of 64, two layers
  EXPECT_EQ(report.read.kv_bytes, 23 * per_position);  // the last token is not fed back
  EXPECT_EQ(report.memory.kv_cache, 23 * per_position);
  EXPECT_EQ(report.memory.total,
            report.memory.weights + report.memory.kv_cache + report.memory.buffers);
}

TEST(PredictReport, TakesTheMostThreadsAndListsWhatThereIs) {
  PredictRequestInput input = Input(20, 4);
  input.threads.reset();
  EXPECT_EQ(OfToy(input).threads, 2U);
  input.threads = 7;
  EXPECT_THAT([&] { OfToy(input); }, ThrowsMessage<InputError>(HasSubstr("it has laws for 1, 2")));
}

TEST(PredictReport, KeepsTheResidualsOfTheLawsItRestsOn) {
  HostProfile profile = ToyHost();
  const auto add = [&](std::size_t threads, const char* law) {
    LawResidual residual = profile.residuals[0];
    residual.threads = threads;
    residual.law = law;
    profile.residuals.push_back(residual);
  };
  add(1, "q8_0");
  add(1, "attention");
  add(1, "rope");
  add(2, "q8_0");
  EXPECT_THAT(OfToy(Input(20, 4), profile).residuals,
              ElementsAre(Field(&LawResidual::law, "q8_0"), Field(&LawResidual::law, "attention")));
}

TEST(PredictReport, RecordsThatItIsForAnotherHost) {
  HostProfile profile = ToyHost();
  profile.host.cpu = "Other CPU";
  EXPECT_THAT([&] { OfToy(Input(20, 4), profile); },
              ThrowsMessage<InputError>(HasSubstr("--other-host")));
  PredictRequestInput input = Input(20, 4);
  input.other_host = true;
  const PredictReport report = OfToy(input, profile);
  EXPECT_TRUE(report.for_other_host);
  EXPECT_TRUE(nlohmann::json::parse(PredictJson(report))["for_other_host"]);
  EXPECT_THAT(PredictText(report), HasSubstr("\nNot this host"));
}

TEST(PredictReport, TextSaysTimesMemoryPartsAndTrust) {
  const PredictReport report = OfToy(Input(20, 4));
  const std::string text = PredictText(report);
  EXPECT_THAT(text, HasSubstr("small q8_0, prompt of 20 tokens, 4 generated, on 1 thread\n"
                              "of Toy CPU @ 1 GHz (scalar); h.json of 2026-01-02T03:04:05Z, a "
                              "quick calibration\n"));
  EXPECT_THAT(text, HasSubstr("\ntime to first token  "));
  EXPECT_THAT(text, HasSubstr(" with 20 before it, "));
  EXPECT_THAT(text, HasSubstr(" with 22 before it; "));
  EXPECT_THAT(text, HasSubstr("KV cache of 23 tokens"));
  EXPECT_THAT(text, HasSubstr("\nwhere the time goes"));
  EXPECT_THAT(text, HasSubstr("\nffn_down "));
  EXPECT_THAT(text, HasSubstr("0.93 to 1.07 for eight of ten, 1.00 in the median"));
  EXPECT_THAT(text, HasSubstr("\ntotal "));
}

TEST(PredictReport, OneTokenHasNoFurtherOnes) {
  const std::string text = PredictText(OfToy(Input(20, 1)));
  EXPECT_THAT(text, testing::Not(HasSubstr("each further token")));
  EXPECT_THAT(text, testing::Not(HasSubstr("nan")));
}

TEST(PredictReport, JsonHoldsEveryFigure) {
  const PredictReport report = OfToy(Input(20, 4));
  const auto json = nlohmann::json::parse(PredictJson(report));
  EXPECT_EQ(json["further_tokens_s"].size(), 3U);
  EXPECT_EQ(json["total_s"], report.prediction.TotalSeconds());
  EXPECT_EQ(json["memory_bytes"]["total"], report.memory.total);
  double parts = 0;
  for (const auto& [part, seconds] : json["first_token_by_part_s"].items())
    parts += seconds.get<double>();
  EXPECT_NEAR(parts, json["time_to_first_token_s"].get<double>(), 1e-12);
  EXPECT_FALSE(json["for_other_host"]);
}

TEST(PredictReport, WithoutAShapeItSaysWhatItDoesNotKnow) {
  const PredictReport report =
      MakePredictReport(Sealed(), ToyHost(), "h.json", ToyHost().host, Input(100, 3));
  EXPECT_EQ(report.read.weight_bytes, 1e9);
  EXPECT_FALSE(report.read.kv_bytes);
  const std::string text = PredictText(report);
  EXPECT_THAT(text,
              HasSubstr("time to first token  not known: the model's shape is not published"));
  EXPECT_THAT(text, HasSubstr("KV cache not known, buffers not known"));
  EXPECT_THAT(text, HasSubstr("all further tokens   200.00 ms"));
  const auto json = nlohmann::json::parse(PredictJson(report));
  EXPECT_TRUE(json["time_to_first_token_s"].is_null());
  EXPECT_TRUE(json["total_s"].is_null());
  EXPECT_TRUE(json["memory_bytes"]["kv_cache"].is_null());
}

}  // namespace
}  // namespace edgesim
