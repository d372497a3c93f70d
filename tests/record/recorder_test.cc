// Tests for experiments/record/recorder.cc.
#include "experiments/record/recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "sim/input_error.h"
#include "tests/record/scripted_sensor.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

std::vector<std::unique_ptr<PowerSensor>> OneSensor() {
  std::vector<std::unique_ptr<PowerSensor>> sensors;
  sensors.push_back(std::make_unique<ScriptedSensor>(3));
  return sensors;
}

RecordOptions Options(std::vector<std::string> command) {
  return {.interval_s = 0.01, .lead_s = 0.05, .tail_s = 0.05, .command = std::move(command)};
}

TEST(Recorder, SamplesBeforeWhileAndAfter) {
  const Recorded recorded = Record(OneSensor(), Options({"bash", "-c", "sleep 0.1; exit 4"}));
  ASSERT_TRUE(recorded.started);
  EXPECT_EQ(recorded.status, 4);
  EXPECT_GE(recorded.end_s - recorded.start_s, 0.1);
  ASSERT_EQ(recorded.readings.size(), 1U);
  const std::vector<PowerReading>& readings = recorded.readings[0];
  ASSERT_GE(readings.size(), 3U);
  EXPECT_LT(readings.front().t_s, recorded.start_s);
  EXPECT_GT(readings.back().t_s, recorded.end_s);
}

// The command signals its parent, which hands the signal back.
TEST(Recorder, PassesSignalsOn) {
  const Recorded recorded = Record(
      OneSensor(), Options({"bash", "-c",
                            "trap 'exit 9' INT; kill -INT $PPID; for ((i = 0; i < 600; ++i)); "
                            "do sleep 0.1; done"}));
  EXPECT_EQ(recorded.status, 9);
  EXPECT_GT(recorded.readings.at(0).back().t_s, recorded.end_s);  // with its tail
}

TEST(Recorder, AnInterruptBeforeTheCommandLeavesItOut) {
  // Blocked, so that the signal waits until the recorder takes it.
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  sigprocmask(SIG_BLOCK, &term, nullptr);
  kill(getpid(), SIGTERM);
  EXPECT_FALSE(Record(OneSensor(), Options({"false"})).started);
  sigprocmask(SIG_UNBLOCK, &term, nullptr);
}

TEST(Recorder, LeavesTheSignalMaskAsItWas) {
  sigset_t mask;
  Record(OneSensor(), Options({"true"}));
  sigprocmask(SIG_SETMASK, nullptr, &mask);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGCHLD})
    EXPECT_EQ(sigismember(&mask, number), 0);
}

TEST(Recorder, SaysWhatCannotBeRun) {
  EXPECT_THAT([] { Record(OneSensor(), Options({"no-such-program"})); },
              ThrowsMessage<InputError>(HasSubstr("no-such-program: cannot be run")));
}

}  // namespace
}  // namespace edgesim
