#include "kernels/memory_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace edgesim::kernels {
namespace {

TEST(MemoryPool, PiecesAreApartAndOnCacheLines) {
  MemoryPool pool;
  struct Piece {
    std::shared_ptr<std::byte> bytes;
    std::size_t size;
  };
  std::vector<Piece> pieces;
  for (const std::size_t size :
       {1U, 64U, 100'000U, 3'000'000U, 40'000'000U, 20'000'000U, 7U, 4096U})
    pieces.push_back({pool.Take(size), size});
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(pieces[i].bytes.get()) % 64, 0U);
    std::fill_n(pieces[i].bytes.get(), pieces[i].size, std::byte(i + 1));
  }
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const std::byte* bytes = pieces[i].bytes.get();
    EXPECT_EQ(std::count(bytes, bytes + pieces[i].size, std::byte(i + 1)),
              static_cast<std::ptrdiff_t>(pieces[i].size));
  }
}

TEST(MemoryPool, PiecesOutliveThePool) {
  std::shared_ptr<std::byte> piece;
  {
    MemoryPool pool;
    piece = pool.Take(1000);
    pool.Take(1000);
  }
  std::fill_n(piece.get(), 1000, std::byte{5});
  EXPECT_EQ(*piece, std::byte{5});
}

TEST(MemoryPool, ReusedMemoryIsTheSame) {
  MemoryPool pool;
  std::vector<std::byte*> first;
  for (int round = 0; round < 2; ++round) {
    std::vector<std::shared_ptr<std::byte>> pieces;
    for (int i = 0; i < 6; ++i) pieces.push_back(pool.Take(std::size_t{60} << 20));
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      if (round == 0) first.push_back(pieces[i].get());
      EXPECT_EQ(pieces[i].get(), first[i]);
    }
    pieces.clear();
    pool.Reuse();
  }
}

TEST(AlignedBytes, LargeOnesStartOnAHugePage) {
  const AlignedBytes small(100), large(std::size_t{3} << 20), none;
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(small.data()) % 64, 0U);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(large.data()) % (std::size_t{2} << 20), 0U);
  EXPECT_EQ(large.size(), std::size_t{3} << 20);
  EXPECT_EQ(none.size(), 0U);
}

}  // namespace
}  // namespace edgesim::kernels
