#include "calibration/timing_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/support/shipped_cards.h"

namespace edgesim {
namespace {

std::vector<ModelCard> Cards() {
  std::vector<ModelCard> cards;
  for (const auto& [name, card] : ShippedCards()) cards.push_back(card);
  return cards;
}

bool Has(const TimingPlan& plan, const MatMulCase& product) {
  return std::find(plan.products.begin(), plan.products.end(), product) != plan.products.end();
}

TEST(TimingPlan, FullHoldsEveryMatrixOfTheCatalogueCold) {
  const TimingPlan plan = PlanTimings(Cards(), PlanDepth::kFull, 8);
  constexpr std::size_t kMostRows = 16384;
  std::size_t checked = 0;
  for (const ModelCard& card : Cards()) {
    if (!card.shape) continue;
    const OpGraph graph = BuildOpGraph(card, "q4_k_m", {.tokens = 1});
    for (const OpId id : TopologicalOrder(graph)) {
      const Op& op = graph[id];
      if (op.kind != OpKind::kMatMul) continue;
      EXPECT_TRUE(Has(plan, {op.format, std::min(op.rows, kMostRows), op.columns, 1, true}))
          << card.name << " " << Name(op.role);
      ++checked;
    }
  }
  EXPECT_GT(checked, 1000U);
}

TEST(TimingPlan, BothHoldEveryTileWidthOfEveryFormatAndEveryKindOfOperation) {
  for (const PlanDepth depth : {PlanDepth::kQuick, PlanDepth::kFull}) {
    const TimingPlan plan = PlanTimings(Cards(), depth, 4);
    std::set<std::pair<TensorFormat, std::size_t>> warm;
    for (const MatMulCase& p : plan.products) {
      if (!p.cold) warm.insert({p.format, p.n});
      EXPECT_LE(p.rows, 16384U);
    }
    std::set<OpKind> kinds;
    for (const Op& op : plan.operations) kinds.insert(op.kind);
    for (std::size_t f = 0; f < kTensorFormats.size(); ++f) {
      for (const std::size_t width : {1U, 2U, 4U})
        EXPECT_TRUE(warm.contains({static_cast<TensorFormat>(f), width})) << f;
    }
    // All but products.
    EXPECT_EQ(kinds.size(), kOpKindNames.size() - 3);
  }
}

TEST(TimingPlan, QuickIsAFractionOfFull) {
  const TimingPlan quick = PlanTimings(Cards(), PlanDepth::kQuick, 8);
  const TimingPlan full = PlanTimings(Cards(), PlanDepth::kFull, 8);
  EXPECT_LT(3 * quick.products.size(), full.products.size());
  EXPECT_LT(quick.operations.size(), full.operations.size());
}

}  // namespace
}  // namespace edgesim
