// Times of whole passes over made-up models: what single kernels leave out (the step from one
// operation to the next, caches that others used meanwhile) and how far the laws can be trusted.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "calibration/kernel_timings.h"
#include "devices/model_card.h"

namespace edgesim {

struct PassCase {
  ModelCard card;
  std::string quantization;
  ForwardPass pass;
};

struct PassTiming {
  PassCase what;
  Timing timing;
};

// Small models of shapes that no card has, larger than a level 3 cache, in the quantisations that
// `like` has tables for; each decoding at a short and a long context, and over two prompts.
std::vector<PassCase> PassCases(const ModelCard& like);

// With that many threads. Throws ContentionError where the machine is not quiet.
std::vector<PassTiming> TimePasses(const std::vector<PassCase>& cases, std::size_t threads,
                                   const HostClock& clock, const TimingOptions& options,
                                   SpeedProbe& probe, kernels::Isa isa, TimingTally& tally,
                                   const TimingProgress& progress);

}  // namespace edgesim
