#include "experiments/cli/fit_models.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <cctype>

#include "calibration/in_parallel.h"
#include "calibration/model_spec.h"
#include "sim/did_you_mean.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

constexpr const char* kAuto = "auto";

RailModelChoice Parse(const std::string& words, const std::string& where) {
  if (words == kAuto) return {};
  return {.spec = ParseModelSpec(words, where), .automatic = false, .tried = {}};
}

// Whether words for all rails begin like RAIL=WORDS: `ramp=4` and a misspelt `fre=2` do not.
bool NamesARail(const std::string& model) {
  const std::size_t equals = model.find('=');
  if (equals == std::string::npos || equals + 1 == model.size()) return false;
  for (const std::string_view word : {"ramp", "free", "classes"}) {
    if (std::string_view(model).substr(0, equals).ends_with(word)) return false;
  }
  return std::isalpha(static_cast<unsigned char>(model[equals + 1])) != 0;
}

}  // namespace

std::vector<RailModelChoice> ReadModelWords(const std::vector<std::string>& models,
                                            const std::vector<std::string>& rails) {
  const auto is_for = [](const std::string& model, const std::string& rail) {
    return model.starts_with(rail + "=");
  };
  RailModelChoice for_all;
  for (const std::string& model : models) {
    if (std::any_of(rails.begin(), rails.end(), [&](const auto& r) { return is_for(model, r); }))
      continue;
    if (NamesARail(model)) {
      const std::string rail = model.substr(0, model.find('='));
      throw InputError(fmt::format("--model: no rail '{}'; rails are {}{}", rail,
                                   fmt::join(rails, ", "), DidYouMean(rail, rails)));
    }
    for_all = Parse(model, "--model");
  }
  std::vector<RailModelChoice> choices;
  for (const std::string& rail : rails) {
    RailModelChoice choice = for_all;
    for (const std::string& model : models) {
      if (is_for(model, rail)) choice = Parse(model.substr(rail.size() + 1), "--model " + rail);
    }
    choices.push_back(std::move(choice));
  }
  return choices;
}

std::vector<RailSequences> SequencesOf(const TraceSet& traces, std::size_t rail,
                                       double interval_s) {
  std::vector<RailSequences> sequences;
  for (const auto& [action, group] : ByAction(traces))
    sequences.push_back(OnGrid(traces, group, interval_s).rails[rail]);
  return sequences;
}

std::string TooFewToHoldOut(const TraceSet& traces) {
  constexpr std::size_t kFewest = 100;       // readings of a course: halves of 50, blocks of 5
  constexpr std::size_t kFewestOfHalf = 30;  // where readings are unevenly spread
  for (const auto& [action, group] : ByAction(traces)) {
    if (!traces.mid_stay && group.size() < 2) return fmt::format("{} has a single request", action);
    for (const RequestTrace* trace : group) {
      if (traces.mid_stay && trace->t_s.size() < kFewest) {
        return fmt::format("{} has {} readings, {} are needed", trace->request, trace->t_s.size(),
                           kFewest);
      }
      if (!traces.mid_stay) continue;
      const auto first_half = static_cast<std::size_t>(
          std::lower_bound(trace->t_s.begin(), trace->t_s.end(), trace->duration_s / 2) -
          trace->t_s.begin());
      const std::size_t fewer = std::min(first_half, trace->t_s.size() - first_half);
      if (fewer < kFewestOfHalf) {
        return fmt::format(
            "the {} half of {} has {} reading{}, {} are needed (its longest gap is {:.3g} s)",
            fewer == first_half ? "first" : "second", trace->request, fewer, fewer == 1 ? "" : "s",
            kFewestOfHalf, LongestGap(*trace));
      }
    }
  }
  return "";
}

void ChooseModels(const TraceSet& traces, double interval_s, const SelectionOptions& options,
                  std::vector<RailModelChoice>& choices) {
  if (std::none_of(choices.begin(), choices.end(), [](const auto& c) { return c.automatic; }))
    return;
  if (const std::string why = TooFewToHoldOut(traces); !why.empty()) {
    throw InputError(
        fmt::format("too little data to choose a model: {}; name one, e.g. --model free=2", why));
  }
  for (std::size_t r = 0; r < choices.size(); ++r) {
    if (!choices[r].automatic) continue;
    std::vector<CandidateScore> scored;
    choices[r].spec = SelectModel(SequencesOf(traces, r, interval_s), options, &scored);
    std::vector<CandidateScore>& tried = choices[r].tried;
    for (const CandidateScore& score : scored) {
      if (std::none_of(tried.begin(), tried.end(),
                       [&](const CandidateScore& t) { return t.spec == score.spec; }))
        tried.push_back(score);
    }
  }
}

std::vector<std::vector<CandidateScore>> ScoreModels(const TraceSet& traces, double interval_s,
                                                     const std::vector<ModelSpec>& specs,
                                                     const SelectionOptions& options,
                                                     std::string* why_not) {
  *why_not = TooFewToHoldOut(traces);
  if (!why_not->empty()) return {};
  const auto groups = ByAction(traces);
  std::vector<std::vector<CandidateScore>> scores(groups.size(),
                                                  std::vector<CandidateScore>(specs.size()));
  try {
    InParallel(groups.size() * specs.size(), [&](std::size_t i) {
      const std::size_t a = i / specs.size(), r = i % specs.size();
      const ActionData data = OnGrid(traces, groups[a].second, interval_s);
      scores[a][r] = ScoreCandidates({data.rails[r]}, {specs[r]}, options)[0];
    });
  } catch (const InputError& error) {  // e.g. requests shorter than a window
    *why_not = error.what();
    return {};
  }
  return scores;
}

}  // namespace edgesim
