#include "calibration/fidelity.h"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "calibration/device_fit.h"
#include "calibration/fidelity_item.h"
#include "calibration/fidelity_plan.h"
#include "calibration/fidelity_score.h"
#include "calibration/in_parallel.h"
#include "calibration/model_selection.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

// A rail ramps where any of the models says so.
std::vector<bool> RampingRails(const FidelityOptions& options, std::size_t rails) {
  std::vector<bool> ramps(rails, false);
  for (const ModelChoice& choice : options.models) {
    for (std::size_t r = 0; r < rails; ++r)
      ramps[r] = ramps[r] || choice.rails[r].find("ramp") != std::string::npos;
  }
  return ramps;
}

void Check(const TraceSet& traces, const FidelityOptions& options) {
  const std::size_t rails = traces.rails.size();
  for (const ModelChoice& choice : options.models) {
    for (std::size_t r = 0; r < rails; ++r) {
      const std::string& words = choice.rails[r];
      if (words == "tcn" && traces.mid_stay) {
        throw InputError("model " + choice.name +
                         ": a tcn generates requests from their beginning; a recording has none");
      }
      if (words == "published" && !options.published.empty()) {
        for (const RequestTrace& trace : traces.requests) {
          const std::string action = ProfileActionName(trace.action);
          if (!options.published.contains({action, traces.rails[r]})) {
            throw InputError(fmt::format("model {}: no published model of action {}, rail {}",
                                         choice.name, action, traces.rails[r]));
          }
        }
      }
      if (words != "iid" && words != "replay" && words != "tcn" && words != "published" &&
          words != "auto")
        ParseModelSpec(words, "model " + choice.name + ", rail " + traces.rails[r]);
    }
  }
}

// The words with "auto" replaced by what the training part supports.
std::vector<std::string> Resolved(const std::vector<std::string>& words, const ActionData& train,
                                  const FitControl& control) {
  std::vector<std::string> resolved = words;
  for (std::size_t r = 0; r < words.size(); ++r) {
    if (words[r] != "auto") continue;
    SelectionOptions selection;
    selection.control = control;
    selection.control.restarts = std::min(kSelectionRestarts, control.restarts);
    resolved[r] = Format(SelectModel({train.rails[r]}, selection));
  }
  return resolved;
}

struct PartResult {
  std::vector<ItemScore> items;  // as part.held_out
  std::vector<std::string> words;
  double parameters = 0, fit_s = 0;
};

PartResult JudgePart(const FidelityPlan& plan, const FidelityPart& part, const ModelChoice& choice,
                     const TraceSet& traces, const std::vector<bool>& ramps,
                     const FidelityOptions& options) {
  FitControl control;
  control.restarts = options.restarts;
  control.seed = options.seed;
  std::vector<std::optional<Hsmm>> published;
  for (const std::string& rail : traces.rails) {
    const auto found = options.published.find({plan.actions[part.action], rail});
    published.push_back(found == options.published.end() ? std::optional<Hsmm>() : found->second);
    if (published.back()) published.back()->interval_s = plan.interval_s;
  }
  const double before = options.now_s ? options.now_s() : NAN;
  const std::vector<std::string> words = Resolved(choice.rails, part.train, control);
  const std::unique_ptr<PathModel> model = FitPathModel(part.train, words, published, control);
  PartResult result{.items = std::vector<ItemScore>(part.held_out.size()),
                    .words = words,
                    .parameters = model->Parameters(),
                    .fit_s = options.now_s ? options.now_s() - before : NAN};
  InParallel(part.held_out.size(), [&](std::size_t i) {
    result.items[i] =
        ScoreItem(*model, part, part.held_out[i], ramps, plan.interval_s,
                  {.draws = options.draws,
                   .seeds = options.seeds,
                   .seed = options.seed,
                   .item = static_cast<std::uint32_t>(part.action * 1'000'003 +
                                                      HashName(part.held_out[i].name) % 1'000'003),
                   .cap_w = options.cap_w});
  });
  return result;
}

// Sequences of items per action, in the order of the parts.
template <typename T, typename Get>
std::vector<std::vector<T>> PerAction(const FidelityPlan& plan, const Get& get) {
  std::vector<std::vector<T>> all(plan.actions.size());
  for (std::size_t p = 0; p < plan.parts.size(); ++p) {
    for (std::size_t i = 0; i < plan.parts[p].held_out.size(); ++i)
      all[plan.parts[p].action].push_back(get(p, i));
  }
  return all;
}

std::vector<std::string> Signals(const TraceSet& traces) {
  std::vector<std::string> signals = traces.rails;
  if (signals.size() > 1) signals.push_back("total");
  return signals;
}

}  // namespace

FidelityReport JudgeFidelity(const TraceSet& traces, const FidelityOptions& options) {
  Check(traces, options);
  const FidelityPlan plan =
      PlanFidelity(traces, options.folds, options.split_share, options.block_s);
  const std::vector<bool> ramps = RampingRails(options, traces.rails.size());
  const std::vector<std::string> signals = Signals(traces);
  FidelityReport report;
  report.rails = traces.rails;
  report.interval_s = plan.interval_s;
  report.blocks = traces.mid_stay;
  for (const FidelityPart& part : plan.parts) report.requests += part.held_out.size();

  std::map<std::string, std::vector<std::vector<ItemScore>>> kept;  // of the compared models
  for (const ModelChoice& choice : options.models) {
    const bool published =
        std::find(choice.rails.begin(), choice.rails.end(), "published") != choice.rails.end();
    if (published && options.published.empty()) continue;
    std::vector<PartResult> parts(plan.parts.size());
    InParallel(parts.size(), [&](std::size_t p) {
      parts[p] = JudgePart(plan, plan.parts[p], choice, traces, ramps, options);
    });
    ModelScore score{.name = choice.name, .words = choice.rails};
    for (const PartResult& part : parts) {
      score.parameters += part.parameters / static_cast<double>(parts.size());
      score.fit_s += part.fit_s;
      for (std::size_t r = 0; r < choice.rails.size(); ++r) {
        if (choice.rails[r] != "auto") continue;
        score.words[r] += (&part == &parts.front() ? ": " : "; ") + part.words[r];
      }
    }
    const auto items =
        PerAction<ItemScore>(plan, [&](std::size_t p, std::size_t i) { return parts[p].items[i]; });
    for (std::size_t a = 0; a < plan.actions.size(); ++a)
      score.actions.push_back(ScoreAction(plan.actions[a], items[a], signals));
    if (choice.name == options.reference || choice.name == options.against)
      kept[choice.name] = items;
    report.models.push_back(std::move(score));
    if (options.done) options.done(choice.name);
    if (report.floors.empty() && !traces.mid_stay) {
      for (std::size_t a = 0; a < plan.actions.size(); ++a)
        report.floors.push_back(
            TruthAgainstTruth(plan.actions[a], items[a], signals, options.seed));
    }
  }
  if (kept.contains(options.reference) && kept.contains(options.against)) {
    report.paired = ComparePaired(kept[options.reference], kept[options.against], signals,
                                  traces.mid_stay, options.seed);
  }
  return report;
}

}  // namespace edgesim
