#include "experiments/cli/fit_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "experiments/text_table.h"

namespace edgesim {

namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string Number(double value, int decimals) {
  return std::isnan(value) ? "-" : fmt::format("{:.{}f}", value, decimals);
}

std::string Candidates(const std::string& rail, const RailModelChoice& choice) {
  Rows rows = {{fmt::format("{}: models tried", rail), "held-out score", "standard error",
                "1 s CRPS W", "peak CRPS W", "step CRPS W", "log score", "BIC per reading",
                "parameters"}};
  for (const CandidateScore& score : choice.tried) {
    rows.push_back({(score.spec == choice.spec ? "* " : "  ") + Format(score.spec),
                    Number(score.score, 3), Number(score.standard_error, 3),
                    Number(score.window_crps_w, 3), Number(score.peak_crps_w, 3),
                    Number(score.step_crps_w, 3), Number(score.log_score, 3), Number(score.bic, 3),
                    std::to_string(score.parameters)});
  }
  return TextTable(rows) + "\n";
}

std::string Fits(const FitRun& run) {
  Rows rows = {{"action, rail", "requests", "states", "parameters", "log-likelihood", "BIC",
                "held-out 1 s CRPS W", "held-out log score", "iterations", "level sd W"}};
  for (std::size_t a = 0; a < run.fit.actions.size(); ++a) {
    const NamedActionFit& action = run.fit.actions[a];
    for (std::size_t r = 0; r < run.input.traces.rails.size(); ++r) {
      const std::vector<HsmmFit>& classes = action.fit.rails[r].classes;
      for (std::size_t k = 0; k < classes.size(); ++k) {
        const HsmmFit& rail = classes[k];
        const bool several = classes.size() > 1;
        const auto requests =
            static_cast<std::size_t>(several ? std::count(action.fit.request_class.begin(),
                                                          action.fit.request_class.end(), k)
                                             : static_cast<std::ptrdiff_t>(action.requests));
        const bool scored = k == 0 && !run.held_out.empty();  // once for all classes
        const CandidateScore score = scored ? run.held_out[a][r] : CandidateScore{};
        rows.push_back({fmt::format("{}, {}{}", action.action, run.input.traces.rails[r],
                                    several ? fmt::format(", class {}", k + 1) : ""),
                        std::to_string(requests), std::to_string(rail.model.states.size()),
                        std::to_string(rail.parameters), Number(rail.log_likelihood, 1),
                        Number(rail.bic, 1), scored ? Number(score.window_crps_w, 3) : "",
                        scored ? Number(score.log_score, 3) : "", std::to_string(rail.iterations),
                        Number(rail.level_sd_w, 2)});
      }
    }
  }
  return TextTable(rows) + "\n";
}

std::string Stay(const HsmmState& state, double interval_s) {
  if (!state.duration) return "to the end";
  if (state.duration->family != DurationFamily::kTable) return Number(state.duration->mean_s, 2);
  double mean = 0;
  for (std::size_t d = 0; d < state.duration->table.size(); ++d)
    mean += static_cast<double>(d + 1) * state.duration->table[d];
  return Number(mean * interval_s, 2);
}

// What the states look like, where they fit on a screen.
std::string States(const FitRun& run) {
  constexpr std::size_t kMostRows = 24;
  const double interval_s = run.fit.profile.emission_interval_s;
  Rows rows = {{"state", "mean W", "sd W", "phi", "mean stay s"}};
  for (const ActionProfile& action : run.fit.profile.actions) {
    for (std::size_t r = 0; r < action.rails.size(); ++r) {
      for (const PowerClass& c : action.rails[r].classes) {
        for (const HsmmState& state : c.hsmm.states) {
          rows.push_back({fmt::format("{}, {}: {}", action.spec.name, run.fit.profile.rails[r].name,
                                      state.name),
                          Number(state.mean_w, 2), Number(state.sd_w, 2), Number(state.phi, 2),
                          Stay(state, interval_s)});
        }
      }
    }
  }
  return rows.size() > kMostRows ? "" : TextTable(rows) + "\n";
}

std::string Energies(const std::string& title, const std::vector<EnergyCheck>& checks) {
  Rows rows = {{title, "requests", "measured J", "simulated J", "bias %"}};
  for (const EnergyCheck& check : checks) {
    rows.push_back({check.action, std::to_string(check.requests), Number(check.measured_j, 1),
                    Number(check.simulated_j, 1), fmt::format("{:+.2f}", 100 * check.Bias())});
  }
  return TextTable(rows) + "\n";
}

}  // namespace

std::string ModelWords(const FitRun& run) {
  std::vector<std::string> words;
  for (std::size_t r = 0; r < run.models.size(); ++r) {
    words.push_back(
        fmt::format("--model \"{}={}\"", run.input.traces.rails[r], Format(run.models[r].spec)));
  }
  return fmt::format("{}", fmt::join(words, " "));
}

std::string FitText(const FitRun& run) {
  std::string text;
  for (const std::string& notice : run.notices) text += fmt::format("noticed: {}\n", notice);
  if (!run.notices.empty()) text += "\n";
  bool chosen = false;
  for (std::size_t r = 0; r < run.models.size(); ++r) {
    if (!run.models[r].automatic) continue;
    chosen = true;
    text += Candidates(run.input.traces.rails[r], run.models[r]);
  }
  if (chosen) text += "chosen: " + ModelWords(run) + "\n\n";
  text += Fits(run) + States(run);
  text += run.held_out.empty()
              ? fmt::format("no held-out scores: {}\n\n", run.why_not_held_out)
              : fmt::format("held out: {}\n\n",
                            run.input.traces.mid_stay
                                ? "either half of a recording, in blocks"
                                : fmt::format("requests, in {} folds", run.score_folds));
  text += Energies("energy per request, fitted", run.fitted);
  if (!run.left_out.empty())
    text +=
        Energies(fmt::format("energy per request, left out ({})", run.left_out_how), run.left_out);
  for (const Outlier& o : run.fit.profile.outliers)
    text += fmt::format("outlier, kept: {}, request {}: {}\n", o.action, o.request, o.why);
  if (!run.without_outliers.empty())
    text += "\n" + Energies("energy per request, without the outliers", run.without_outliers);
  return text + run.scope + "\n";
}

}  // namespace edgesim
