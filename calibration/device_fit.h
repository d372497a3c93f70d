// From recorded requests to a device profile: one latency law and one HSMM per rail for each
// action.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "calibration/action_fit.h"
#include "calibration/request_trace.h"
#include "devices/profile.h"

namespace edgesim {

struct DeviceFitOptions {
  std::string name;  // of the device
  std::string description;
  std::string source;         // where the traces come from, for the provenance
  std::string date_recorded;  // ISO 8601
  std::string date_fitted;
  std::vector<ModelSpec> models;  // one per rail of the traces
  double interval_s = 0;          // of the emissions: what the traces were resampled to
                                  // (Resample); 0: their mean sampling period
  FitControl control;
};

struct NamedActionFit {
  std::string action;  // as the profile names it
  std::size_t requests = 0;
  ActionFit fit;
};

struct DeviceFit {
  DeviceProfile profile;
  std::vector<NamedActionFit> actions;  // in the order of profile.actions
};

// Fits the actions in parallel; the result does not depend on the number of threads. Action names
// are "<model>-<quantization>", the quantisation after the last hyphen; they become lower case.
DeviceFit FitDevice(const TraceSet& traces, const DeviceFitOptions& options);

// Requests by action, actions in the order of their first request.
using RequestGroup = std::vector<const RequestTrace*>;
std::vector<std::pair<std::string, RequestGroup>> ByAction(const TraceSet& traces);

// The group's readings on a grid of `interval_s`, and its seconds per token.
ActionData OnGrid(const RequestGroup& group, std::size_t rails, double interval_s, bool mid_stay);
// The same with what the traces say of all their requests.
ActionData OnGrid(const TraceSet& traces, const RequestGroup& group, double interval_s);

// Null where a request's tokens are not known. request_class is that of the group's requests.
std::optional<TokenLatency> FitLatency(const RequestGroup& group,
                                       const std::vector<std::size_t>& request_class);

// Requests whose time per token, or whose time to half of the power rise, is far from that of the
// action's others: more than 8 robust standard deviations and more than a tenth of the median
// (time per token) or a second (rise).
std::vector<Outlier> FindOutliers(const TraceSet& traces, const std::vector<ModelSpec>& models);

std::string ProfileActionName(const std::string& trace_action);

}  // namespace edgesim
