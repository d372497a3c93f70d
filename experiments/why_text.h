#pragma once

#include <string>

#include "experiments/why.h"

namespace edgesim {

// A table of the steps, what a shield masked, and the total beside the optimum's.
std::string WhyText(const WhyEpisode& why);

// The same figures unrounded; null where none is known.
std::string WhyJson(const WhyEpisode& why);

}  // namespace edgesim
