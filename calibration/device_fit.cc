#include "calibration/device_fit.h"

#include <fmt/format.h>
#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>
#include <tuple>

#include "calibration/in_parallel.h"
#include "sim/input_error.h"
#include "sim/stats.h"

namespace edgesim {

std::vector<std::pair<std::string, RequestGroup>> ByAction(const TraceSet& traces) {
  std::vector<std::pair<std::string, RequestGroup>> groups;
  for (const RequestTrace& trace : traces.requests) {
    auto at = std::find_if(groups.begin(), groups.end(),
                           [&](const auto& g) { return g.first == trace.action; });
    if (at == groups.end()) at = groups.insert(groups.end(), {trace.action, {}});
    at->second.push_back(&trace);
  }
  return groups;
}

ActionData OnGrid(const RequestGroup& group, std::size_t rails, double interval_s, bool mid_stay) {
  ActionData data;
  for (std::size_t r = 0; r < rails; ++r) {
    RailSequences& rail = data.rails.emplace_back(
        RailSequences{.interval_s = interval_s, .watts = {}, .mid_stay = mid_stay});
    for (const RequestTrace* trace : group) rail.watts.push_back(OnGrid(*trace, r, interval_s));
  }
  for (const RequestTrace* trace : group)
    data.seconds_per_token.push_back(trace->duration_s / trace->output_tokens);
  return data;
}

ActionData OnGrid(const TraceSet& traces, const RequestGroup& group, double interval_s) {
  ActionData data = OnGrid(group, traces.rails.size(), interval_s, traces.mid_stay);
  for (std::size_t r = 0; r < traces.quantum_w.size(); ++r)
    data.rails[r].quantum_w = traces.quantum_w[r];
  return data;
}

namespace {

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return Quantile(values, 0.5);
}

}  // namespace

std::optional<TokenLatency> FitLatency(const RequestGroup& group,
                                       const std::vector<std::size_t>& request_class) {
  std::vector<std::tuple<double, double, std::size_t>> answers;  // seconds per token, tokens, class
  for (std::size_t i = 0; i < group.size(); ++i) {
    const RequestTrace& trace = *group[i];
    if (std::isnan(trace.output_tokens)) return std::nullopt;
    answers.emplace_back(trace.duration_s / trace.output_tokens, trace.output_tokens,
                         request_class[i]);
  }
  std::sort(answers.begin(), answers.end());
  TokenLatency latency;
  latency.provenance = "latency";
  for (const auto& [seconds, tokens, kind] : answers) {
    latency.seconds_per_output_token.push_back(seconds);
    latency.output_tokens.push_back(tokens);
    latency.request_class.push_back(kind);
  }
  return latency;
}

std::string ProfileActionName(const std::string& trace_action) {
  std::string name = trace_action;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return name;
}

DeviceFit FitDevice(const TraceSet& traces, const DeviceFitOptions& options) {
  const std::vector<std::pair<std::string, RequestGroup>> groups = ByAction(traces);
  DeviceFit result;
  DeviceProfile& profile = result.profile;
  profile.name = options.name;
  profile.description = options.description;
  const bool resampled = options.interval_s > 0;
  profile.emission_interval_s = resampled ? options.interval_s : MeanSamplingPeriod(traces);
  profile.interval_provenance = "sampling";
  const auto provenance = [&](ProvenanceKind kind, const std::string& method) {
    const std::string& date =
        kind == ProvenanceKind::kMeasured ? options.date_recorded : options.date_fitted;
    return Provenance{.kind = kind, .source = options.source, .date = date, .method = method};
  };
  double lead_s = 0;
  for (const RequestTrace& trace : traces.requests) lead_s = std::max(lead_s, -trace.t_s.front());
  profile.provenance["sampling"] =
      provenance(ProvenanceKind::kMeasured,
                 resampled ? "chosen: readings are means over it"
                           : "mean spacing of the samples, gaps above 1.5 medians left out");
  const bool has_tokens =
      std::none_of(traces.requests.begin(), traces.requests.end(),
                   [](const RequestTrace& trace) { return std::isnan(trace.output_tokens); });
  if (has_tokens) {
    profile.provenance["latency"] =
        provenance(ProvenanceKind::kMeasured,
                   "duration / output tokens of each measured answer, prompt processing included");
  }
  std::size_t sessions = 0;
  for (const RequestTrace& trace : traces.requests)
    sessions = std::max(sessions, trace.session + 1);
  std::string models;
  for (std::size_t r = 0; r < traces.rails.size(); ++r)
    models += fmt::format("; {}: {}", traces.rails[r], Format(options.models[r]));
  profile.provenance["power"] =
      provenance(ProvenanceKind::kCalibrated,
                 "edgesim fit: EM of explicit-duration HSMMs, last stay "
                 "right-censored; recorded session" +
                     std::string(sessions == 1 ? "" : "s") + " only" + models);
  if (lead_s > 0) {
    profile.provenance["idle"] = provenance(
        ProvenanceKind::kAssumed,
        fmt::format("median of the readings before the requests began, at most {:.2f} s each: "
                    "power may not have settled; what follows a request is not fitted",
                    lead_s));
  }

  for (std::size_t r = 0; r < traces.rails.size(); ++r) {
    std::vector<double> before;
    for (const RequestTrace& trace : traces.requests) {
      for (std::size_t i = 0; i < trace.t_s.size() && trace.t_s[i] < 0; ++i)
        before.push_back(trace.rail_w[r][i]);
    }
    Rail rail{.name = traces.rails[r], .idle_w = {}, .idle_provenance = {}};
    if (!before.empty()) {
      rail.idle_w = Median(before);
      rail.idle_provenance = "idle";
    }
    profile.rails.push_back(rail);
  }
  profile.outliers = FindOutliers(traces, options.models);

  result.actions.resize(groups.size());
  profile.actions.resize(groups.size());
  InParallel(groups.size(), [&](std::size_t a) {
    const auto& [name, group] = groups[a];
    ActionProfile& action = profile.actions[a];
    action.spec.name = ProfileActionName(name);
    const std::size_t hyphen = action.spec.name.rfind('-');
    action.spec.model = action.spec.name.substr(0, hyphen);
    action.spec.quantization =
        hyphen == std::string::npos ? "" : action.spec.name.substr(hyphen + 1);
    const ActionData data = OnGrid(traces, group, profile.emission_interval_s);
    NamedActionFit& named = result.actions[a];
    named = {.action = action.spec.name,
             .requests = group.size(),
             .fit = FitAction(data, options.models, options.control)};
    action.classes = named.fit.classes;
    action.latency = FitLatency(group, named.fit.request_class);
    action.rails = named.fit.PowerModels();
    for (RailPowerModel& rail : action.rails) rail.provenance = "power";
  });
  return result;
}

std::vector<Outlier> FindOutliers(const TraceSet& traces, const std::vector<ModelSpec>& models) {
  std::vector<Outlier> outliers;
  for (const auto& action_group : ByAction(traces)) {
    // Named, not bound: lambdas below capture them, which clang 14 does not allow for bindings.
    const std::string& action = action_group.first;
    const RequestGroup& group = action_group.second;
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
    if (std::none_of(per_token.begin(), per_token.end(), [](double s) { return std::isnan(s); }))
      flag(per_token, 0.1 * Median(per_token), [](double f, double median) {
        return fmt::format("{:.1f} ms per token, median {:.1f}", 1e3 * f, 1e3 * median);
      });
    for (std::size_t r = 0; r < traces.rails.size(); ++r) {
      if (models[r].topology != Topology::kRamp) continue;
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
