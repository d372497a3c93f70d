// Scores of an action, and of two models against each other, from those of held-out items.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "calibration/fidelity.h"
#include "calibration/fidelity_item.h"

namespace edgesim {

ActionScore ScoreAction(const std::string& action, const std::vector<ItemScore>& items,
                        const std::vector<std::string>& signals);

// Measured requests against each other: medians over random halves; distances only.
ActionScore TruthAgainstTruth(const std::string& action, const std::vector<ItemScore>& items,
                              const std::vector<std::string>& signals, std::uint64_t seed);

// [action][item] of the two models, the same items in the same order. `blocks`: the items of an
// action follow one another in a recording; they are resampled in runs of a few, for neighbours
// resemble each other. Else each item is a request and stands for itself.
std::vector<PairedRow> ComparePaired(const std::vector<std::vector<ItemScore>>& reference,
                                     const std::vector<std::vector<ItemScore>>& against,
                                     const std::vector<std::string>& signals, bool blocks,
                                     std::uint64_t seed);

}  // namespace edgesim
