// Which kernels to time so that the models of a catalogue can be predicted.
#pragma once

#include <cstddef>
#include <vector>

#include "calibration/kernel_timings.h"
#include "devices/model_card.h"

namespace edgesim {

enum class PlanDepth { kQuick, kFull };

// Quick: per weight format the products of a layer of small and of large matrices, cold. Full:
// every distinct matrix of the cards too, and three of them over batches and prompts. Both: warm
// products of each tile width up to `tile_columns`, large enough for that many threads; attention;
// and every kind of element-wise operation.
TimingPlan PlanTimings(const std::vector<ModelCard>& cards, PlanDepth depth,
                       std::size_t tile_columns, std::size_t threads);

}  // namespace edgesim
