// One rail of a generator of paths: a fitted HSMM or one of the models it is measured against.
#pragma once

#include <limits>
#include <memory>
#include <vector>

#include "calibration/path_model.h"

namespace edgesim {

class RailPaths {
 public:
  virtual ~RailPaths() = default;
  // request_class and shared_level (standard normal) are per draw.
  virtual Paths Sample(const PathTask& task, std::size_t rail,
                       const std::vector<std::size_t>& request_class,
                       const std::vector<double>& shared_level, const Noise& noise) const = 0;
  virtual double LogScore(const PathTask&, std::size_t, const std::vector<double>&,
                          const std::vector<double>&) const {
    return std::numeric_limits<double>::quiet_NaN();
  }
  virtual double Parameters() const = 0;
};

// `parameters` is what the fit counted.
std::unique_ptr<RailPaths> MakeHsmmPaths(RailPowerModel model, double parameters,
                                         double outlier_weight);

// Readings drawn from all training readings, each by itself.
std::unique_ptr<RailPaths> MakeIidPaths(const RailSequences& data);

// A training trace from its beginning; one that is too short goes on with its last readings, from
// its middle on, again. A recording is replayed from a random moment.
std::unique_ptr<RailPaths> MakeReplayPaths(const RailSequences& data);

// The best by validation of TCNs trained with as many seeds as there are restarts.
std::unique_ptr<RailPaths> MakeTcnPaths(const RailSequences& data, const FitControl& control);

}  // namespace edgesim
