#include "calibration/model_selection.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>

#include "calibration/in_parallel.h"
#include "calibration/path_features.h"
#include "calibration/path_model.h"
#include "calibration/scores.h"
#include "sim/input_error.h"
#include "sim/stats.h"

namespace edgesim {

namespace {

struct Unit {  // held-out stretch
  PathTask task;
  std::vector<double> watts;
};
struct Fold {
  ActionData train;
  std::vector<Unit> units;
};

ActionData One(const RailSequences& rail) {
  return {.rails = {rail}, .seconds_per_token = std::vector<double>(rail.watts.size(), NAN)};
}

std::vector<Fold> RequestFolds(const RailSequences& all, int folds) {
  std::vector<Fold> result;
  const auto n = std::min(static_cast<std::size_t>(folds), all.watts.size());
  for (std::size_t f = 0; f < n; ++f) {
    RailSequences train = all;
    train.watts.clear();
    Fold fold;
    for (std::size_t i = 0; i < all.watts.size(); ++i) {
      if (i % n != f) {
        train.watts.push_back(all.watts[i]);
        continue;
      }
      PathTask task;
      task.steps = all.watts[i].size();
      fold.units.push_back({.task = std::move(task), .watts = all.watts[i]});
    }
    fold.train = One(train);
    result.push_back(std::move(fold));
  }
  return result;
}

double Window_s(double interval_s) {
  constexpr double kWindow_s = 1, kLeastReadings = 5;
  return std::max(kWindow_s, kLeastReadings * interval_s);
}

// Halves of recordings, the held-out one in blocks of a tenth of it, a window at least, predicted
// from what came before in that half.
std::vector<Fold> RecordingFolds(const RailSequences& all) {
  std::vector<Fold> result;
  constexpr std::size_t kBlocks = 10;
  const auto least_block =
      static_cast<std::size_t>(std::ceil(Window_s(all.interval_s) / all.interval_s - 1e-6));
  for (const bool first_held_out : {false, true}) {
    RailSequences train = all;
    train.watts.clear();
    Fold fold;
    for (const std::vector<double>& x : all.watts) {
      const auto middle = x.begin() + static_cast<std::ptrdiff_t>(x.size() / 2);
      const std::vector<double> first(x.begin(), middle), second(middle, x.end());
      const std::vector<double>& held_out = first_held_out ? first : second;
      train.watts.push_back(first_held_out ? second : first);
      const std::size_t block = std::max(least_block, held_out.size() / kBlocks);
      for (std::size_t begin = block; begin + block <= held_out.size(); begin += block) {
        const auto at = held_out.begin() + static_cast<std::ptrdiff_t>(begin);
        PathTask task;
        task.steps = block;
        task.past = {{held_out.begin(), at}};
        fold.units.push_back(
            {.task = std::move(task), .watts = {at, at + static_cast<std::ptrdiff_t>(block)}});
      }
    }
    fold.train = One(train);
    result.push_back(std::move(fold));
  }
  return result;
}

constexpr std::size_t kScores = 3;  // windows, peak, step
struct UnitScore {
  std::array<double, kScores> crps_w{};  // NaN where the stretch is too short for a window
  double log_score = 0, readings = 0;
};

// What a stretch is judged by: the means of its windows, its peak, its mean step.
struct Figures {
  std::vector<double> windows;
  double peak = 0, step = 0;
};
Figures FiguresOf(const std::vector<double>& t_s, const std::vector<double>& watts,
                  double window_s) {
  return {.windows = WindowMeans_w({.t_s = t_s, .watts = watts}, window_s),
          .peak = Peak_w(watts),
          .step = MeanAbsStep_w(watts)};
}

double Crps(double measured, std::vector<double> drawn) {
  std::sort(drawn.begin(), drawn.end());
  return CrpsOfSample(measured, drawn);
}

UnitScore Score(const PathModel& model, const Unit& unit, double interval_s, int draws,
                std::uint64_t seed, std::uint32_t index) {
  const double window_s = Window_s(interval_s);
  std::vector<double> t_s;
  for (std::size_t t = 0; t < unit.watts.size(); ++t)
    t_s.push_back(static_cast<double>(t) * interval_s);
  UnitScore score;
  for (const double x : unit.watts) score.readings += !std::isnan(x);
  score.log_score = model.LogScores(unit.task, {unit.watts})[0];
  const Figures measured = FiguresOf(t_s, unit.watts, window_s);
  if (measured.windows.empty() || std::isnan(measured.step)) {
    score.crps_w.fill(NAN);
    return score;
  }
  const Noise noise{
      .seed = seed, .replica = 0, .episode = index, .entity = 0, .phase = Phase::kModel};
  const Paths paths = model.Sample(unit.task, draws, noise)[0];
  std::vector<std::vector<double>> windows(measured.windows.size());
  std::vector<double> peaks, steps, watts(unit.watts.size());
  for (int i = 0; i < draws; ++i) {
    for (std::size_t t = 0; t < watts.size(); ++t) {
      watts[t] = std::isnan(unit.watts[t])
                     ? NAN
                     : static_cast<double>(paths(i, static_cast<Eigen::Index>(t)));
    }
    const Figures drawn = FiguresOf(t_s, watts, window_s);
    for (std::size_t w = 0; w < windows.size(); ++w) windows[w].push_back(drawn.windows[w]);
    peaks.push_back(drawn.peak);
    steps.push_back(drawn.step);
  }
  for (std::size_t w = 0; w < windows.size(); ++w) {
    score.crps_w[0] +=
        Crps(measured.windows[w], std::move(windows[w])) / static_cast<double>(windows.size());
  }
  score.crps_w[1] = Crps(measured.peak, std::move(peaks));
  score.crps_w[2] = Crps(measured.step, std::move(steps));
  return score;
}

// Scores of one candidate on all units, in a fixed order.
std::vector<UnitScore> ScoreUnits(const std::vector<Fold>& folds, const ModelSpec& spec,
                                  const SelectionOptions& options) {
  std::vector<std::vector<UnitScore>> scores(folds.size());
  InParallel(folds.size(), [&](std::size_t f) {
    const Fold& fold = folds[f];
    const auto model = FitPathModel(fold.train, {Format(spec)}, {}, options.control);
    for (const Unit& unit : fold.units) {
      scores[f].push_back(Score(*model, unit, fold.train.rails[0].interval_s, options.draws,
                                options.control.seed,
                                static_cast<std::uint32_t>(1000 * f + scores[f].size())));
    }
  });
  std::vector<UnitScore> all;
  for (const auto& some : scores) all.insert(all.end(), some.begin(), some.end());
  return all;
}

// Fills in the means over units, the scores and their standard errors. scores[candidate][unit].
void Combine(const std::vector<std::vector<UnitScore>>& scores,
             std::vector<CandidateScore>& results) {
  const auto too_short = [](const UnitScore& s) { return std::isnan(s.crps_w[0]); };
  std::vector<std::array<double, kScores>> means(scores.size());
  std::array<double, kScores> scale{};
  for (std::size_t c = 0; c < scores.size(); ++c) {
    double n = 0, log_score = 0, readings = 0;
    for (const UnitScore& s : scores[c]) {
      log_score += s.log_score;
      readings += s.readings;
      if (too_short(s)) continue;
      for (std::size_t k = 0; k < kScores; ++k) means[c][k] += s.crps_w[k];
      ++n;
    }
    if (n == 0) {
      throw InputError("a held-out score needs stretches of at least five readings and a second");
    }
    for (std::size_t k = 0; k < kScores; ++k) {
      means[c][k] /= n;
      scale[k] += means[c][k] / static_cast<double>(scores.size());
    }
    results[c].log_score = log_score / readings;
  }
  const auto combined = [&](const std::array<double, kScores>& crps) {
    double sum = 0;
    for (std::size_t k = 0; k < kScores; ++k) sum += crps[k] / scale[k];
    return sum / kScores;
  };
  std::size_t best = 0;
  for (std::size_t c = 0; c < scores.size(); ++c) {
    results[c].window_crps_w = means[c][0];
    results[c].peak_crps_w = means[c][1];
    results[c].step_crps_w = means[c][2];
    results[c].score = combined(means[c]);
    if (results[c].score < results[best].score) best = c;
  }
  for (std::size_t c = 0; c < scores.size(); ++c) {
    std::vector<double> differences;
    for (std::size_t u = 0; u < scores[c].size(); ++u) {
      if (!too_short(scores[c][u]))
        differences.push_back(combined(scores[c][u].crps_w) - combined(scores[best][u].crps_w));
    }
    results[c].standard_error =
        differences.size() < 2
            ? 0
            : std::sqrt(SampleVariance(differences) / static_cast<double>(differences.size()));
  }
}

}  // namespace

std::vector<CandidateScore> ScoreCandidates(const std::vector<RailSequences>& actions,
                                            const std::vector<ModelSpec>& candidates,
                                            const SelectionOptions& options) {
  std::vector<Fold> folds;
  for (const RailSequences& action : actions) {
    if (!action.mid_stay && action.watts.size() < 2)
      throw InputError("a held-out score needs at least two requests");
    for (Fold& fold :
         action.mid_stay ? RecordingFolds(action) : RequestFolds(action, options.folds))
      folds.push_back(std::move(fold));
  }
  std::vector<std::vector<UnitScore>> scores(candidates.size());
  std::vector<CandidateScore> results(candidates.size());
  InParallel(candidates.size(), [&](std::size_t c) {
    scores[c] = ScoreUnits(folds, candidates[c], options);
    CandidateScore& result = results[c];
    result.spec = candidates[c];
    double readings = 0;
    for (const RailSequences& action : actions) {
      const ActionFit fit = FitAction(One(action), {candidates[c]}, options.control);
      for (const HsmmFit& f : fit.rails[0].classes) {
        result.bic += f.bic;
        result.parameters += f.parameters;
        readings += static_cast<double>(f.readings);
      }
    }
    result.bic /= readings;
  });
  Combine(scores, results);
  return results;
}

ModelSpec SelectModel(const std::vector<RailSequences>& actions, const SelectionOptions& options,
                      std::vector<CandidateScore>* scored) {
  // Keeps the simplest of `candidates`, which are in order of complexity.
  const auto choose = [&](const std::vector<ModelSpec>& candidates) {
    std::vector<CandidateScore> results;
    try {
      results = ScoreCandidates(actions, candidates, options);
    } catch (const InputError& error) {
      throw InputError(fmt::format(
          "too little data to choose a model: {}; name one, e.g. --model free=2", error.what()));
    }
    if (scored != nullptr) scored->insert(scored->end(), results.begin(), results.end());
    double best = results[0].score;
    for (const CandidateScore& r : results) best = std::min(best, r.score);
    constexpr double kWorthIt = 0.01;  // a smaller gain is not worth a more complex model
    for (const CandidateScore& r : results) {
      if (r.score - best <= std::max(r.standard_error, kWorthIt * best)) return r.spec;
    }
    return results.back().spec;
  };
  const bool recordings = actions[0].mid_stay;
  std::vector<ModelSpec> candidates;
  for (int states = 1; states <= 5; ++states)
    candidates.push_back({.topology = Topology::kFree, .states = states, .autoregressive = true});
  if (!recordings) {
    for (const int states : {4, 6})
      candidates.push_back({.topology = Topology::kRamp, .states = states, .autoregressive = true});
  }
  ModelSpec spec = choose(candidates);

  candidates.clear();
  for (const bool ar : {false, true}) {
    for (const Innovation innovation :
         {Innovation::kGaussian, Innovation::kStudentT, Innovation::kMixture}) {
      candidates.push_back(spec);
      candidates.back().autoregressive = ar;
      candidates.back().innovation = innovation;
    }
  }
  spec = choose(candidates);

  if (spec.topology == Topology::kRamp || spec.states > 1) {
    candidates.clear();
    for (const DurationFamily family :
         {DurationFamily::kGeometric, DurationFamily::kPoisson, DurationFamily::kNegativeBinomial,
          DurationFamily::kGamma, DurationFamily::kLognormal, DurationFamily::kTable}) {
      candidates.push_back(spec);
      candidates.back().duration = family;
    }
    spec = choose(candidates);
  }
  if (recordings) return spec;
  candidates = {spec, spec};
  candidates[1].level = true;
  return choose(candidates);
}

}  // namespace edgesim
