#include "experiments/cli/host_text.h"

#include <fmt/format.h>

#include "experiments/text_table.h"

namespace edgesim {

namespace {

constexpr double kGiga = 1e9, kMicro = 1e-6, kPercent = 100;

std::string LawTable(const HostProfile& profile, std::size_t i) {
  const ThreadLaws& laws = profile.laws[i];
  std::vector<std::vector<std::string>> rows = {
      {"weights", "decode GB/s", "prefill GOP/s", "overhead us", "residual", "90 %"}};
  for (const auto& [format, law] : laws.matmul) {
    std::size_t widest = 0;
    while (std::size_t{2} << widest <= laws.tile_columns) ++widest;
    const double operations = 2 * static_cast<double>(laws.tile_columns) / law.pass_s[widest];
    std::vector<std::string> row = {std::string(Name(format)),
                                    fmt::format("{:.1f}", law.bytes_per_s / kGiga),
                                    fmt::format("{:.0f}", operations / kGiga),
                                    fmt::format("{:.1f}", law.overhead_s / kMicro),
                                    "-",
                                    "-"};
    for (const LawResidual& residual : profile.residuals) {
      if (residual.threads != laws.threads || residual.law != Name(format)) continue;
      row[4] = fmt::format("{:.1f} %", kPercent * residual.median);
      row[5] = fmt::format("{:.1f} %", kPercent * residual.p90);
    }
    rows.push_back(std::move(row));
  }
  return TextTable(rows);
}

}  // namespace

std::string CalibrationText(const HostProfile& profile, const std::string& file) {
  std::string text = fmt::format("{}, {} kernels, {} core{}\n", profile.host.cpu, profile.host.isa,
                                 profile.host.cores, profile.host.cores == 1 ? "" : "s");
  for (std::size_t i = 0; i < profile.laws.size(); ++i) {
    const HostYardstick& limit = profile.yardsticks[i];
    text += fmt::format("\n{} thread{}: memory reads {:.1f} GB/s, int8 dot products {:.0f} GOP/s\n",
                        limit.threads, limit.threads == 1 ? "" : "s",
                        limit.read_bytes_per_s / kGiga, limit.int8_operations_per_s / kGiga);
    text += LawTable(profile, i);
    for (const LawResidual& residual : profile.residuals) {
      if (residual.threads != limit.threads || residual.law != "pass") continue;
      text += fmt::format(
          "whole passes of made-up models: off by {:.1f} % in the median, {:.1f} % "
          "at most ({} passes)\n",
          kPercent * residual.median, kPercent * residual.max, residual.timings);
    }
  }
  const MeasurementSummary& m = profile.measurement;
  text += fmt::format(
      "\n{} timings; {} rounds repeated for lost time or unusual speed, {} for spread; "
      "interquartile range {:.1f} % in the median, {:.1f} % for nine of ten\n",
      m.timings, m.repeated_for_stolen_time, m.repeated_for_spread,
      kPercent * m.median_relative_iqr, kPercent * m.p90_relative_iqr);
  return text + fmt::format("written to {}\n", file);
}

}  // namespace edgesim
