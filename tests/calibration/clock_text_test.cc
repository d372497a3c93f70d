// Dates and times as HWiNFO, tegrastats and PTDaemon write them.
#include "calibration/clock_text.h"

#include <gtest/gtest.h>

namespace edgesim {
namespace {

TEST(ClockTextTest, UsDatesWithAndWithoutMilliseconds) {
  EXPECT_EQ(UsDateTimeMs("01-01-1970 00:00:00"), 0);
  EXPECT_EQ(UsDateTimeMs("03-02-2023 13:38:13.142"), 1677764293142);  // date -u -d ... +%s
  EXPECT_EQ(*UsDateTimeMs("03-01-2024 00:00:00") - *UsDateTimeMs("02-28-2024 00:00:00"),
            2 * 86'400'000);  // a leap year
  for (const char* wrong : {"", "13-01-2024 00:00:00", "02-30-2024 00:00:00", "2024-01-01 00:00:00",
                            "01-01-2024", "01-01-2024 24:00:00", "01-01-2024 00:00:00x"}) {
    EXPECT_EQ(UsDateTimeMs(wrong), std::nullopt) << wrong;
  }
}

TEST(ClockTextTest, HwinfoWritesNoLeadingZeros) {
  EXPECT_EQ(HwinfoTimeMs("18:6:33.780"), ((18 * 60 + 6) * 60 + 33) * 1000 + 780);
  EXPECT_EQ(HwinfoTimeMs("0:0:1.19"), 1019);
  EXPECT_EQ(HwinfoTimeMs("0:0:1"), 1000);
  EXPECT_EQ(HwinfoTimeMs("0:0:1,19"), std::nullopt);
  EXPECT_EQ(HwinfoTimeMs("0:0"), std::nullopt);
  EXPECT_EQ(DottedDateMs("2.1.1970"), 86'400'000);
  EXPECT_EQ(DottedDateMs("30.2.2024"), std::nullopt);
  EXPECT_EQ(DottedDateMs("16/9/2025"), std::nullopt);
}

}  // namespace
}  // namespace edgesim
