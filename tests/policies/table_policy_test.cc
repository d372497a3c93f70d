// Tests for policies/table_policy.cc.
#include "policies/table_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/input_error.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

// Two requests, two classes.
PolicyTable Table() {
  return {.requests = 2,
          .classes = 2,
          .ladders = {{{0}, {0}}, {{0, 5}, {0, 1}}, {{0, 3, 7.5}, {2, 0, 1}}, {{0}, {2}}}};
}

PolicyContext Context() { return {.actions = 3, .requests = 2, .classes = 2, .constraints = {}}; }

TEST(TablePolicy, TakesTheActionOfTheHighestThresholdReached) {
  const PolicyTable table = Table();
  EXPECT_EQ(table.Choose(Joules(9), 1, 0), 0U);
  EXPECT_EQ(table.Choose(Joules(4.999), 1, 1), 0U);
  EXPECT_EQ(table.Choose(Joules(5), 1, 1), 1U);  // from the threshold on
  EXPECT_EQ(table.Choose(Joules(0), 2, 0), 2U);
  EXPECT_EQ(table.Choose(Joules(7.4), 2, 0), 0U);
  EXPECT_EQ(table.Choose(Joules(1e9), 2, 0), 1U);
}

TEST(TablePolicy, ClampsWhatIsOutOfRange) {
  const PolicyTable table = Table();
  EXPECT_EQ(table.Choose(Joules(-1), 2, 0), table.Choose(Joules(0), 2, 0));
  EXPECT_EQ(table.Choose(Joules(8), 0, 1), table.Choose(Joules(8), 1, 1));
  EXPECT_EQ(table.Choose(Joules(8), 99, 99), table.Choose(Joules(8), 2, 1));
}

TEST(TablePolicy, ActsByEnergyRequestsAndClassAlone) {
  const auto policy = TableConfig{.file = "t.json", .table = Table()}.Make(Context());
  Observation seen{.energy_left = Joules(8), .requests_left = 2, .class_id = 0};
  EXPECT_EQ(policy->Act(seen, Noise{}), 1U);
  seen.class_id = 1;
  EXPECT_EQ(policy->Act(seen, Noise{.seed = 9}), 2U);
}

TEST(TablePolicy, RefusesATableOfAnotherShape) {
  EXPECT_THAT([] { (void)TableConfig{}.Make(Context()); },
              ThrowsMessage<InputError>(HasSubstr("no table was read")));
  const TableConfig config{.file = "t.json", .table = Table()};
  PolicyContext context = Context();
  context.classes = 3;
  EXPECT_THAT([&] { (void)config.Make(context); },
              ThrowsMessage<InputError>(HasSubstr("2 classes, the experiment 3")));
  context = Context();
  context.actions = 2;
  EXPECT_THAT([&] { (void)config.Make(context); },
              ThrowsMessage<InputError>(HasSubstr("action 2")));
}

}  // namespace
}  // namespace edgesim
