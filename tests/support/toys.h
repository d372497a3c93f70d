// A toy world for tests of the event loop: given arrivals, durations, powers and scores.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "sim/answer_model.h"
#include "sim/device.h"
#include "sim/episode.h"
#include "sim/policy.h"
#include "sim/workload.h"

namespace edgesim::toys {

using namespace std::chrono_literals;  // 5s, 20ms, 3ns

inline SimTime At(Duration since_start) { return SimTime(since_start); }

// One rail.
inline PowerSegment Flat(double watts, Duration length) {
  return PowerSegment{.length = length, .rail_w = {watts}};
}

// The segments a request has, as a function of all that a device is told.
class Device final : public edgesim::Device {
 public:
  using Course = std::function<std::vector<PowerSegment>(const Request&, ActionId, const Answer&,
                                                         const Noise&)>;

  explicit Device(Course course, double idle_w = 0) : course_(std::move(course)) {
    info_.rails = {"toy"};
    info_.idle_w = {idle_w};
    info_.emission_interval = 20ms;
  }
  // `watts` for output_tokens seconds.
  explicit Device(double watts, double idle_w = 0)
      : Device(
            [watts](const Request&, ActionId, const Answer& answer, const Noise&) {
              return std::vector{Flat(watts, answer.output_tokens * Duration(1s))};
            },
            idle_w) {}

  const DeviceInfo& Info() const override { return info_; }
  void Execute(const Request& request, ActionId action, const Answer& answer, const Noise& world,
               Execution& out) const override {
    out.segments = course_(request, action, answer, world);
    out.duration = {};
    for (const PowerSegment& segment : out.segments) out.duration += segment.length;
    out.clamped = 0;
  }

 private:
  Course course_;
  DeviceInfo info_;
};

class Workload final : public edgesim::Workload {
 public:
  using Draw = std::function<Request(std::uint32_t, SimTime, const Noise&)>;

  Workload(bool closed_loop, Draw draw) : closed_loop_(closed_loop), draw_(std::move(draw)) {}

  bool ClosedLoop() const override { return closed_loop_; }
  Request Next(std::uint32_t index, SimTime previous, const Noise& world) const override {
    return draw_(index, previous, world);
  }

 private:
  bool closed_loop_;
  Draw draw_;
};

// Each request as soon as the one before it has ended; classes 1, 2, 3, ... and index + 100 tokens.
inline Workload BackToBack() {
  return Workload(true, [](std::uint32_t index, SimTime previous, const Noise&) {
    return Request{.index = index,
                   .arrival = previous,
                   .class_id = index + 1,
                   .question = index,
                   .prompt_tokens = index + 100};
  });
}

// Open arrivals at the given times, then (all but) never.
inline Workload ArrivalsAt(std::vector<Duration> times) {
  return Workload(false, [times](std::uint32_t index, SimTime previous, const Noise&) {
    return Request{.index = index,
                   .arrival = index < times.size() ? At(times[index]) : previous + 1'000'000s};
  });
}

class Answers final : public AnswerModel {
 public:
  using Law = std::function<Answer(const Request&, ActionId, const Noise&)>;

  explicit Answers(Law law) : law_(std::move(law)) {}
  // The same for every request.
  Answers(std::uint32_t output_tokens, double score)
      : Answers([=](const Request&, ActionId, const Noise&) {
          return Answer{.prompt_tokens = 1, .output_tokens = output_tokens, .score = score};
        }) {}

  Answer Draw(const Request& request, ActionId action, const Noise& world) const override {
    return law_(request, action, world);
  }

 private:
  Law law_;
};

// Chooses by `choose` and keeps what it was shown.
class Policy final : public edgesim::Policy {
 public:
  using Choice = std::function<ActionId(const Observation&, const Noise&)>;

  explicit Policy(Choice choose = [](const Observation&, const Noise&) { return 0U; })
      : choose_(std::move(choose)) {}

  void BeginEpisode(std::uint32_t episode, Phase phase) override {
    begun.emplace_back(episode, phase);
  }
  ActionId Act(const Observation& seen, const Noise& noise) override {
    observed.push_back(seen);
    noises.push_back(noise);
    return choose_(seen, noise);
  }
  void Learn(const Transition& transition) override { learned.push_back(transition); }

  std::vector<std::pair<std::uint32_t, Phase>> begun;
  std::vector<Observation> observed;
  std::vector<Noise> noises;
  std::vector<Transition> learned;

 private:
  Choice choose_;
};

}  // namespace edgesim::toys
