// Tests of devices/op_schedule.h: small graphs by hand, and bounds over a real one.
#include "devices/op_schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "devices/op_cost.h"
#include "tests/support/shipped_cards.h"

namespace edgesim {
namespace {

using testing::ElementsAre;
using testing::Pair;

//   0 (2 s) --+--> 1 (3 s) --+--> 3 (1 s)
//             +--> 2 (4 s) --+
struct Diamond {
  OpGraph graph{4};
  std::vector<double> cost_s{2, 3, 4, 1};
  std::vector<std::size_t> unit{0, 0, 1, 0};

  Diamond() {
    boost::add_edge(0, 1, {0, 10}, graph);
    boost::add_edge(0, 2, {0, 20}, graph);
    boost::add_edge(1, 3, {0, 30}, graph);
    boost::add_edge(2, 3, {1, 40}, graph);
  }
  OpSchedule Run(double seconds_per_byte) const {
    return CriticalPath(
        graph, [this](OpId op) { return cost_s[op]; }, [this](OpId op) { return unit[op]; },
        [=](double bytes, std::size_t from, std::size_t to) {
          EXPECT_NE(from, to);
          return bytes * seconds_per_byte;
        });
  }
};

TEST(CriticalPath, OneUnitIsASum) {
  Diamond d;
  d.unit = {0, 0, 0, 0};
  const OpSchedule s = d.Run(1000);  // nothing is transferred
  EXPECT_EQ(s.makespan_s, 10);
  EXPECT_THAT(s.start_s, ElementsAre(0, 2, 5, 9));
  EXPECT_THAT(s.busy_s, ElementsAre(10));
  EXPECT_EQ(s.longest_path_s, 7);
  EXPECT_THAT(s.longest_path, ElementsAre(0U, 2U, 3U));
}

TEST(CriticalPath, TwoUnitsOverlap) {
  const OpSchedule s = Diamond().Run(0);
  EXPECT_THAT(s.start_s, ElementsAre(0, 2, 2, 6));
  EXPECT_THAT(s.finish_s, ElementsAre(2, 5, 6, 7));
  EXPECT_THAT(s.busy_s, ElementsAre(6, 4));
  EXPECT_EQ(s.makespan_s, 7);
  EXPECT_EQ(s.longest_path_s, 7);
}

TEST(CriticalPath, TransfersDelayTheConsumer) {
  const OpSchedule s = Diamond().Run(0.05);  // 0 -> 2: 1 s, 2 -> 3: 2 s
  EXPECT_THAT(s.start_s, ElementsAre(0, 2, 3, 9));
  EXPECT_EQ(s.makespan_s, 10);
  EXPECT_EQ(s.longest_path_s, 10);
  EXPECT_THAT(s.busy_s, ElementsAre(6, 4));
}

// A unit takes its work in topological order, even where a later one is ready sooner.
TEST(CriticalPath, QueuesKeepTheirOrder) {
  OpGraph graph(3);  // 0 on unit 1 feeds 1 on unit 0; 2 on unit 0 waits for nothing but its turn
  boost::add_edge(0, 1, {}, graph);
  const OpSchedule s = CriticalPath(
      graph, [](OpId) { return 1.0; }, [](OpId op) { return op == 0 ? 1U : 0U; },
      [](double, std::size_t, std::size_t) { return 0.5; });
  EXPECT_THAT(s.start_s, ElementsAre(0, 1.5, 2.5));
  EXPECT_EQ(s.makespan_s, 3.5);
  EXPECT_EQ(s.longest_path_s, 2.5);
}

TEST(CriticalPath, NothingTakesNoTime) {
  const OpSchedule s = CriticalPath(OpGraph(), nullptr, nullptr, nullptr);
  EXPECT_EQ(s.makespan_s, 0);
  EXPECT_TRUE(s.longest_path.empty());
}

TEST(TopologicalCost, BreaksTheSumDown) {
  OpGraph graph(3);
  graph[0] = {.kind = OpKind::kMatMul, .role = TensorRole::kAttnQ};
  graph[1] = {.kind = OpKind::kMatMul, .role = TensorRole::kFfnUp};
  graph[2] = {.kind = OpKind::kAdd};
  const CostBreakdown sum = TopologicalCost(graph, [](OpId op) {
    return std::vector<double>{1, 2, 4}[op];
  });
  EXPECT_EQ(sum.total, 7);
  EXPECT_THAT(sum.by_kind, ElementsAre(Pair(OpKind::kMatMul, 3), Pair(OpKind::kAdd, 4)));
  EXPECT_THAT(sum.by_role, ElementsAre(Pair(TensorRole::kNone, 4), Pair(TensorRole::kAttnQ, 1),
                                       Pair(TensorRole::kFfnUp, 2)));
}

// Longest path <= makespan <= sum; with attention and feed-forward on two units, a parallel block
// gains where a serial one cannot.
TEST(CriticalPath, BoundsOverModels) {
  const auto run = [](const char* model) {
    const OpGraph graph = BuildOpGraph(ShippedCards().at(model), "q8_0", {});
    const auto cost = [&](OpId op) { return 1e-10 * WeightBytesRead(graph[op]); };
    const auto unit = [&](OpId op) -> std::size_t {
      const TensorRole role = graph[op].role;
      return role == TensorRole::kFfnNorm || role == TensorRole::kFfnUp ||
             role == TensorRole::kFfnDown || graph[op].kind == OpKind::kActivation;
    };
    const OpSchedule s =
        CriticalPath(graph, cost, unit, [](double bytes, auto, auto) { return 1e-11 * bytes; });
    const double sum = TopologicalCost(graph, cost).total;
    EXPECT_LE(s.longest_path_s, s.makespan_s * (1 + 1e-12));
    EXPECT_LT(s.makespan_s, sum * 1.02);  // the transfers
    EXPECT_NEAR(std::accumulate(s.busy_s.begin(), s.busy_s.end(), 0.0), sum, 1e-9 * sum);
    EXPECT_TRUE(std::is_sorted(s.longest_path.begin(), s.longest_path.end()));
    return s.makespan_s / sum;
  };
  EXPECT_LT(run("dolly-v2-3b"), 0.75);   // parallel residual
  EXPECT_GT(run("phonelm-1.5b"), 0.75);  // gate and up overlap at most
}

}  // namespace
}  // namespace edgesim
