#include "kernels/isa.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace edgesim::kernels {
namespace {

constexpr Isa kEvery[] = {Isa::kScalar, Isa::kAvx2, Isa::kAvxVnni, Isa::kAvx512Vnni};

TEST(Isa, NamesAreReadBack) {
  std::set<std::string_view> names;
  for (const Isa isa : kEvery) {
    EXPECT_EQ(IsaNamed(NameOf(isa)), isa);
    EXPECT_TRUE(names.insert(NameOf(isa)).second);
  }
  EXPECT_EQ(NameOf(Isa::kAvx512Vnni), "avx512-vnni");
  EXPECT_EQ(IsaNamed("avx512_vnni"), std::nullopt);
  EXPECT_EQ(IsaNamed(""), std::nullopt);
}

TEST(Isa, ScalarIsAlwaysThereAndTheFastestComesLast) {
  const std::vector<Isa>& available = AvailableIsas();
  ASSERT_FALSE(available.empty());
  EXPECT_EQ(available.front(), Isa::kScalar);
  EXPECT_TRUE(std::is_sorted(available.begin(), available.end()));
  EXPECT_EQ(std::adjacent_find(available.begin(), available.end()), available.end());
  EXPECT_EQ(FastestIsa(), available.back());
}

#ifdef __x86_64__
// The flags that the kernel lists for the first processor.
std::set<std::string> CpuFlags() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("flags")) continue;
    std::istringstream words(line.substr(line.find(':') + 1));
    return {std::istream_iterator<std::string>(words), std::istream_iterator<std::string>()};
  }
  return {};
}

// Everything that CMakeLists.txt lets the compiler use for a path, the CPU must have.
TEST(Isa, IsAvailableWhereTheCpuHasAllThatItsCodeUses) {
  const std::set<std::string> flags = CpuFlags();
  if (flags.empty()) GTEST_SKIP() << "no flags in /proc/cpuinfo";
  const std::set<std::string> avx2 = {"avx2", "fma", "f16c"};
  std::map<Isa, std::set<std::string>> needed = {
      {Isa::kScalar, {}}, {Isa::kAvx2, avx2}, {Isa::kAvxVnni, avx2}, {Isa::kAvx512Vnni, avx2}};
  needed[Isa::kAvxVnni].insert("avx_vnni");
  needed[Isa::kAvx512Vnni].insert({"avx512f", "avx512bw", "avx512vl", "avx512dq", "avx512_vnni"});
  for (const Isa isa : kEvery) {
    const bool offered =
        std::includes(flags.begin(), flags.end(), needed[isa].begin(), needed[isa].end());
    EXPECT_EQ(std::count(AvailableIsas().begin(), AvailableIsas().end(), isa), offered ? 1 : 0)
        << NameOf(isa);
  }
}
#endif

}  // namespace
}  // namespace edgesim::kernels
