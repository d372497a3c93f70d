// Imported recordings as the requests that models are fitted to and judged on.
#pragma once

#include <string>
#include <vector>

#include "calibration/power_trace.h"
#include "calibration/request_trace.h"

namespace edgesim {

struct TraceSetOptions {
  // Groups are "<action>/<request>", as grouping by the columns "action+request" gives them: an
  // action's name holds no '/'. Otherwise every request's action is "recording".
  bool action_in_group = false;
};

// A grouped recording gives one request per group, in order of first appearance: times are since
// its first sample, the duration is from its first to its last one. Samples of no group belong to
// no request and are left out. With several recordings and no actions a request is named
// "<recording>: <group>". Recordings without groups give one RequestTrace each, the whole
// recording, and TraceSet::mid_stay. Output tokens are NaN.
//
// Sensors that hold their values give one sample per refresh (WithoutHeldValues); what would
// mislead a fit is refused (RefuseMisleading). quantum_w is the coarsest of the recordings'.
// `notes` receives "<recording>: <note>" of all that was changed or noticed. Throws InputError:
// rails that differ between recordings, grouped and ungrouped recordings together, a request that
// stands twice or has fewer than two samples.
TraceSet FromRecordings(const std::vector<PowerTrace>& recordings, TraceSetOptions options = {},
                        std::vector<std::string>* notes = nullptr);

}  // namespace edgesim
