// Tests for experiments/cli/new_files.cc: what is written can be built at once.
#include "experiments/cli/new_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/build.h"
#include "experiments/summary_text.h"
#include "sim/input_error.h"

namespace edgesim {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;

TEST(NewFiles, ExperimentsAndDevicesBuildWithoutWarnings) {
  for (const char* kind : {"experiment", "device"}) {
    const NewFile file = MakeNewFile(kind, "my-2nd.try");
    EXPECT_EQ(file.name, "my-2nd.try.yaml");
    EXPECT_EQ(file.next, "edgesim run my-2nd.try.yaml");
    const auto built = Build(ParseExperiment(file.text, file.name, {"optimum.draws=200"}));
    EXPECT_EQ(built->config.name, "my-2nd.try");
    EXPECT_EQ(WhyNoOptimum(*built), "");
    EXPECT_GE(built->config.replicas, 10U);
    EXPECT_THAT(file.text, AllOf(Not(HasSubstr("NAME")), Not(HasSubstr("\t"))));
  }
}

TEST(NewFiles, APolicyIsAClassOfItsName) {
  const NewFile file = MakeNewFile("policy", "Thrifty");
  EXPECT_EQ(file.name, "Thrifty.py");
  EXPECT_THAT(file.text, AllOf(HasSubstr("class Thrifty(edgesim.Policy):"),
                               HasSubstr("policies={\"Thrifty\": Thrifty}"),
                               HasSubstr("if __name__ == \"__main__\":"), Not(HasSubstr("NAME"))));
}

TEST(NewFiles, TakesTheNameOfTheFileToo) {
  EXPECT_EQ(MakeNewFile("experiment", "first.yaml").name, "first.yaml");
  EXPECT_EQ(MakeNewFile("policy", "Thrifty.py").name, "Thrifty.py");
}

TEST(NewFiles, RefusesNamesThatNoFileCouldCarry) {
  const auto refused = [](const char* kind, const char* name) {
    EXPECT_THAT([&] { MakeNewFile(kind, name); },
                ThrowsMessage<InputError>(HasSubstr(std::string("'") + name + "'")))
        << kind << " " << name;
  };
  for (const char* name : {"", "../x", ".x", "-x", "a b", "ä"}) refused("experiment", name);
  for (const char* name : {"2nd", "a-b", "a.b", "class", "edgesim", "numpy", "json"})
    refused("policy", name);
  EXPECT_THAT([] { MakeNewFile("polcy", "x"); },
              ThrowsMessage<InputError>(HasSubstr("did you mean 'policy'?")));
}

}  // namespace
}  // namespace edgesim
