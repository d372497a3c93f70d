// Tests of sim/event_queue.h: the documented order of events.
#include "sim/event_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "sim/rng.h"

namespace edgesim {
namespace {

SimTime Ns(std::int64_t ns) { return SimTime(Duration(ns)); }

TEST(EventQueue, RanksAreDocumented) {
  EXPECT_EQ(static_cast<int>(EventKind::kCompletion), 0);
  EXPECT_EQ(static_cast<int>(EventKind::kBudgetCrossing), 1);
  EXPECT_EQ(static_cast<int>(EventKind::kArrival), 2);
  EXPECT_EQ(static_cast<int>(EventKind::kHorizon), 3);
  EXPECT_EQ(static_cast<int>(EventKind::kCapExceeded), 4);
}

TEST(EventQueue, ByTimeFirst) {
  EventQueue queue;
  EXPECT_TRUE(queue.Empty());
  queue.Push({Ns(30), EventKind::kCompletion, 1});
  queue.Push({Ns(10), EventKind::kCapExceeded, 2});
  queue.Push({Ns(20), EventKind::kArrival, 3});
  EXPECT_EQ(queue.NextTime(), Ns(10));
  EXPECT_EQ(queue.Pop().tag, 2U);
  EXPECT_EQ(queue.NextTime(), Ns(20));
  EXPECT_EQ(queue.Pop().tag, 3U);
  EXPECT_EQ(queue.Pop().tag, 1U);
  EXPECT_TRUE(queue.Empty());
}

TEST(EventQueue, ByRankAtOneInstant) {
  EventQueue queue;
  for (const EventKind kind :
       {EventKind::kHorizon, EventKind::kBudgetCrossing, EventKind::kCapExceeded,
        EventKind::kCompletion, EventKind::kArrival}) {
    queue.Push({Ns(5), kind, 0});
  }
  for (int rank = 0; rank < 5; ++rank) EXPECT_EQ(static_cast<int>(queue.Pop().kind), rank);
}

TEST(EventQueue, BySequenceAmongEquals) {
  EventQueue queue;
  for (std::uint32_t tag = 0; tag < 20; ++tag) queue.Push({Ns(5), EventKind::kArrival, tag});
  for (std::uint32_t tag = 0; tag < 20; ++tag) EXPECT_EQ(queue.Pop().tag, tag);
}

TEST(EventQueue, AgreesWithAStableSortUnderInterleavedUse) {
  WordStream words = Noise{.seed = 1}.Words(Stream::kArrival);
  EventQueue queue;
  std::vector<Event> pending;  // in the order of pushing
  const auto before = [](const Event& a, const Event& b) {
    return std::tie(a.time, a.kind) < std::tie(b.time, b.kind);
  };
  std::uint32_t pushed = 0, popped = 0;
  while (popped < 5000) {
    if (pending.empty() || (pushed < 5000 && UniformIndex(words, 5) < 3)) {
      const Event event{Ns(UniformIndex(words, 20)), static_cast<EventKind>(UniformIndex(words, 5)),
                        pushed++};
      queue.Push(event);
      pending.push_back(event);
    } else {
      const auto first = std::min_element(pending.begin(), pending.end(), before);
      ASSERT_EQ(queue.Pop().tag, first->tag);
      pending.erase(first);
      ++popped;
    }
  }
}

}  // namespace
}  // namespace edgesim
