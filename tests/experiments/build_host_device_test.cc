#include "experiments/build_host_device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/input_error.h"
#include "tests/experiments/small_experiment.h"
#include "tests/support/toy_host_file.h"

namespace edgesim {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

ChosenDevice Read(const std::string& device, const std::vector<std::string>& more = {}) {
  return ReadDevice(LoadSmall(OnToyHost(ToyHostFile("build_host"), device, more)));
}

void ExpectRefused(const std::string& device, const std::string& part,
                   const std::vector<std::string>& more = {}) {
  EXPECT_THAT([&] { Read(device, more); }, ThrowsMessage<InputError>(HasSubstr(part)));
}

std::vector<std::vector<RequestSize>> Sizes(const ChosenDevice& chosen) {
  return std::vector<std::vector<RequestSize>>(chosen.actions.size(), {{20, 5}});
}

TEST(BuildHostDevice, TakesActionsFromTheCatalogueAndAssumesItsPower) {
  const ChosenDevice chosen = Read("power_w: 15, idle_w: 4, idle: assumed");
  EXPECT_EQ(chosen.facts.name, "toy-host");
  EXPECT_EQ(chosen.facts.description,
            "Toy CPU @ 1 GHz (scalar), 2 threads, calibrated 2026-01-02T03:04:05Z");
  EXPECT_EQ(chosen.facts.provenance.at("power").kind, ProvenanceKind::kAssumed);
  EXPECT_TRUE(chosen.facts.provenance.contains("laws"));
  EXPECT_THAT(chosen.facts.assumed,
              ElementsAre("Power is assumed, not measured: 15 W while a request runs, 4 W between "
                          "requests."));
  ASSERT_EQ(chosen.actions.size(), 3U);
  EXPECT_EQ(chosen.actions[0].name, "gemma-2-2b-it-q6_k");
  EXPECT_EQ(chosen.actions[0].quantization, "q6_k");
  const MadeDevice made = chosen.make(Sizes(chosen));
  EXPECT_THAT(made.device->Info().rails, ElementsAre("host"));
  EXPECT_EQ(made.device->Info().idle_w[0], 4);
  EXPECT_GT(made.longest_s(1, {.prompt_tokens = 20, .output_tokens = 5}),
            made.longest_s(0, {.prompt_tokens = 20, .output_tokens = 5}));
}

TEST(BuildHostDevice, TakesThePowerOfTheSameActionOfAMeasuredDevice) {
  const ChosenDevice chosen = Read("power_profile: laptop-rtx3070");
  EXPECT_THAT(chosen.facts.assumed, ElementsAre(HasSubstr("that of laptop-rtx3070 for the same")));
  EXPECT_NE(chosen.hash, Read("power_w: 15").hash);
  EXPECT_THAT(chosen.make(Sizes(chosen)).device->Info().rails, ElementsAre("cpu", "gpu"));
  ExpectRefused("power_profile: laptop-rtx3070",
                "'laptop-rtx3070' has no power for gemma-2-2b-q4_0, gemma-2-9b-q8_0; it has ",
                {"actions=[gemma-2-2b-q4_0, gemma-2-2b-q6_k, gemma-2-9b-q8_0]"});
  ExpectRefused("power_profile: laptop", "unknown power_profile 'laptop'; there is ");
}

TEST(BuildHostDevice, RefusesWhatDoesNotFitTogether) {
  ExpectRefused("threads: 1", "a host's power was not measured: give either 'power_w'");
  ExpectRefused("power_w: 15, power_profile: laptop-rtx3070", "give either 'power_w'");
  ExpectRefused("power_w: 15, idle_w: 3", "'idle_w' and 'idle: assumed' go together");
  ExpectRefused("power_w: 15, idle: assumed", "'idle_w' and 'idle: assumed' go together");
  ExpectRefused("power_profile: laptop-rtx3070, idle_w: 3", "a 'power_profile' has its own");
  ExpectRefused("power_w: 15, threads: 3", "has no laws for 3 threads; it has laws for 1, 2");
  ExpectRefused("power_w: 15", "'actions' are needed with a 'host_profile'", {"actions=[]"});
}

TEST(BuildHostDevice, PointsAtTheActionItDoesNotKnow) {
  const auto refused = [](const std::string& action, const std::string& part) {
    ExpectRefused("power_w: 15", part, {"actions=[qwen3-4b-q8_0, " + action + "]"});
  };
  refused("gemma-2-3b-q4_0", "unknown model 'gemma-2-3b'");
  refused("gemma-2-2b-q4_1", "has no quantization 'q4_1'");
  refused("gemma", "'gemma' must be MODEL-QUANTISATION");
  refused("./x.json-q4_0", "must be MODEL-QUANTISATION");
}

TEST(BuildHostDevice, RefusesAProfileThatIsMissingOrNoisy) {
  EXPECT_THAT([] { ReadDevice(LoadSmall(OnToyHost("no-host.json", "power_w: 15"))); },
              ThrowsMessage<InputError>(
                  AllOf(HasSubstr("no-host.json: no such file"), HasSubstr("calibrate"))));
  HostProfile noisy = ToyHost();
  noisy.measurement.p90_relative_iqr = 0.5;
  const std::string file = ToyHostFile("noisy_host", noisy);
  EXPECT_THAT([&] { ReadDevice(LoadSmall(OnToyHost(file, "power_w: 15"))); },
              ThrowsMessage<InputError>(HasSubstr("its timings scatter too much")));
}

// The answer table must know the actions, whatever the device.
TEST(BuildHostDevice, NeedsAnswersForItsActions) {
  const std::string file = ToyHostFile("build_host");
  EXPECT_THAT([&] { BuildSmall(OnToyHost(file, "power_w: 15", {"actions=[gemma-2-2b-it-q4_0]"})); },
              ThrowsMessage<InputError>(HasSubstr("gemma-2-2b-it-q4_0")));
}

}  // namespace
}  // namespace edgesim
