// Which model each rail gets in `edgesim fit`: as its words say, or chosen by held-out score.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "calibration/device_fit.h"
#include "calibration/model_selection.h"

namespace edgesim {

struct RailModelChoice {
  ModelSpec spec;
  bool automatic = true;              // spec is chosen, not given
  std::vector<CandidateScore> tried;  // of a choice, in order, none twice
};

// One per rail from words "<rail>=<words>", or "<words>" for all rails without words of their own;
// of two for the same rails the later one counts. "auto", or no words at all, leaves the choice
// open. Throws InputError naming the word, what is allowed and the rails.
std::vector<RailModelChoice> ReadModelWords(const std::vector<std::string>& models,
                                            const std::vector<std::string>& rails);

// The readings of one rail under all actions, on a grid.
std::vector<RailSequences> SequencesOf(const TraceSet& traces, std::size_t rail, double interval_s);

// Why held-out scores cannot be had; "" where they can.
std::string TooFewToHoldOut(const TraceSet& traces);

// Fills in the choices left open (SelectModel). Throws InputError where there is too little data.
void ChooseModels(const TraceSet& traces, double interval_s, const SelectionOptions& options,
                  std::vector<RailModelChoice>& choices);

// Scores [action][rail] of `specs` (one per rail) by requests held out; empty where that cannot be,
// and then *why_not says why.
std::vector<std::vector<CandidateScore>> ScoreModels(const TraceSet& traces, double interval_s,
                                                     const std::vector<ModelSpec>& specs,
                                                     const SelectionOptions& options,
                                                     std::string* why_not);

}  // namespace edgesim
