#include "calibration/tcn_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <span>
#include <stdexcept>

#include "calibration/adam.h"
#include "calibration/mixture_density.h"
#include "sim/rng.h"

namespace edgesim {

using Eigen::Index;

namespace {

using Sequences = std::vector<std::vector<double>>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kBatch = 2;  // sequences per step of Adam
constexpr float kLongestGradient = 1;
constexpr float kAveraging = 0.98F;  // per step of Adam

enum Purpose : std::uint32_t { kInitialWeights, kSplit, kOrder, kInputNoise };

WordStream Words(std::uint64_t seed, Purpose purpose, int epoch = 0) {
  return Noise{.seed = seed,
               .episode = static_cast<std::uint32_t>(epoch),
               .entity = purpose,
               .phase = Phase::kModel}
      .Words(StreamOfRail(0, RailStream::kEmission));
}

void Shuffle(std::vector<std::size_t>& order, WordStream words) {
  for (std::size_t n = order.size(); n > 1; --n)
    std::swap(order[n - 1], order[UniformIndex(words, static_cast<std::uint32_t>(n))]);
}

// He's initialisation (2015); the branches' ends smaller by sqrt(blocks), so that their sum over
// the blocks starts as large as the skip, and a head that starts near one wide Gaussian.
Eigen::VectorXf InitialWeights(const TcnModel& model, WordStream words) {
  const TcnLayout layout(model.Shape());
  Eigen::VectorXf weights = Eigen::VectorXf::Zero(layout.parameters);
  const auto draw = [&](const TcnConvolution& conv, double gain) {
    const double sd = std::sqrt(gain / (conv.in * conv.taps));
    for (Index i = 0; i < conv.Parameters() - conv.out; ++i)
      weights(conv.first_weight + i) = static_cast<float>(sd * StandardNormal(words));
  };
  for (const auto& block : layout.blocks) {
    draw(block.first, 2);
    draw(block.second, 2.0 / static_cast<double>(layout.blocks.size()));
    if (block.skip) draw(*block.skip, 1);
  }
  draw(layout.head, 0.1);
  auto bias = layout.head.Bias(weights);
  for (int m = 0; m < model.components; ++m) {
    // Means from -0.5 to 0.5 sd of the signal: equal components would stay equal for long.
    bias(model.components + m) =
        static_cast<float>((m + 0.5) / model.components - 0.5) * (model.components > 1 ? 2.0F : 0);
    bias(2 * model.components + m) = -1;
  }
  return weights;
}

// Sequences side by side, filled up with NaN to the longest: what TcnNetwork takes.
struct Batch {
  Eigen::MatrixXf inputs;
  Eigen::VectorXf targets;  // NaN: no loss there
  Index sequences = 0;
  Index scored = 0;
};

Batch MakeBatch(const TcnModel& model, const Sequences& sequences,
                std::span<const std::size_t> chosen) {
  std::size_t longest = 2;
  for (const std::size_t s : chosen) longest = std::max(longest, sequences[s].size());
  Batch batch;
  batch.sequences = static_cast<Index>(chosen.size());
  const Index columns = static_cast<Index>(longest - 1) * batch.sequences;
  batch.inputs = Eigen::MatrixXf::Zero(kTcnInputs, columns);
  batch.targets.setConstant(columns, std::numeric_limits<float>::quiet_NaN());
  for (Index b = 0; b < batch.sequences; ++b) {
    const std::vector<double>& sequence = sequences[chosen[static_cast<std::size_t>(b)]];
    const std::vector<double> fed = FilledForward(sequence, MeanFirstReading(model));
    for (std::size_t t = 1; t < sequence.size(); ++t) {
      const Index column = static_cast<Index>(t - 1) * batch.sequences + b;
      batch.inputs(0, column) = static_cast<float>((fed[t - 1] - model.mean_w) / model.scale_w);
      batch.inputs(1, column) = static_cast<float>(TcnElapsed(static_cast<Index>(t)));
      if (std::isnan(sequence[t])) continue;
      batch.targets(column) = static_cast<float>((sequence[t] - model.mean_w) / model.scale_w);
      ++batch.scored;
    }
  }
  return batch;
}

// Sum of -log densities in the network's units; the gradient is that of the mean.
double Loss(const TcnModel& model, const Batch& batch, const Eigen::MatrixXf& outputs,
            Eigen::MatrixXf* gradient) {
  const auto floor_sd = static_cast<float>(model.FloorSd());
  if (gradient != nullptr) gradient->setZero(outputs.rows(), outputs.cols());
  double sum = 0;
  for (Index c = 0; c < outputs.cols(); ++c) {
    if (std::isnan(batch.targets(c))) continue;
    float* column_gradient = gradient != nullptr ? gradient->col(c).data() : nullptr;
    sum += MixtureLoss<float>(outputs.col(c).data(), model.components, floor_sd, batch.targets(c),
                              column_gradient);
  }
  if (gradient != nullptr) *gradient /= static_cast<float>(batch.scored);
  return sum;
}

// Level and spread of the readings that are there, and the law of the first.
void Normalise(const Sequences& sequences, TcnModel& model) {
  double n = 0, sum = 0, squares = 0;
  double lowest = std::numeric_limits<double>::infinity(), highest = -lowest;
  for (const auto& sequence : sequences) {
    for (const double reading : sequence) {
      if (std::isnan(reading)) continue;
      ++n;
      sum += reading;
      lowest = std::min(lowest, reading);
      highest = std::max(highest, reading);
    }
    if (!sequence.empty() && !std::isnan(sequence[0])) model.first_w.push_back(sequence[0]);
  }
  if (model.first_w.empty()) throw std::invalid_argument("no sequence has a first reading");
  model.mean_w = sum / n;
  constexpr double kBeyond = 0.25;  // of the range, on either side
  model.lowest_w = lowest - kBeyond * (highest - lowest) - kTcnFloorSdW;
  model.highest_w = highest + kBeyond * (highest - lowest) + kTcnFloorSdW;
  for (const auto& sequence : sequences) {
    for (const double reading : sequence)
      if (!std::isnan(reading)) squares += (reading - model.mean_w) * (reading - model.mean_w);
  }
  model.scale_w = std::max(std::sqrt(squares / n), kTcnFloorSdW);

  // Silverman's bandwidth (1986, eq. 3.31), from the quartiles: single odd starts do not widen it.
  std::vector<double> sorted = model.first_w;
  std::sort(sorted.begin(), sorted.end());
  const double quartiles = sorted[sorted.size() * 3 / 4] - sorted[sorted.size() / 4];
  model.first_sd_w = std::max(
      0.9 * quartiles / 1.34 * std::pow(static_cast<double>(sorted.size()), -0.2), kTcnFloorSdW);
}

}  // namespace

TcnFit FitTcn(const Sequences& sequences, const TcnOptions& options, std::uint64_t seed) {
  if (options.components < 1 || options.epochs < 1 || options.patience < 1 ||
      !(options.learning_rate > 0) || !(options.noise_sd >= 0) ||
      !(options.validation_share >= 0 && options.validation_share < 1)) {
    throw std::invalid_argument("a TCN option is out of its range");
  }
  std::vector<std::size_t> order;  // of the sequences with something to predict
  for (std::size_t s = 0; s < sequences.size(); ++s) {
    if (std::any_of(sequences[s].begin() + std::min<std::ptrdiff_t>(1, std::ssize(sequences[s])),
                    sequences[s].end(), [](double x) { return !std::isnan(x); })) {
      order.push_back(s);
    }
  }
  constexpr std::size_t kLeastHeldOut = 2;
  if (order.size() <= kLeastHeldOut) {
    throw std::invalid_argument("a TCN needs three sequences of two readings or more");
  }

  TcnFit fit;
  TcnModel& model = fit.model;
  model.channels = options.channels;
  model.blocks = options.blocks;
  model.kernel = options.kernel;
  model.components = options.components;
  Normalise(sequences, model);
  model.weights = InitialWeights(model, Words(seed, kInitialWeights));

  Shuffle(order, Words(seed, kSplit));
  const auto share = static_cast<std::size_t>(
      std::lround(options.validation_share * static_cast<double>(order.size())));
  const std::size_t held_out = std::clamp(share, kLeastHeldOut, order.size() - 1);
  const Batch validation = MakeBatch(model, sequences, std::span(order).first(held_out));
  std::vector<std::size_t> training(order.begin() + static_cast<std::ptrdiff_t>(held_out),
                                    order.end());
  const std::size_t steps = (training.size() + kBatch - 1) / kBatch;

  TcnNetwork<float> network(model.Shape());
  Adam adam(model.weights.size());
  Eigen::VectorXf weights = model.weights, averaged = weights, gradient;
  Eigen::MatrixXf output_gradient;
  double best = std::numeric_limits<double>::infinity();
  int since_best = 0;
  for (int epoch = 0; epoch < options.epochs && since_best < options.patience; ++epoch) {
    Shuffle(training, Words(seed, kOrder, epoch));
    WordStream noise = Words(seed, kInputNoise, epoch);
    for (std::size_t step = 0; step < steps; ++step) {
      const auto chosen = std::span(training).subspan(
          step * kBatch, std::min(kBatch, training.size() - step * kBatch));
      Batch batch = MakeBatch(model, sequences, chosen);
      if (options.noise_sd > 0) {
        for (Index c = 0; c < batch.inputs.cols(); ++c)
          batch.inputs(0, c) += static_cast<float>(options.noise_sd * StandardNormal(noise));
      }
      const double done =
          (epoch + static_cast<double>(step) / static_cast<double>(steps)) / options.epochs;
      const double rate = 0.5 * options.learning_rate * (1 + std::cos(std::numbers::pi * done));
      Loss(model, batch, network.Forward(weights, batch.inputs, batch.sequences), &output_gradient);
      network.Backward(weights, output_gradient, gradient);
      ClipNorm(kLongestGradient, gradient);
      adam.Step(gradient, rate, weights);
      averaged = kAveraging * averaged + (1 - kAveraging) * weights;
    }
    const double loss =
        Loss(model, validation, network.Forward(averaged, validation.inputs, validation.sequences),
             nullptr) /
        static_cast<double>(validation.scored);
    ++since_best;
    fit.epochs_run = epoch + 1;
    if (loss < best) {
      best = loss;
      since_best = 0;
      model.weights = averaged;
    }
  }
  fit.validation_nll = best + std::log(model.scale_w);
  return fit;
}

}  // namespace edgesim
