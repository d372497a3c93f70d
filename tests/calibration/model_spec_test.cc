// Tests of calibration/model_spec.h: every word, contradictions, errors, and the round trip.
#include "calibration/model_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/input_error.h"

namespace edgesim {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

ModelSpec Spec(std::string_view text) { return ParseModelSpec(text, "--model gpu"); }

std::string ErrorOf(std::string_view text) {
  try {
    Spec(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(ParseModelSpec, Topologies) {
  EXPECT_EQ(Spec("ramp").topology, Topology::kRamp);
  EXPECT_EQ(Spec("ramp").states, 6);
  EXPECT_EQ(Spec("ramp=3").topology, Topology::kRamp);
  EXPECT_EQ(Spec("ramp=3").states, 3);
  EXPECT_EQ(Spec("free").topology, Topology::kFree);
  EXPECT_EQ(Spec("free").states, 2);
  EXPECT_EQ(Spec("free=12").states, 12);
  EXPECT_EQ(Spec("free=1").states, 1);
}

TEST(ParseModelSpec, Innovations) {
  EXPECT_EQ(Spec("gaussian").innovation, Innovation::kGaussian);
  EXPECT_EQ(Spec("student").innovation, Innovation::kStudentT);
  EXPECT_EQ(Spec("mixture").innovation, Innovation::kMixture);
}

TEST(ParseModelSpec, Flags) {
  EXPECT_TRUE(Spec("ar").autoregressive);
  EXPECT_FALSE(Spec("free").autoregressive);
  EXPECT_TRUE(Spec("level").level);
  EXPECT_FALSE(Spec("free").level);
  EXPECT_EQ(Spec("classes=4").max_classes, 4);
  EXPECT_EQ(Spec("free").max_classes, 1);
}

TEST(ParseModelSpec, DurationFamilies) {
  for (std::size_t k = 0; k < kDurationFamilyNames.size(); ++k)
    EXPECT_EQ(Spec(kDurationFamilyNames[k]).duration, static_cast<DurationFamily>(k));
  EXPECT_EQ(Spec("hmm").duration, DurationFamily::kGeometric);
  EXPECT_EQ(Spec("free").duration, DurationFamily::kGamma);
}

TEST(ParseModelSpec, WordsStandInAnyOrderBetweenBlanksOrCommas) {
  const ModelSpec expected{.topology = Topology::kRamp,
                           .states = 4,
                           .innovation = Innovation::kStudentT,
                           .autoregressive = true,
                           .duration = DurationFamily::kLognormal,
                           .level = true,
                           .max_classes = 2};
  EXPECT_EQ(Spec("ramp=4 student ar lognormal level classes=2"), expected);
  EXPECT_EQ(Spec("classes=2,level,lognormal,ar,student,ramp=4"), expected);
  EXPECT_EQ(Spec("  level,\tar  ramp=4 ,, classes=2 lognormal student "), expected);
}

TEST(ParseModelSpec, ContradictionsAreErrors) {
  for (const char* text : {"ramp free", "ramp ramp=3", "gaussian student", "mixture mixture",
                           "gamma poisson", "hmm geometric", "classes=2 classes=3"}) {
    EXPECT_THAT(ErrorOf(text), AllOf(StartsWith("--model gpu: "), HasSubstr("contradicts")))
        << text;
  }
}

TEST(ParseModelSpec, UnknownWordsAreNamedWithWhatIsAllowed) {
  for (const char* word : {"fre", "gaussian=2", "ar=1", "classes", "RAMP", "=", "ramp:3", "hmm=2"})
    EXPECT_THAT(ErrorOf(std::string("level ") + word),
                AllOf(StartsWith("--model gpu: '" + std::string(word) + "'"), HasSubstr("ramp[=N]"),
                      HasSubstr("classes=N"), HasSubstr("negative_binomial")))
        << word;
}

TEST(ParseModelSpec, NumbersOutsideTheirRangeAreErrors) {
  for (const char* word :
       {"ramp=0", "ramp=13", "free=-1", "free=", "free=2.5", "free=two", "free=99999999999"}) {
    EXPECT_THAT(ErrorOf(word), AllOf(StartsWith("--model gpu: '" + std::string(word) + "'"),
                                     HasSubstr("from 1 to 12")));
  }
  for (const char* word : {"classes=0", "classes=5", "classes="})
    EXPECT_THAT(ErrorOf(word), HasSubstr("from 1 to 4"));
}

TEST(ParseModelSpec, NothingIsAnError) {
  for (const char* text : {"", "  ", ", ,"})
    EXPECT_THAT(ErrorOf(text), AllOf(StartsWith("--model gpu: no model given"), HasSubstr("free")));
}

TEST(FormatModelSpec, IsReadBackForEveryStructure) {
  for (const Topology topology : {Topology::kRamp, Topology::kFree}) {
    for (const Innovation innovation :
         {Innovation::kGaussian, Innovation::kStudentT, Innovation::kMixture}) {
      for (std::size_t k = 0; k < kDurationFamilyNames.size(); ++k) {
        for (const bool flag : {false, true}) {
          const ModelSpec spec{.topology = topology,
                               .states = 5,
                               .innovation = innovation,
                               .autoregressive = flag,
                               .duration = static_cast<DurationFamily>(k),
                               .level = !flag,
                               .max_classes = flag ? 3 : 1};
          EXPECT_EQ(Spec(Format(spec)), spec) << Format(spec);
        }
      }
    }
  }
}

TEST(FormatModelSpec, IsTheWords) {
  EXPECT_EQ(Format(Spec("classes=2 level hmm student ar ramp")),
            "ramp=6 student ar geometric level classes=2");
  EXPECT_EQ(Format(ModelSpec{}), "free=2 gaussian gamma");
}

}  // namespace
}  // namespace edgesim
