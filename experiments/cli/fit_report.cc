#include "experiments/cli/fit_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "devices/profile_io.h"

namespace edgesim {

namespace {

using Json = nlohmann::ordered_json;

Json Rounded(double value) {
  if (!std::isfinite(value)) return {};
  const std::string digits = fmt::format("{:.6g}", value);
  return std::strtod(digits.c_str(), nullptr);  // unlike stod it takes denormals
}

Json ScoreJson(const CandidateScore& score) {
  return {{"window_crps_w", Rounded(score.window_crps_w)},
          {"peak_crps_w", Rounded(score.peak_crps_w)},
          {"step_crps_w", Rounded(score.step_crps_w)},
          {"log_score", Rounded(score.log_score)}};
}

Json CandidateJson(const CandidateScore& score) {
  Json json = {{"model", Format(score.spec)}};
  json.update(ScoreJson(score));
  json["score"] = Rounded(score.score);
  json["standard_error"] = Rounded(score.standard_error);
  json["bic_per_reading"] = Rounded(score.bic);
  json["parameters"] = score.parameters;
  return json;
}

Json ClassJson(const FitRun& run, const HsmmFit& fit, std::size_t requests, const Json& written) {
  return {{"requests", requests},
          {"readings", fit.readings},
          {"parameters", fit.parameters},
          {"log_likelihood", Rounded(fit.log_likelihood)},
          {"bic", Rounded(fit.bic)},
          {"restarts", run.restarts},
          {"iterations", fit.iterations},
          {"converged", fit.converged},
          {"level_sd_w", Rounded(fit.level_sd_w)},
          {"first_reading", written["first_reading"]},
          {"states", written["states"]},
          {"initial", written["initial"]},
          {"transition", written["transition"]}};
}

Json ActionJson(const FitRun& run, std::size_t a, const Json& profile) {
  const NamedActionFit& action = run.fit.actions[a];
  Json class_bic = Json::array(), rails = Json::array();
  for (const double bic : action.fit.class_bic) class_bic.push_back(Rounded(bic));
  for (std::size_t r = 0; r < action.fit.rails.size(); ++r) {
    const RailFit& rail = action.fit.rails[r];
    const std::string& name = run.input.traces.rails[r];
    const Json& written = profile["actions"][a]["power"][name]["classes"];
    Json classes = Json::array();
    for (std::size_t k = 0; k < rail.classes.size(); ++k) {
      const std::vector<std::size_t>& of = action.fit.request_class;
      const auto requests = rail.classes.size() == 1 ? static_cast<std::ptrdiff_t>(action.requests)
                                                     : std::count(of.begin(), of.end(), k);
      classes.push_back(
          ClassJson(run, rail.classes[k], static_cast<std::size_t>(requests), written[k]));
    }
    rails.push_back({{"rail", name},
                     {"model", Format(rail.spec)},
                     {"held_out", run.held_out.empty() ? Json() : ScoreJson(run.held_out[a][r])},
                     {"classes", classes}});
  }
  return {{"action", action.action},
          {"requests", action.requests},
          {"classes", action.fit.classes},
          {"class_bic", class_bic},
          {"rails", rails}};
}

Json EnergyJson(const std::vector<EnergyCheck>& checks) {
  if (checks.empty()) return {};
  Json json = Json::array();
  for (const EnergyCheck& check : checks) {
    json.push_back({{"action", check.action},
                    {"requests", check.requests},
                    {"measured_j", Rounded(check.measured_j)},
                    {"simulated_j", Rounded(check.simulated_j)},
                    {"bias_percent", Rounded(100 * check.Bias())}});
  }
  return json;
}

}  // namespace

std::string FitReportJson(const FitRun& run) {
  const Json profile = Json::parse(FormatProfile(run.fit.profile));
  const TraceSet& traces = run.input.traces;
  std::size_t sessions = 0, readings = 0;
  for (const RequestTrace& trace : traces.requests) {
    sessions = std::max(sessions, trace.session + 1);
    readings += trace.t_s.size();
  }
  Json json = {{"name", run.fit.profile.name},
               {"files", run.input.files},
               {"kind", traces.mid_stay ? "recordings" : "requests"},
               {"sessions", sessions},
               {"requests", traces.requests.size()},
               {"readings", readings},
               {"interval_s", profile["emission_interval_s"]},
               {"noticed", run.notices}};
  json["models"] = Json::array();
  for (std::size_t r = 0; r < run.models.size(); ++r) {
    Json tried = Json::array();
    for (const CandidateScore& score : run.models[r].tried) tried.push_back(CandidateJson(score));
    const double quantum_w = traces.quantum_w.empty() ? NAN : traces.quantum_w[r];
    json["models"].push_back({{"rail", traces.rails[r]},
                              {"model", Format(run.models[r].spec)},
                              {"chosen_by", run.models[r].automatic ? "held-out CRPS" : "words"},
                              {"quantum_w", Rounded(quantum_w)},
                              {"tried", tried}});
  }
  json["held_out"] = run.held_out.empty()
                         ? Json({{"folds", nullptr}, {"why_not", run.why_not_held_out}})
                         : Json({{"folds", traces.mid_stay ? 2 : run.score_folds}});
  json["actions"] = Json::array();
  for (std::size_t a = 0; a < run.fit.actions.size(); ++a)
    json["actions"].push_back(ActionJson(run, a, profile));
  json["energy"] = {{"fitted", EnergyJson(run.fitted)},
                    {"left_out", EnergyJson(run.left_out)},
                    {"left_out_how", run.left_out.empty() ? Json() : Json(run.left_out_how)},
                    {"without_outliers", EnergyJson(run.without_outliers)}};
  json["outliers"] = profile["outliers"];
  json["doubts"] = Doubts(run);
  json["intervals"] = run.scope;
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace edgesim
