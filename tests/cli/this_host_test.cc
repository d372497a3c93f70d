#include "experiments/cli/this_host.h"

#include <gtest/gtest.h>

#include <fstream>

namespace edgesim {
namespace {

namespace fs = std::filesystem;

void Write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

fs::path EmptyRoot(const std::string& name) {
  fs::path root = fs::path(testing::TempDir()) / name;
  fs::remove_all(root);
  return root;
}

TEST(ThisHost, ReadsNameAndCaches) {
  const fs::path root = EmptyRoot("host_x86");
  Write(root / "proc/cpuinfo", "processor\t: 0\nmodel\t\t: 17\nmodel name\t: Toy CPU @ 1 GHz  \n");
  const fs::path caches = root / "sys/devices/system/cpu/cpu0/cache";
  const char* const indices[][3] = {{"1", "Data", "32K"},
                                    {"1", "Instruction", "64K"},
                                    {"2", "Unified", "1024K"},
                                    {"3", "Unified", "32M"}};
  for (std::size_t i = 0; i < std::size(indices); ++i) {
    const fs::path index = caches / ("index" + std::to_string(i));
    Write(index / "level", std::string(indices[i][0]) + "\n");
    Write(index / "type", std::string(indices[i][1]) + "\n");
    Write(index / "size", std::string(indices[i][2]) + "\n");
  }
  const HostIdentity host = ReadHostIdentity(root, "avx2", 4);
  EXPECT_EQ(host.cpu, "Toy CPU @ 1 GHz");
  EXPECT_EQ(host.isa, "avx2");
  EXPECT_EQ(host.cores, 4U);
  EXPECT_EQ(host.l1d_bytes, 32U << 10);
  EXPECT_EQ(host.l2_bytes, 1U << 20);
  EXPECT_EQ(host.l3_bytes, 32U << 20);
}

TEST(ThisHost, TellsChipsOfOneNameApart) {
  const fs::path root = EmptyRoot("host_virtual");
  Write(root / "proc/cpuinfo",
        "processor\t: 0\ncpu family\t: 25\nmodel\t\t: 17\nmodel name\t: AMD EPYC\n\n"
        "processor\t: 1\ncpu family\t: 26\n");
  EXPECT_EQ(ReadHostIdentity(root, "avx2", 2).cpu, "AMD EPYC (family 25, model 17)");
}

TEST(ThisHost, TakesTheBoardsNameAndLeavesUnknownCachesNull) {
  const fs::path root = EmptyRoot("host_arm");
  Write(root / "proc/cpuinfo", "processor\t: 0\nBogoMIPS\t: 108.00\n");
  Write(root / "proc/device-tree/model", std::string("Toy Board 5\0", 12));
  Write(root / "sys/devices/system/cpu/cpu0/cache/index0/level", "2\n");
  Write(root / "sys/devices/system/cpu/cpu0/cache/index0/size", "-1\n");
  const HostIdentity host = ReadHostIdentity(root, "scalar", 0);
  EXPECT_EQ(host.cpu, "Toy Board 5");
  EXPECT_EQ(host.cores, 1U);
  EXPECT_FALSE(host.l1d_bytes || host.l2_bytes || host.l3_bytes);
  EXPECT_EQ(ReadHostIdentity(EmptyRoot("host_none"), "scalar", 1).cpu, "unknown CPU");
}

TEST(ThisHost, HasANameAndKernels) {
  const HostIdentity host = ThisHost();
  EXPECT_FALSE(host.cpu.empty());
  EXPECT_FALSE(host.isa.empty());
  EXPECT_GE(host.cores, 1U);
}

}  // namespace
}  // namespace edgesim
