#include "calibration/device_fit.h"

#include <fmt/format.h>
#include <tbb/parallel_for.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cctype>
#include <cmath>

#include "calibration/start_values.h"
#include "sim/input_error.h"
#include "sim/stats.h"
#include "sim/task_fence.h"

namespace edgesim {

namespace {

using Group = std::vector<const RequestTrace*>;

// Requests by action, actions in the order of their first request.
std::vector<std::pair<std::string, Group>> ByAction(const TraceSet& traces) {
  std::vector<std::pair<std::string, Group>> groups;
  for (const RequestTrace& trace : traces.requests) {
    auto at = std::find_if(groups.begin(), groups.end(),
                           [&](const auto& g) { return g.first == trace.action; });
    if (at == groups.end()) at = groups.insert(groups.end(), {trace.action, {}});
    at->second.push_back(&trace);
  }
  return groups;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return Quantile(values, 0.5);
}

TokenLatency FitLatency(const Group& group) {
  std::vector<std::pair<double, double>> answers;  // seconds per token, tokens
  for (const RequestTrace* trace : group) {
    answers.emplace_back(trace->duration_s / trace->output_tokens, trace->output_tokens);
  }
  std::sort(answers.begin(), answers.end());
  TokenLatency latency{
      .seconds_per_output_token = {}, .output_tokens = {}, .provenance = "latency"};
  for (const auto& [seconds, tokens] : answers) {
    latency.seconds_per_output_token.push_back(seconds);
    latency.output_tokens.push_back(tokens);
  }
  return latency;
}

// Splits the rails' level variances into one factor they share and what each has alone: the leading
// eigenvector of the correlation matrix of the fitted levels. For two rails the factor explains
// exactly their correlation.
void SplitLevels(const std::vector<RailFit>& fits, std::vector<RailPowerModel>& rails) {
  const auto n = static_cast<Eigen::Index>(fits.size());
  const auto sequences = static_cast<Eigen::Index>(fits[0].fit.level_w.size());
  Eigen::MatrixXd levels(sequences, n);
  for (Eigen::Index r = 0; r < n; ++r) {
    levels.col(r) = Eigen::Map<const Eigen::VectorXd>(
        fits[static_cast<std::size_t>(r)].fit.level_w.data(), sequences);
    levels.col(r).array() -= levels.col(r).mean();
    const double norm = levels.col(r).norm();
    if (norm > 0) levels.col(r) /= norm;
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(levels.transpose() * levels);
  const double largest = solver.eigenvalues()(n - 1);
  const double rest = n > 1 ? solver.eigenvalues().head(n - 1).mean() : largest;
  for (Eigen::Index r = 0; r < n; ++r) {
    const double tau = fits[static_cast<std::size_t>(r)].fit.level_sd_w;
    const double loading = std::clamp(
        solver.eigenvectors()(r, n - 1) * std::sqrt(std::max(0.0, largest - rest)), -1.0, 1.0);
    // The eigenvector's sign is arbitrary; the first rail's loading is taken as positive.
    const double sign = solver.eigenvectors()(0, n - 1) < 0 ? -1 : 1;
    rails[static_cast<std::size_t>(r)].level = {.shared_w = sign * loading * tau,
                                                .own_w = tau * std::sqrt(1 - loading * loading)};
  }
}

}  // namespace

std::string ProfileActionName(const std::string& trace_action) {
  std::string name = trace_action;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return name;
}

DeviceFit FitDevice(const TraceSet& traces, const DeviceFitOptions& options) {
  for (const std::string& rail : options.ramping_rails) {
    if (std::find(traces.rails.begin(), traces.rails.end(), rail) == traces.rails.end()) {
      throw InputError(fmt::format("no rail '{}' in the traces", rail));
    }
  }
  const std::vector<std::pair<std::string, Group>> groups = ByAction(traces);
  DeviceFit result;
  DeviceProfile& profile = result.profile;
  profile.name = options.name;
  profile.description = options.description;
  profile.emission_interval_s = MeanSamplingPeriod(traces);
  profile.interval_provenance = "sampling";
  const auto provenance = [&](ProvenanceKind kind, const std::string& method) {
    const std::string& date =
        kind == ProvenanceKind::kMeasured ? options.date_recorded : options.date_fitted;
    return Provenance{.kind = kind, .source = options.source, .date = date, .method = method};
  };
  double lead_s = 0;
  for (const RequestTrace& trace : traces.requests) lead_s = std::max(lead_s, -trace.t_s.front());
  profile.provenance["sampling"] = provenance(
      ProvenanceKind::kMeasured, "mean spacing of the samples, gaps above 1.5 medians left out");
  profile.provenance["latency"] =
      provenance(ProvenanceKind::kMeasured,
                 "duration / output tokens of each measured answer, prompt processing included");
  profile.provenance["power"] = provenance(ProvenanceKind::kCalibrated,
                                           "edgesim fit: EM of an explicit-duration HSMM on the "
                                           "readings inside the request, last segment "
                                           "right-censored, gamma durations, Gaussian emissions, "
                                           "one level per request; recorded session only");
  profile.provenance["idle"] = provenance(
      ProvenanceKind::kAssumed,
      fmt::format("median of the readings before the requests began, at most {:.2f} s each: power "
                  "may not have settled; what follows a request is not fitted",
                  lead_s));

  for (std::size_t r = 0; r < traces.rails.size(); ++r) {
    std::vector<double> before;
    for (const RequestTrace& trace : traces.requests) {
      for (std::size_t i = 0; i < trace.t_s.size() && trace.t_s[i] < 0; ++i)
        before.push_back(trace.rail_w[r][i]);
    }
    Rail rail{.name = traces.rails[r], .idle_w = {}, .idle_provenance = "idle"};
    if (!before.empty()) rail.idle_w = Median(before);
    profile.rails.push_back(rail);
  }
  profile.outliers = FindOutliers(traces, options.ramping_rails);

  result.actions.resize(groups.size());
  profile.actions.resize(groups.size());
  TaskFence fence;
  tbb::parallel_for(std::size_t{0}, groups.size(), [&](std::size_t a) {
    const TaskFence::Task task(fence);
    const auto& [name, group] = groups[a];
    ActionProfile& action = profile.actions[a];
    action.spec.name = ProfileActionName(name);
    const std::size_t hyphen = action.spec.name.rfind('-');
    action.spec.model = action.spec.name.substr(0, hyphen);
    action.spec.quantization =
        hyphen == std::string::npos ? "" : action.spec.name.substr(hyphen + 1);
    action.latency = FitLatency(group);
    result.actions[a] = {.action = action.spec.name, .requests = group.size(), .rails = {}};
    for (std::size_t r = 0; r < traces.rails.size(); ++r) {
      std::vector<std::vector<double>> sequences;
      for (const RequestTrace* trace : group)
        sequences.push_back(OnGrid(*trace, r, profile.emission_interval_s));
      const bool ramps = std::find(options.ramping_rails.begin(), options.ramping_rails.end(),
                                   traces.rails[r]) != options.ramping_rails.end();
      const Hsmm start =
          ramps ? LeftToRightStart(sequences, profile.emission_interval_s)
                : FreeStart(sequences, profile.emission_interval_s, options.free_states);
      constexpr double kStartLevelSd = 0.5;  // W
      HsmmFit fit = FitHsmm(start, kStartLevelSd, sequences, EmOptions{});
      action.rails.push_back({.hsmm = fit.model, .level = {}, .provenance = "power"});
      result.actions[a].rails.push_back({.rail = traces.rails[r], .fit = std::move(fit)});
    }
    SplitLevels(result.actions[a].rails, action.rails);
  });
  fence.Join();
  return result;
}

std::vector<Outlier> FindOutliers(const TraceSet& traces,
                                  const std::vector<std::string>& ramping_rails) {
  std::vector<Outlier> outliers;
  for (const auto& action_group : ByAction(traces)) {
    // Named, not bound: lambdas below capture them, which clang 14 does not allow for bindings.
    const std::string& action = action_group.first;
    const Group& group = action_group.second;
    // Flags the requests whose figure is far from the group's median.
    const auto flag = [&](const std::vector<double>& figures, double material, const auto& why) {
      const double median = Median(figures);
      std::vector<double> deviation;
      for (const double f : figures) deviation.push_back(std::abs(f - median));
      constexpr double kMadToSd = 1.4826, kRobustSds = 8;
      const double limit = std::max(material, kRobustSds * kMadToSd * Median(deviation));
      for (std::size_t i = 0; i < figures.size(); ++i) {
        if (deviation[i] > limit)
          outliers.push_back(
              {ProfileActionName(action), group[i]->request, why(figures[i], median)});
      }
    };
    std::vector<double> per_token;
    for (const RequestTrace* trace : group)
      per_token.push_back(trace->duration_s / trace->output_tokens);
    flag(per_token, 0.1 * Median(per_token), [](double f, double median) {
      return fmt::format("{:.1f} ms per token, median {:.1f}", 1e3 * f, 1e3 * median);
    });
    for (std::size_t r = 0; r < traces.rails.size(); ++r) {
      if (std::find(ramping_rails.begin(), ramping_rails.end(), traces.rails[r]) ==
          ramping_rails.end())
        continue;
      std::vector<double> rise;
      for (const RequestTrace* trace : group) {
        const std::vector<double>& w = trace->rail_w[r];
        const double half = (w.front() + *std::max_element(w.begin(), w.end())) / 2;
        const auto at = std::find_if(w.begin(), w.end(), [&](double x) { return x >= half; });
        rise.push_back(trace->t_s[static_cast<std::size_t>(at - w.begin())]);
      }
      flag(rise, 1.0, [&](double f, double median) {
        return fmt::format("{} reaches half of its rise after {:.1f} s, median {:.1f} s",
                           traces.rails[r], f, median);
      });
    }
  }
  return outliers;
}

}  // namespace edgesim
