#include "experiments/record/sampler.h"

#include <poll.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <iterator>

#include "experiments/record/clock.h"

namespace edgesim {

namespace {

void Append(std::vector<PowerReading>& to, std::vector<PowerReading> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

Sampler::Sampler(const std::vector<std::unique_ptr<PowerSensor>>& sensors, double interval_s)
    : sensors_(sensors), interval_s_(interval_s), readings_(sensors.size()) {
  for (const auto& sensor : sensors_) {
    sensor->Start(interval_s);
    any_polled_ |= !sensor->EventFd();
  }
  start_s_ = MonotonicSeconds();
}

void Sampler::ReadPolled() {
  for (std::size_t i = 0; i < sensors_.size(); ++i) {
    if (!sensors_[i]->EventFd()) Append(readings_[i], sensors_[i]->Read());
  }
  const auto past =
      static_cast<std::size_t>(std::floor((MonotonicSeconds() - start_s_) / interval_s_));
  const std::size_t next = std::max(next_tick_, past) + 1;
  missed_ += next - next_tick_ - 1;
  next_tick_ = next;
}

bool Sampler::Run(double until_s, int wake_fd) {
  for (;;) {
    const double tick_s = any_polled_ ? start_s_ + static_cast<double>(next_tick_) * interval_s_
                                      : std::numeric_limits<double>::infinity();
    const double now_s = MonotonicSeconds();
    if (now_s >= until_s) return false;
    if (now_s >= tick_s) {
      ReadPolled();
      continue;
    }
    std::vector<pollfd> ready = {{.fd = wake_fd, .events = POLLIN, .revents = 0}};
    for (const auto& sensor : sensors_)
      ready.push_back({.fd = sensor->EventFd().value_or(-1), .events = POLLIN, .revents = 0});
    constexpr double kLongestS = 3600;
    const double wait_s = std::clamp(std::min(until_s, tick_s) - now_s, 0.0, kLongestS);
    std::timespec timeout{};
    timeout.tv_sec = static_cast<std::time_t>(wait_s);
    timeout.tv_nsec = static_cast<long>((wait_s - std::floor(wait_s)) * 1e9);
    if (ppoll(ready.data(), ready.size(), &timeout, nullptr) <= 0) continue;
    for (std::size_t i = 0; i < sensors_.size(); ++i) {
      if (ready[i + 1].revents != 0) Append(readings_[i], sensors_[i]->Read());
    }
    if (ready[0].revents != 0) return true;
  }
}

bool Sampler::RunUntilAllGive(double until_s, int wake_fd) {
  const auto all = [&] {
    return std::none_of(readings_.begin(), readings_.end(),
                        [](const auto& readings) { return readings.empty(); });
  };
  while (!all()) {
    constexpr double kStepS = 0.02;
    const double now_s = MonotonicSeconds();
    if (now_s >= until_s || Run(std::min(until_s, now_s + kStepS), wake_fd)) return false;
  }
  return true;
}

}  // namespace edgesim
