// Tests for experiments/record/pi_pmic.cc.
#include "experiments/record/pi_pmic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/record/fake_machine.h"

namespace edgesim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// 0.5 A x 3.7 V + 2 A x 0.75 V = 3.35 W. The 5 V input and the battery have no current, LOST no
// voltage; numbers in brackets are the converter's channels and tell nothing.
constexpr const char* kOutput = R"( 3V7_WL_SW_A current(0)=0.50000000A
  VDD_CORE_A current(7)=2.00000000A
      LOST_A current(9)=9.00000000A
 3V7_WL_SW_V volt(8)=3.70000000V
  VDD_CORE_V volt(15)=0.75000000V
     EXT5V_V volt(24)=5.09000000V
      BATT_V volt(25)=0.00000000V
)";

TEST(PiPmic, SumsOverRailsWithBothCurrentAndVoltage) {
  EXPECT_NEAR(PmicWatts(kOutput), 3.35, 1e-12);
  EXPECT_TRUE(std::isnan(PmicWatts("")));
  EXPECT_TRUE(std::isnan(PmicWatts("error=1 error_msg=\"Command not registered\"")));
  EXPECT_TRUE(std::isnan(PmicWatts("X_A current(1)=1.0\nX_V volt(2)=abcV\nX_V\n")));
  // A unit in the wrong place is no reading.
  EXPECT_TRUE(std::isnan(PmicWatts("X_A current(1)=1.0V\nX_V volt(2)=1.0A\n")));
}

TEST(PiPmic, AsksTheToolAtEachReading) {
  const FakeMachine machine;
  machine.Tool("vcgencmd",
               "[ \"$*\" = pmic_read_adc ] && cat <<'END'\n" + std::string(kOutput) + "END\n");
  const FoundSensors found = FindPiPmic();
  ASSERT_EQ(found.sensors.size(), 1U);
  EXPECT_NEAR(found.sensors[0]->Read().at(0).w.at(0), 3.35, 1e-12);
  machine.Tool("vcgencmd", "exit 1");
  EXPECT_TRUE(std::isnan(found.sensors[0]->Read().at(0).w.at(0)));
}

TEST(PiPmic, OtherBoardsHaveNone) {
  const FakeMachine machine;
  machine.Tool("vcgencmd", "echo 'error=1 error_msg=\"Command not registered\"'");
  EXPECT_TRUE(FindPiPmic().sensors.empty());
  EXPECT_TRUE(FindPiPmic().notes.empty());
  machine.Tool("vcgencmd", "exit 255");
  EXPECT_THAT(FindPiPmic().notes, ElementsAre(HasSubstr("group 'video'")));
}

}  // namespace
}  // namespace edgesim
