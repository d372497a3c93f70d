// Power models as other work publishes them: an HMM fitted first, the law of the stays added later.
#pragma once

#include <string>
#include <string_view>

#include "devices/hsmm.h"

namespace edgesim {

// Reads the JSON of github.com/Junfei-Z/EMSLM (HSMM_EMSLM/<action>/<rail>_hsmm.json): dt, s;
// startprob; transmat with self-transitions; means_W; covars_W2, variances; duration_gamma, one
// {shape, scale} per state, scale in s. Self-transitions are removed and rows divided by their
// rest; a state that is left with less than 1e-6 per interval is absorbing. Starting probabilities
// are divided by their sum. States are named "state 1", ...
// Throws InputError, "file: /pointer: ...": what is missing, of another size, or no law.
Hsmm ParsePublishedHsmm(std::string_view text, const std::string& file);

}  // namespace edgesim
