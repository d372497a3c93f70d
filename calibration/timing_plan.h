// Which kernels to time so that the models of a catalogue can be predicted.
#pragma once

#include <cstddef>
#include <vector>

#include "calibration/kernel_timings.h"
#include "devices/model_card.h"

namespace edgesim {

enum class PlanDepth { kQuick, kFull };

// Quick: per weight format a few products in the middle of what models have. Full: every distinct
// matrix of the cards, cold, and three of them over batches and prompts. Both: warm products of
// each tile width up to `tile_columns`, attention, and every kind of element-wise operation.
TimingPlan PlanTimings(const std::vector<ModelCard>& cards, PlanDepth depth,
                       std::size_t tile_columns);

}  // namespace edgesim
