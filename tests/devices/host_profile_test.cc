#include "devices/host_profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/input_error.h"
#include "tests/support/toy_host.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(HostProfile, IsUsableOnItsHostAndElsewhereOnlyWithTheOverride) {
  const HostProfile profile = ToyHost();
  HostIdentity here = profile.host;
  here.cores = 64;  // the profile's thread counts say what it knows
  EXPECT_FALSE(CheckUsable(profile, "h.json", here, false));
  here.cpu = "Other CPU";
  EXPECT_THAT([&] { CheckUsable(profile, "h.json", here, false); },
              ThrowsMessage<InputError>(
                  "h.json: was measured on 'Toy CPU @ 1 GHz' with scalar, this host is 'Other CPU' "
                  "with scalar; --other-host predicts for that one all the same"));
  EXPECT_TRUE(CheckUsable(profile, "h.json", here, true));
  here = profile.host;
  here.isa = "avx2";
  EXPECT_THAT([&] { CheckUsable(profile, "h.json", here, false); },
              ThrowsMessage<InputError>(HasSubstr("'Toy CPU @ 1 GHz' with avx2")));
  EXPECT_TRUE(CheckUsable(profile, "h.json", here, true));
}

TEST(HostProfile, NoOverrideHelpsANoisyCalibration) {
  HostProfile profile = ToyHost();
  profile.measurement.p90_relative_iqr = kWidestSpread;
  EXPECT_NO_THROW(CheckQuality(profile, "h.json"));
  profile.measurement.p90_relative_iqr = 0.31;
  EXPECT_THAT([&] { CheckUsable(profile, "h.json", profile.host, true); },
              ThrowsMessage<InputError>(HasSubstr("31 %, allowed: 25 %); calibrate again")));
  profile = ToyHost();
  profile.residuals[1].median = 0.16;
  EXPECT_THAT([&] { CheckUsable(profile, "h.json", profile.host, true); },
              ThrowsMessage<InputError>(
                  HasSubstr("its law of attention on 2 threads misses the timings by 16 %")));
}

// Element-wise operations hardly count in a pass.
TEST(HostProfile, SmallOperationsMayBeOff) {
  HostProfile profile = ToyHost();
  profile.residuals[1].median = 0.5;
  for (const char* law : {"rms_norm", "argmax"}) {
    profile.residuals[1].law = law;
    EXPECT_NO_THROW(CheckQuality(profile, "h.json"));
  }
  for (const char* law : {"q4_0", "attention", "pass"}) {
    profile.residuals[1].law = law;
    EXPECT_THROW(CheckQuality(profile, "h.json"), InputError);
  }
}

TEST(HostProfile, FindsLawsByThreadsOrListsThem) {
  const HostProfile profile = ToyHost();
  EXPECT_EQ(LawsFor(profile, "h.json", 2).threads, 2U);
  EXPECT_THAT([&] { LawsFor(profile, "h.json", 3); },
              ThrowsMessage<InputError>("h.json: has no laws for 3 threads; it has laws for 1, 2"));
}

}  // namespace
}  // namespace edgesim
