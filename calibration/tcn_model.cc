#include "calibration/tcn_model.h"

#include <cmath>
#include <numbers>
#include <numeric>

#include "calibration/mixture_density.h"

namespace edgesim {

using Eigen::Index;

TcnShape TcnModel::Shape() const {
  return {.inputs = kTcnInputs,
          .channels = channels,
          .blocks = blocks,
          .kernel = kernel,
          .outputs = MixtureOutputs(components)};
}

double TcnModel::FloorSd() const { return kTcnFloorSdW / scale_w; }

double MeanFirstReading(const TcnModel& model) {
  return std::accumulate(model.first_w.begin(), model.first_w.end(), 0.0) /
         static_cast<double>(model.first_w.size());
}

std::vector<double> FilledForward(std::span<const double> watts, double start_w) {
  std::vector<double> filled(watts.begin(), watts.end());
  double last = start_w;
  for (double& reading : filled) {
    if (std::isnan(reading)) reading = last;
    last = reading;
  }
  return filled;
}

Eigen::VectorXd LogScores(const TcnModel& model, std::span<const double> watts) {
  const auto steps = static_cast<Index>(watts.size());
  Eigen::VectorXd scores = Eigen::VectorXd::Zero(steps);
  if (steps == 0) return scores;
  if (!std::isnan(watts[0])) {
    double density = 0;
    for (const double centre : model.first_w) {
      const double z = (watts[0] - centre) / model.first_sd_w;
      density += std::exp(-0.5 * z * z);
    }
    scores(0) = std::log(density / (static_cast<double>(model.first_w.size()) * model.first_sd_w *
                                    std::sqrt(2 * std::numbers::pi)));
  }
  if (steps == 1) return scores;
  const std::vector<double> filled = FilledForward(watts, MeanFirstReading(model));
  Eigen::MatrixXd inputs(kTcnInputs, steps - 1);
  for (Index t = 1; t < steps; ++t) {
    inputs(0, t - 1) = (filled[static_cast<std::size_t>(t - 1)] - model.mean_w) / model.scale_w;
    inputs(1, t - 1) = TcnElapsed(t);
  }
  TcnNetwork<double> network(model.Shape());
  const Eigen::MatrixXd& outputs =
      network.Forward(model.weights.cast<double>(), inputs, /*batch=*/1);
  for (Index t = 1; t < steps; ++t) {
    const double reading = watts[static_cast<std::size_t>(t)];
    if (std::isnan(reading)) continue;
    const double target = (reading - model.mean_w) / model.scale_w;
    scores(t) =
        -std::log(model.scale_w) - MixtureLoss<double>(outputs.col(t - 1).data(), model.components,
                                                       model.FloorSd(), target, nullptr);
  }
  return scores;
}

}  // namespace edgesim
