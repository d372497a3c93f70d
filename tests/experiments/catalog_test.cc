// Tests of experiments/catalog.h: names, aliases, paths, and that the models of published
// measurements are there.
#include "experiments/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "devices/op_graph.h"
#include "devices/weights.h"
#include "experiments/files.h"
#include "sim/csv_table.h"
#include "sim/input_error.h"

namespace edgesim {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string ErrorOf(const std::string& name) {
  try {
    FindModelCard(name);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Catalog, FindsByNameAndAliasInAnyCase) {
  EXPECT_EQ(FindModelCard("gemma-2-2b").name, "gemma-2-2b");
  EXPECT_EQ(FindModelCard("Gemma-2-2B-it").name, "gemma-2-2b");
  EXPECT_EQ(FindModelCard("SmallThinker-4B-A0.6B").shape->moe->experts, 32U);
}

TEST(Catalog, ShippedCardsAreOrderedAndUsable) {
  const std::vector<ModelCard> cards = ShippedModelCards();
  EXPECT_GE(cards.size(), 40U);
  for (std::size_t i = 1; i < cards.size(); ++i) EXPECT_LT(cards[i - 1].name, cards[i].name);
  for (const ModelCard& card : cards) {
    if (!card.shape) continue;
    for (const auto& [quantization, mixture] : card.quantizations)
      EXPECT_GT(WeightBytes(card, quantization).value(), 0) << card.name << quantization;
  }
}

TEST(Catalog, UnknownNamesAreAnsweredWithTheFamily) {
  EXPECT_THAT(ErrorOf("Llama-3.2-2B"),
              AllOf(StartsWith("unknown model 'Llama-3.2-2B'; there is llama-2-7b"),
                    HasSubstr("llama-3.2-3b"), Not(HasSubstr("gemma")),
                    HasSubstr("did you mean 'llama-3.2-1b'?")));
  EXPECT_THAT(ErrorOf("mystery"), AllOf(HasSubstr("gemma-2-2b"), HasSubstr("tinyllama-1.1b")));
}

TEST(Catalog, ReadsACardFromAFile) {
  const fs::path folder = fs::path(testing::TempDir());
  const fs::path shipped =
      fs::path(EDGESIM_SOURCE_DIR) / "devices/catalog/models/llama-3.2-1b.json";
  std::string text = ReadTextFile(shipped);
  text.replace(text.find("llama-3.2-1b"), 12, "my-own-model");
  WriteTextFile(folder / "catalog_test.json", text);
  EXPECT_EQ(FindModelCard("catalog_test.json", folder).name, "my-own-model");
  EXPECT_EQ(FindModelCard((folder / "catalog_test.json").string()).name, "my-own-model");
  fs::remove(folder / "catalog_test.json");
  EXPECT_THAT(ErrorOf("nowhere/card.json"), HasSubstr("nowhere/card.json: no such file"));
}

// Every model that was measured resolves, and can be predicted unless nobody knows its shape.
TEST(Catalog, HasTheModelsOfPublishedMeasurements) {
  const std::string data = EDGESIM_DATA_DIR;
  if (data.empty()) GTEST_SKIP() << "EDGESIM_DATA_DIR is not set";
  const CsvTable table(ReadTextFile(fs::path(data) / "device_measurements/measurements.csv"),
                       "measurements.csv");
  const std::size_t column = table.Column("model");
  std::set<std::string> without_shape;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string& model = table.Text(row, column);
    EXPECT_NO_THROW({
      if (!FindModelCard(model).shape) without_shape.insert(model);
    }) << model;
  }
  EXPECT_EQ(without_shape, (std::set<std::string>{"Gemma-3n-E2B", "Gemma-3n-E4B", "Qwen3.5-2B"}));
}

}  // namespace
}  // namespace edgesim
