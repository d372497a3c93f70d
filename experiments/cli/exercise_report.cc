#include "experiments/cli/exercise_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "experiments/text_table.h"
#include "sim/stats.h"

namespace edgesim {

namespace {

constexpr double kMilli = 1e-3, kMega = 1e6, kPercent = 100;

struct Compared {
  std::string name;
  double measured = 0, predicted = 0;
  double unit = 1;
  std::string_view unit_name;
};

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return Quantile(values, 0.5);
}

std::vector<Compared> Comparisons(const ExerciseReport& report) {
  const RequestPrediction& p = report.predicted.prediction;
  const ExerciseResult& m = report.measured;
  std::vector<Compared> rows = {
      {"time to first token", m.first_token_s, p.prefill->seconds, kMilli, "ms"}};
  if (!m.decode_s.empty()) {
    rows.push_back({"further token, median", Median(m.decode_s), Median(p.decode_s), kMilli, "ms"});
    rows.push_back({"further tokens, sum", m.TotalSeconds() - m.first_token_s, p.decode.seconds,
                    kMilli, "ms"});
  }
  rows.push_back({"total", m.TotalSeconds(), p.TotalSeconds(), kMilli, "ms"});
  if (report.memory_bytes) {
    rows.push_back({"memory", *report.memory_bytes, report.predicted.memory.total, kMega, "MB"});
  }
  return rows;
}

}  // namespace

std::string ExerciseText(const ExerciseReport& report) {
  const PredictReport& p = report.predicted;
  std::string text =
      fmt::format("{} {}, prompt of {}, {} generated, {} thread{}\n", p.model, p.quantization,
                  p.prediction.size.prompt_tokens, p.prediction.size.generated_tokens, p.threads,
                  p.threads == 1 ? "" : "s");
  std::vector<std::vector<std::string>> rows = {{"", "measured", "predicted", "", "off by"}};
  for (const Compared& row : Comparisons(report)) {
    rows.push_back({row.name, fmt::format("{:.2f}", row.measured / row.unit),
                    fmt::format("{:.2f}", row.predicted / row.unit), std::string(row.unit_name),
                    fmt::format("{:+.1f} %", kPercent * (row.predicted / row.measured - 1))});
  }
  text += TextTable(rows);
  if (report.measured.disturbed > 0) {
    text += fmt::format(
        "{} run{} before this one thrown out: others took CPU time, or the machine's speed was "
        "not that of its calibration\n",
        report.measured.disturbed, report.measured.disturbed == 1 ? "" : "s");
  }
  if (p.for_other_host) text += "The profile is that of another host.\n";
  return text;
}

std::string ExerciseJson(const ExerciseReport& report) {
  const PredictReport& p = report.predicted;
  nlohmann::ordered_json json = {{"model", p.model},
                                 {"quantization", p.quantization},
                                 {"prompt_tokens", p.prediction.size.prompt_tokens},
                                 {"generated_tokens", p.prediction.size.generated_tokens},
                                 {"threads", p.threads},
                                 {"profile", p.file},
                                 {"for_other_host", p.for_other_host},
                                 {"disturbed_runs", report.measured.disturbed}};
  const auto pair = [](double measured, double predicted) {
    return nlohmann::ordered_json{{"measured", measured}, {"predicted", predicted}};
  };
  const ExerciseResult& m = report.measured;
  json["first_token_s"] = pair(m.first_token_s, p.prediction.prefill->seconds);
  json["further_tokens_s"] = pair(m.TotalSeconds() - m.first_token_s, p.prediction.decode.seconds);
  json["total_s"] = pair(m.TotalSeconds(), p.prediction.TotalSeconds());
  json["decode_s"] = {{"measured", m.decode_s}, {"predicted", p.prediction.decode_s}};
  json["memory_bytes"] = {{"measured", nullptr}, {"predicted", p.memory.total}};
  if (report.memory_bytes) json["memory_bytes"]["measured"] = *report.memory_bytes;
  return json.dump(1) + "\n";
}

}  // namespace edgesim
