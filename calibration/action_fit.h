// Power models of one action: one per rail, for each kind of request there is.
#pragma once

#include <vector>

#include "calibration/rail_fit.h"
#include "calibration/request_class.h"
#include "devices/profile.h"

namespace edgesim {

struct ActionData {
  std::vector<RailSequences> rails;       // [rail], all with the same requests in the same order
  std::vector<double> seconds_per_token;  // per request; NaN: unknown
};

struct RailFit {
  ModelSpec spec;
  std::vector<HsmmFit> classes;  // one for all requests, or one per class
};

struct ActionFit {
  std::size_t classes = 1;
  std::vector<std::size_t> request_class;  // per request
  std::vector<RailFit> rails;
  std::vector<double> class_bic;  // of one class, two classes, ..: rails that have classes

  double LogLikelihood() const;  // of all rails
  int Parameters() const;
  ClassLatency Latency(const std::vector<double>& seconds_per_token) const;
  // Power models with the level's variance split into a part the rails share and their own.
  std::vector<RailPowerModel> PowerModels() const;
};

// specs: one per rail. Where a spec allows several classes, requests are split into as many as the
// BIC of their power paths and seconds per token supports, at least kLeastRequests in each; classes
// are of the request, so rails that allow them have the same ones.
ActionFit FitAction(const ActionData& data, const std::vector<ModelSpec>& specs,
                    const FitControl& control);

// The same structure and classes from the fitted values on: for resampled data.
// `request_class` is that of the requests in `data`.
ActionFit RefitAction(const ActionFit& start, const ActionData& data,
                      const std::vector<std::size_t>& request_class, const FitControl& control);

inline constexpr std::size_t kLeastRequests = 4;  // of a class

}  // namespace edgesim
