#include "calibration/speed_probe.h"

#include <tbb/task_arena.h>

#include <algorithm>
#include <cmath>

#include "kernels/yardsticks.h"
#include "sim/stats.h"

namespace edgesim {

namespace {

constexpr std::size_t kReadBytes = std::size_t{32} << 20;
constexpr double kDotOperations = 4e8;  // of each thread

}  // namespace

bool IsLike(const HostYardstick& now, const HostYardstick& usual, double tolerance) {
  const auto like = [&](double a, double b) { return std::abs(a / b - 1) <= tolerance; };
  return like(now.read_bytes_per_s, usual.read_bytes_per_s) &&
         like(now.int8_operations_per_s, usual.int8_operations_per_s);
}

SpeedProbe::SpeedProbe(HostClock clock, kernels::Isa isa, std::size_t memory_bytes)
    : clock_(std::move(clock)),
      isa_(isa),
      memory_(std::max<std::size_t>(1, memory_bytes / kReadBytes) * kReadBytes) {
  std::fill_n(memory_.data(), memory_.size(), std::byte{1});
}

HostYardstick SpeedProbe::Measure() {
  const double start = clock_.seconds();
  const double operations = kernels::RunDotProducts(kDotOperations, isa_);
  const double between = clock_.seconds();
  kernels::ReadMemory(kernels::ReadLoop::kFourStreams, {memory_.data() + next_, kReadBytes}, isa_);
  const double end = clock_.seconds();
  next_ = (next_ + kReadBytes) % memory_.size();
  dot_.push_back(operations / (between - start));
  read_.push_back(static_cast<double>(kReadBytes) / (end - between));
  return {.threads = static_cast<std::size_t>(tbb::this_task_arena::max_concurrency()),
          .read_bytes_per_s = read_.back(),
          .int8_operations_per_s = dot_.back()};
}

HostYardstick SpeedProbe::Typical() const {
  std::vector<double> read = read_, dot = dot_;
  std::sort(read.begin(), read.end());
  std::sort(dot.begin(), dot.end());
  return {.threads = static_cast<std::size_t>(tbb::this_task_arena::max_concurrency()),
          .read_bytes_per_s = Quantile(read, 0.5),
          .int8_operations_per_s = Quantile(dot, 0.5)};
}

void SpeedProbe::Forget() {
  read_.clear();
  dot_.clear();
}

bool SpeedProbe::IsTypical(double tolerance) {
  const HostYardstick now = Measure();
  return IsLike(now, Typical(), tolerance);
}

}  // namespace edgesim
