// Power models as generators: what each makes of a request it has not seen.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "calibration/action_fit.h"
#include "sim/rng.h"

namespace edgesim {

// A stretch to simulate: a request from its beginning, or what follows some readings.
struct PathTask {
  std::size_t steps = 0;                  // emission intervals
  double seconds_per_token = NAN;         // of the request; NaN: unknown
  std::vector<std::vector<double>> past;  // [rail] readings before; empty: a request begins
  // Kind of request of each draw, for requests whose speed was drawn, too; empty: drawn from
  // seconds_per_token.
  std::vector<std::size_t> request_class;
};

using Paths =
    Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;  // draws x steps

class PathModel {
 public:
  virtual ~PathModel() = default;

  // One matrix per rail, W. Path i is drawn with noise.Of(i).
  virtual std::vector<Paths> Sample(const PathTask& task, int draws, const Noise& noise) const = 0;

  // Nats per rail of the readings `watts` [rail] of the task, NaN readings left out; NaN where the
  // model has no density. Levels and classes are summed over.
  virtual std::vector<double> LogScores(const PathTask& task,
                                        const std::vector<std::vector<double>>& watts) const = 0;

  // Kinds of the requests it was fitted on, in their order.
  virtual const std::vector<std::size_t>& RequestClasses() const = 0;
  virtual double Parameters() const = 0;
};

// Fits what `words` name, one per rail: those of a ModelSpec, "iid", "replay", "tcn"; "published"
// takes `published` [rail]. A TCN's restarts are its seeds; the best by validation is kept.
std::unique_ptr<PathModel> FitPathModel(const ActionData& data,
                                        const std::vector<std::string>& words,
                                        const std::vector<std::optional<Hsmm>>& published,
                                        const FitControl& control);

}  // namespace edgesim
