// From recorded requests to a device profile: one latency law and one HSMM per rail for each
// action.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "calibration/hsmm_em.h"
#include "calibration/request_trace.h"
#include "devices/profile.h"

namespace edgesim {

struct DeviceFitOptions {
  std::string name;  // of the device
  std::string description;
  std::string source;         // where the traces come from, for the provenance
  std::string date_recorded;  // ISO 8601
  std::string date_fitted;
  std::vector<std::string> ramping_rails;  // fitted left-to-right; the others get a free topology
  int free_states = 2;                     // of a rail with free topology
};

struct RailFit {
  std::string rail;
  HsmmFit fit;
};

struct ActionFit {
  std::string action;  // as the profile names it
  std::size_t requests = 0;
  std::vector<RailFit> rails;
};

struct DeviceFit {
  DeviceProfile profile;
  std::vector<ActionFit> actions;  // in the order of profile.actions
};

// Fits the actions in parallel; the result does not depend on the number of threads. Action names
// are
// "<model>-<quantization>", the quantisation after the last hyphen; they become lower case.
DeviceFit FitDevice(const TraceSet& traces, const DeviceFitOptions& options);

// Requests whose time per token, or whose time to half of the power rise, is far from that of the
// action's others: more than 8 robust standard deviations and more than a tenth of the median
// (time per token) or a second (rise).
std::vector<Outlier> FindOutliers(const TraceSet& traces,
                                  const std::vector<std::string>& ramping_rails);

std::string ProfileActionName(const std::string& trace_action);

}  // namespace edgesim
