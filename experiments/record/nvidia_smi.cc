#include "experiments/record/nvidia_smi.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <limits>
#include <sstream>

#include "experiments/record/child_process.h"
#include "experiments/record/clock.h"

namespace edgesim {

namespace {

std::string_view Trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

class NvidiaSmiSensor : public PowerSensor {
 public:
  NvidiaSmiSensor(std::vector<MeasuredRail> rails, std::vector<int> indices)
      : PowerSensor(std::move(rails)), indices_(std::move(indices)) {}

  void Start(double interval_s) override {
    constexpr double kMsPerS = 1000;
    const auto interval_ms = std::max(1L, std::lround(interval_s * kMsPerS));
    child_.emplace(std::vector<std::string>{"nvidia-smi", "--query-gpu=index,power.draw",
                                            "--format=csv,noheader,nounits",
                                            fmt::format("--loop-ms={}", interval_ms)},
                   ChildProcess::Output::kTerminal);
  }

  std::optional<int> EventFd() const override {
    return child_ && !ended_ ? child_->output_fd() : -1;
  }

  std::vector<PowerReading> Read() override {
    char buffer[4096];
    const ssize_t size = read(child_->output_fd(), buffer, sizeof buffer);
    const double now_s = MonotonicSeconds();
    if (size <= 0) {  // a terminal whose program has ended gives EIO
      ended_ = size == 0 || (errno != EAGAIN && errno != EINTR);
      return {};
    }
    text_.append(buffer, static_cast<std::size_t>(size));
    std::vector<PowerReading> readings;
    for (std::size_t end = 0; (end = text_.find('\n')) != std::string::npos;) {
      const auto gpu = ParseGpuPower(text_.substr(0, end));
      text_.erase(0, end + 1);
      if (!gpu) continue;
      const auto rail = std::find(indices_.begin(), indices_.end(), gpu->index);
      if (rail == indices_.end()) continue;
      // Boards report one after the other; each line is a reading of its own.
      readings.push_back(
          {.t_s = now_s,
           .w = std::vector<double>(indices_.size(), std::numeric_limits<double>::quiet_NaN())});
      readings.back().w[static_cast<std::size_t>(rail - indices_.begin())] = gpu->w;
    }
    return readings;
  }

 private:
  std::vector<int> indices_;
  std::optional<ChildProcess> child_;
  bool ended_ = false;
  std::string text_;  // what has come of the line that is not complete
};

}  // namespace

std::optional<GpuPower> ParseGpuPower(std::string_view line) {
  const std::size_t comma = line.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  const std::string_view index = Trimmed(line.substr(0, comma));
  std::string_view watts = line.substr(comma + 1), name;
  if (const std::size_t second = watts.find(','); second != std::string_view::npos) {
    name = Trimmed(watts.substr(second + 1));
    watts = watts.substr(0, second);
  }
  watts = Trimmed(watts);
  GpuPower gpu{
      .index = 0, .w = std::numeric_limits<double>::quiet_NaN(), .name = std::string(name)};
  const auto [index_end, index_error] =
      std::from_chars(index.data(), index.data() + index.size(), gpu.index);
  if (index_error != std::errc() || index_end != index.data() + index.size()) return std::nullopt;
  if (watts.starts_with('[') || watts == "N/A") return gpu;
  const auto [end, error] = std::from_chars(watts.data(), watts.data() + watts.size(), gpu.w);
  if (error != std::errc() || end != watts.data() + watts.size()) return std::nullopt;
  return gpu;
}

FoundSensors FindNvidiaSmi() {
  FoundSensors found;
  constexpr double kTimeoutS = 20;  // without the persistence daemon the driver starts first
  const ToolOutput output =
      OutputOf({"nvidia-smi", "--query-gpu=index,power.draw,name", "--format=csv,noheader,nounits"},
               kTimeoutS);
  if (!output.found) return found;
  if (!output.ok) {
    found.notes.emplace_back("nvidia-smi: fails; run it alone to see why");
    return found;
  }
  std::vector<MeasuredRail> rails;
  std::vector<int> indices;
  std::istringstream lines(output.text);
  for (std::string line; std::getline(lines, line);) {
    const auto gpu = ParseGpuPower(line);
    if (!gpu) continue;
    if (std::isnan(gpu->w)) {
      found.notes.push_back(
          fmt::format("nvidia-smi: GPU {} ({}) gives no power.draw", gpu->index, gpu->name));
      continue;
    }
    indices.push_back(gpu->index);
    rails.push_back({.name = fmt::format("gpu{}", gpu->index),
                     .source = fmt::format("nvidia-smi power.draw, GPU {}", gpu->index),
                     .scope = "graphics board, " + gpu->name});
  }
  if (rails.size() == 1) rails[0].name = "gpu";
  if (!rails.empty()) {
    found.sensors.push_back(
        std::make_unique<NvidiaSmiSensor>(std::move(rails), std::move(indices)));
  }
  return found;
}

}  // namespace edgesim
