#include "kernels/kv_cache.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace edgesim::kernels {
namespace {

constexpr std::size_t kHeads = 3, kHeadDim = 32, kPanel = 16;

// Different for every position and float.
std::vector<Half> Stored(std::size_t position, std::size_t salt) {
  std::vector<Half> row(kHeads * kHeadDim);
  for (std::size_t i = 0; i < row.size(); ++i)
    row[i] = static_cast<Half>(1 + salt + position * row.size() + i);
  return row;
}
std::vector<Half> Key(std::size_t position) { return Stored(position, 0); }
std::vector<Half> Value(std::size_t position) { return Stored(position, 20'000); }

Half KeyIn(const KvCache& cache, std::size_t head, std::size_t position, std::size_t i) {
  const auto* panel = reinterpret_cast<const Half*>(cache.KeyPanel(head, position / kPanel));
  return panel[i * kPanel + position % kPanel];
}

Half ValueIn(const KvCache& cache, std::size_t head, std::size_t position, std::size_t i,
             std::size_t first) {
  const auto* panel = reinterpret_cast<const Half*>(cache.ValuePanel(head, i / kPanel, first));
  return panel[(position - first) * kPanel + i % kPanel];
}

TEST(KvCache, HasRoomForWholePanelsOfPositions) {
  const KvCache cache(17, kHeads, kHeadDim);
  EXPECT_EQ(cache.heads(), kHeads);
  EXPECT_EQ(cache.head_dim(), kHeadDim);
  EXPECT_EQ(cache.capacity(), 32U);
  EXPECT_EQ(cache.bytes(), 2 * 32 * kHeads * kHeadDim * sizeof(Half));
  EXPECT_EQ(KvCache(16, kHeads, kHeadDim).capacity(), 16U);
  EXPECT_EQ(KvCache(0, kHeads, kHeadDim).bytes(), 0U);
  EXPECT_EQ(KvCache().bytes(), 0U);
}

TEST(KvCache, RefusesHeadsThatAreNoWholePanels) {
  try {
    KvCache(16, 1, 40);
    FAIL() << "took heads of 40";
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "a head of 40 floats is no multiple of 16");
  }
}

TEST(KvCache, PanelsHoldWhatWasStoredInAnyOrder) {
  KvCache cache(40, kHeads, kHeadDim);
  for (std::size_t step = 0; step < cache.capacity(); ++step) {
    const std::size_t position = step * 29 % cache.capacity();
    cache.StoreKey(position, Key(position).data());
    cache.StoreValue(position, Value(position).data());
  }
  for (std::size_t position = 0; position < cache.capacity(); ++position) {
    for (std::size_t head = 0; head < kHeads; ++head) {
      for (std::size_t i = 0; i < kHeadDim; ++i) {
        const std::size_t at = head * kHeadDim + i;
        ASSERT_EQ(KeyIn(cache, head, position, i), Key(position)[at]) << position;
        for (const std::size_t first : {std::size_t{0}, position / kPanel * kPanel, position})
          ASSERT_EQ(ValueIn(cache, head, position, i, first), Value(position)[at]) << position;
      }
    }
  }
}

TEST(KvCache, PositionsNotYetStoredAreZeroAndStoringOneChangesNoOther) {
  KvCache cache(32, kHeads, kHeadDim);
  constexpr std::size_t kStored = 18;
  cache.StoreKey(kStored, Key(7).data());
  cache.StoreValue(kStored, Value(7).data());
  cache.StoreKey(kStored, Key(kStored).data());  // anew
  cache.StoreValue(kStored, Value(kStored).data());
  for (std::size_t position = 0; position < cache.capacity(); ++position) {
    for (std::size_t at = 0; at < kHeads * kHeadDim; ++at) {
      const std::size_t head = at / kHeadDim, i = at % kHeadDim;
      const bool stored = position == kStored;
      ASSERT_EQ(KeyIn(cache, head, position, i), stored ? Key(kStored)[at] : 0) << position;
      ASSERT_EQ(ValueIn(cache, head, position, i, 0), stored ? Value(kStored)[at] : 0) << position;
    }
  }
}

}  // namespace
}  // namespace edgesim::kernels
