// Tests for experiments/record/rapl.cc.
#include "experiments/record/rapl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "experiments/record/clock.h"
#include "tests/record/fake_machine.h"

namespace edgesim {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

void Zone(const FakeMachine& machine, const std::string& folder, const std::string& name,
          const std::string& energy_uj, const std::string& range_uj = "262143328850") {
  machine.Sysfs("class/powercap/" + folder + "/name", name);
  machine.Sysfs("class/powercap/" + folder + "/energy_uj", energy_uj);
  machine.Sysfs("class/powercap/" + folder + "/max_energy_range_uj", range_uj);
}

std::vector<std::string> Names(const FoundSensors& found) {
  std::vector<std::string> names;
  for (const auto& sensor : found.sensors) {
    for (const MeasuredRail& rail : sensor->rails()) names.push_back(rail.name);
  }
  return names;
}

TEST(Rapl, WattsAreEnergyOverTimeAcrossAWrap) {
  EXPECT_DOUBLE_EQ(CounterWatts(1e6, 3.5e6, 1e9, 0.5), 5.0);        // 2.5 J in 0.5 s
  EXPECT_DOUBLE_EQ(CounterWatts(1e9 - 2e6, 1e6, 1e9, 0.25), 12.0);  // 3 J in 0.25 s
  EXPECT_EQ(CounterWatts(7, 7, 1e9, 1), 0);
}

TEST(Rapl, FindsPackagesAndTheirParts) {
  const FakeMachine machine;
  machine.Sysfs("class/powercap/intel-rapl/enabled", "1");
  Zone(machine, "intel-rapl:0", "package-0", "100");
  Zone(machine, "intel-rapl:0:0", "core", "50");
  Zone(machine, "intel-rapl:0:1", "dram", "50");
  Zone(machine, "intel-rapl-mmio:0", "package-0", "100");
  EXPECT_THAT(Names(FindRapl(machine.root())), ElementsAre("package-0", "core", "dram"));
  Zone(machine, "intel-rapl:1", "package-1", "100");
  Zone(machine, "intel-rapl:1:0", "core", "50");
  Zone(machine, "intel-rapl:2", "psys", "100");
  EXPECT_THAT(Names(FindRapl(machine.root())), ElementsAre("package-0", "package-0-core", "dram",
                                                           "package-1", "package-1-core", "psys"));
  EXPECT_TRUE(FindRapl(machine.root() / "nothing").sensors.empty());
}

TEST(Rapl, AReadingIsTheMeanSinceTheLastOne) {
  const FakeMachine machine;
  Zone(machine, "intel-rapl:0", "package-0", "999000000", "1000000000");
  const FoundSensors found = FindRapl(machine.root());
  ASSERT_EQ(found.sensors.size(), 1U);
  PowerSensor& sensor = *found.sensors[0];
  const double first_s = MonotonicSeconds();
  EXPECT_TRUE(sensor.Read().empty());
  const double after_first_s = MonotonicSeconds();
  usleep(20'000);
  Zone(machine, "intel-rapl:0", "package-0", "1000000", "1000000000");  // 2 J later, wrapped
  const double second_s = MonotonicSeconds();
  const std::vector<PowerReading> readings = sensor.Read();
  const double after_second_s = MonotonicSeconds();
  ASSERT_EQ(readings.size(), 1U);
  EXPECT_GE(readings[0].w[0], 2 / (after_second_s - first_s));
  EXPECT_LE(readings[0].w[0], 2 / (second_s - after_first_s));
  EXPECT_GE(readings[0].t_s, 0.5 * (first_s + second_s));
  EXPECT_LE(readings[0].t_s, 0.5 * (after_first_s + after_second_s));
}

// As a user who is not root.
FoundSensors FindAsUser(const FakeMachine& machine) {
  constexpr uid_t kNobody = 65534;
  const bool root = geteuid() == 0;
  if (root && seteuid(kNobody) != 0) throw std::runtime_error("seteuid");
  FoundSensors found = FindRapl(machine.root());
  if (root && seteuid(0) != 0) throw std::runtime_error("seteuid");
  return found;
}

TEST(Rapl, TellsTheFixWherePermissionIsMissing) {
  for (const char* file : {"energy_uj", "max_energy_range_uj"}) {
    const FakeMachine machine;
    Zone(machine, "intel-rapl:0", "package-0", "100");
    const auto path = machine.root() / "class/powercap/intel-rapl:0" / file;
    std::filesystem::permissions(path, std::filesystem::perms(0));
    const FoundSensors found = FindAsUser(machine);
    EXPECT_TRUE(found.sensors.empty());
    EXPECT_THAT(found.notes, ElementsAre(AllOf(HasSubstr("no permission to read " + path.string()),
                                               HasSubstr("sudo chmod a+r"))));
  }
}

TEST(Rapl, NamesAZoneThatGivesNoEnergy) {
  const FakeMachine machine;
  Zone(machine, "intel-rapl:0", "package-0", "none");
  const FoundSensors found = FindRapl(machine.root());
  EXPECT_TRUE(found.sensors.empty());
  EXPECT_THAT(found.notes, ElementsAre(HasSubstr("intel-rapl:0 gives no energy")));
}

}  // namespace
}  // namespace edgesim
