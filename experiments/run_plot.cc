#include "experiments/run_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "sim/csv_table.h"
#include "sim/energy_meter.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

using nlohmann::json;

std::optional<double> MeanOf(const json& estimate) {
  if (!estimate.is_object() || !estimate.contains("mean") || !estimate["mean"].is_number())
    return std::nullopt;
  return estimate["mean"].get<double>();
}

struct Sum {
  double sum = 0;
  std::size_t count = 0;
};

// Of value i the mean over those within half a window of it.
std::vector<double> Smoothed(const std::vector<double>& values, std::size_t half) {
  std::vector<double> total = {0}, smooth;
  for (const double value : values) total.push_back(total.back() + value);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t begin = i - std::min(i, half), end = std::min(values.size(), i + half + 1);
    smooth.push_back((total[end] - total[begin]) / static_cast<double>(end - begin));
  }
  return smooth;
}

}  // namespace

RunFigures ReadRunFigures(const std::string& text, const std::string& name) {
  const json summary = json::parse(text, nullptr, false);
  if (!summary.is_object() || !summary.contains("policies") || !summary["policies"].is_object())
    throw InputError(name + ": is no summary of a run");
  RunFigures figures;
  double best = -std::numeric_limits<double>::infinity();
  for (const auto& [policy, figure] : summary["policies"].items()) {
    const std::optional<double> reward = MeanOf(figure.value("reward", json()));
    if (!reward || *reward <= best) continue;
    best = *reward;
    figures.best = policy;
  }
  if (figures.best.empty()) throw InputError(name + ": holds no policy with a reward");
  if (summary.contains("optimum") && summary["optimum"].is_object())
    figures.optimum = MeanOf(summary["optimum"].value("simulated", json()));
  if (const json constant = summary.value("best_constant", json());
      constant.is_string() && summary["policies"].contains(constant.get<std::string>())) {
    figures.best_constant =
        MeanOf(summary["policies"][constant.get<std::string>()].value("reward", json()));
  }
  return figures;
}

TextPlot TrainingPlot(const std::string& curves_csv, const std::string& name,
                      const RunFigures& figures) {
  const CsvTable table(curves_csv, name);
  const std::size_t policy = table.Column("policy"), episode = table.Column("episode"),
                    reward = table.Column("reward");
  std::map<std::string, std::map<std::uint32_t, Sum>> curves;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    Sum& sum = curves[table.Text(row, policy)][table.Count(row, episode, 0)];
    sum.sum += table.Number(row, reward);
    ++sum.count;
  }
  TextPlot plot{.title = "reward per training episode, mean over replicas, smoothed",
                .x_name = "episode"};
  for (const auto& [learner, episodes] : curves) {
    PlotCurve& curve = plot.curves.emplace_back();
    curve.name = learner;
    std::vector<double> means;
    for (const auto& [at, sum] : episodes)
      means.push_back(sum.sum / static_cast<double>(sum.count));
    constexpr std::size_t kWindows = 80;  // half a window is 1/80 of the episodes
    const std::vector<double> smooth = Smoothed(means, means.size() / kWindows);
    std::size_t i = 0;
    for (const auto& [at, sum] : episodes) curve.points.emplace_back(at, smooth[i++]);
  }
  if (figures.optimum) plot.levels.push_back({"optimum", *figures.optimum});
  if (figures.best_constant) plot.levels.push_back({"best constant", *figures.best_constant});
  return plot;
}

TextPlot PowerPlot(const PowerCourse& course, const std::optional<PowerCap>& cap) {
  TextPlot plot{.title = fmt::format("power, W: {:.0f} J in {:.1f} s, {} requests",
                                     course.record.energy.value(),
                                     InSeconds(course.record.end_time), course.record.rows.size()),
                .x_name = "time, s"};
  PlotCurve& curve = plot.curves.emplace_back();
  curve.name = "power";
  for (const PowerStretch& stretch : course.stretches) {
    const double watts = PowerSegment{.length = stretch.length, .rail_w = stretch.rail_w}
                             .Sum(cap ? cap->rails : kAllRails)
                             .value();
    curve.points.emplace_back(InSeconds(stretch.start), watts);
    curve.points.emplace_back(InSeconds(stretch.start + stretch.length), watts);
  }
  if (cap)
    plot.levels.push_back({fmt::format("cap {:g} W", cap->limit.value()), cap->limit.value()});
  return plot;
}

}  // namespace edgesim
