// Tests for experiments/record/child_process.cc.
#include "experiments/record/child_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <csignal>

#include "sim/input_error.h"
#include "tests/record/fake_machine.h"

namespace edgesim {
namespace {

using testing::StartsWith;
using testing::ThrowsMessage;

int WaitFor(ChildProcess& child) {
  while (!child.Status()) usleep(1000);
  return *child.Status();
}

TEST(ChildProcess, StatusIsWhatAShellShows) {
  ChildProcess exits({"bash", "-c", "exit 7"}, ChildProcess::Output::kInherited);
  EXPECT_EQ(WaitFor(exits), 7);
  ChildProcess killed({"bash", "-c", "kill -TERM $$"}, ChildProcess::Output::kInherited);
  EXPECT_EQ(WaitFor(killed), 128 + SIGTERM);
  EXPECT_THAT([] { ChildProcess({"no-such-program"}, ChildProcess::Output::kInherited); },
              ThrowsMessage<InputError>(StartsWith("no-such-program: cannot be run: ")));
}

TEST(ChildProcess, PassesArgumentsAsTheyAreAndSignals) {
  ChildProcess child({"bash", "-c", "trap 'exit 5' USR1; while :; do sleep 0.01; done"},
                     ChildProcess::Output::kPipe);
  EXPECT_FALSE(child.Status());
  while (!child.Status()) {  // until the trap is set the signal would end it otherwise
    usleep(50'000);
    child.Signal(SIGUSR1);
  }
  EXPECT_THAT(*child.Status(), testing::AnyOf(5, 128 + SIGUSR1));
  const ToolOutput output = OutputOf({"printf", "%s|", "a b", "$HOME", ""}, 10);
  EXPECT_EQ(output.text, "a b|$HOME||");
}

TEST(ChildProcess, AToolSeesATerminalWhereAsked) {
  ChildProcess child({"bash", "-c", "[ -t 1 ] && echo terminal"}, ChildProcess::Output::kTerminal);
  pollfd ready{.fd = child.output_fd(), .events = POLLIN, .revents = 0};
  ASSERT_EQ(poll(&ready, 1, 10'000), 1);
  char text[32] = {};
  ASSERT_GT(read(child.output_fd(), text, sizeof text - 1), 0);
  EXPECT_STREQ(text, "terminal\n");
  EXPECT_EQ(WaitFor(child), 0);
}

TEST(ChildProcess, EndsItsToolsWithIt) {
  const FakeMachine machine;
  machine.Tool("endless", "echo $$; while :; do sleep 0.01; done");
  pid_t pid = 0;
  {
    ChildProcess child({"endless"}, ChildProcess::Output::kPipe);
    pollfd ready{.fd = child.output_fd(), .events = POLLIN, .revents = 0};
    ASSERT_EQ(poll(&ready, 1, 10'000), 1);
    char text[32] = {};
    ASSERT_GT(read(child.output_fd(), text, sizeof text - 1), 0);
    pid = static_cast<pid_t>(std::stol(text));
    ASSERT_EQ(kill(pid, 0), 0);
  }
  EXPECT_NE(kill(pid, 0), 0);
}

TEST(ChildProcess, OutputOfAToolToldFromNoneFailingAndLate) {
  EXPECT_FALSE(OutputOf({"no-such-program"}, 10).found);
  const ToolOutput fails = OutputOf({"bash", "-c", "echo x; exit 3"}, 10);
  EXPECT_TRUE(fails.found);
  EXPECT_FALSE(fails.ok);
  const ToolOutput late = OutputOf({"sleep", "60"}, 0.05);
  EXPECT_TRUE(late.found);
  EXPECT_FALSE(late.ok);
  const ToolOutput large = OutputOf({"bash", "-c", "head -c 300000 /dev/zero"}, 10);
  EXPECT_TRUE(large.ok);
  EXPECT_EQ(large.text.size(), 300'000U);
}

}  // namespace
}  // namespace edgesim
