// Paths of the models that HSMMs are measured against.
#include <algorithm>
#include <cmath>
#include <limits>

#include "calibration/rail_paths.h"
#include "calibration/tcn_fit.h"
#include "calibration/tcn_sample.h"

namespace edgesim {

namespace {

using Eigen::Index;

class IidPaths final : public RailPaths {
 public:
  explicit IidPaths(const RailSequences& data) {
    for (const auto& x : data.watts) {
      std::copy_if(x.begin(), x.end(), std::back_inserter(readings_),
                   [](double w) { return !std::isnan(w); });
    }
  }
  Paths Sample(const PathTask& task, std::size_t rail, const std::vector<std::size_t>& classes,
               const std::vector<double>&, const Noise& noise) const override {
    Paths paths(static_cast<Index>(classes.size()), static_cast<Index>(task.steps));
    for (Index i = 0; i < paths.rows(); ++i) {
      WordStream words = noise.Of(static_cast<std::uint32_t>(i))
                             .Words(StreamOfRail(static_cast<int>(rail), RailStream::kEmission));
      for (Index t = 0; t < paths.cols(); ++t) {
        paths(i, t) = static_cast<float>(
            readings_[UniformIndex(words, static_cast<std::uint32_t>(readings_.size()))]);
      }
    }
    return paths;
  }
  double Parameters() const override { return 0; }

 private:
  std::vector<double> readings_;
};

class ReplayPaths final : public RailPaths {
 public:
  explicit ReplayPaths(const RailSequences& data) : mid_stay_(data.mid_stay) {
    for (std::vector<double> x : data.watts) {
      for (std::size_t t = 1; t < x.size(); ++t) x[t] = std::isnan(x[t]) ? x[t - 1] : x[t];
      for (std::size_t t = x.size() - 1; t-- > 0;) x[t] = std::isnan(x[t]) ? x[t + 1] : x[t];
      traces_.push_back(std::move(x));
    }
  }
  Paths Sample(const PathTask& task, std::size_t rail, const std::vector<std::size_t>& classes,
               const std::vector<double>&, const Noise& noise) const override {
    Paths paths(static_cast<Index>(classes.size()), static_cast<Index>(task.steps));
    for (Index i = 0; i < paths.rows(); ++i) {
      WordStream words = noise.Of(static_cast<std::uint32_t>(i))
                             .Words(StreamOfRail(static_cast<int>(rail), RailStream::kDwell));
      const std::vector<double>& x =
          traces_[UniformIndex(words, static_cast<std::uint32_t>(traces_.size()))];
      const std::size_t half = x.size() / 2;
      std::size_t at = mid_stay_ ? UniformIndex(words, static_cast<std::uint32_t>(x.size())) : 0;
      for (Index t = 0; t < paths.cols(); ++t, ++at) {
        if (at >= x.size()) at = mid_stay_ ? 0 : half;
        paths(i, t) = static_cast<float>(x[at]);
      }
    }
    return paths;
  }
  double Parameters() const override { return 0; }

 private:
  bool mid_stay_;
  std::vector<std::vector<double>> traces_;
};

class TcnPaths final : public RailPaths {
 public:
  TcnPaths(const RailSequences& data, const FitControl& control)
      : with_outliers_(control.em.outlier_weight) {
    double best = std::numeric_limits<double>::infinity();
    for (int k = 0; k < control.restarts; ++k) {
      TcnFit fit = FitTcn(data.watts, TcnOptions{}, control.seed + static_cast<std::uint64_t>(k));
      if (fit.validation_nll >= best) continue;
      best = fit.validation_nll;
      model_ = std::move(fit.model);
    }
  }
  Paths Sample(const PathTask& task, std::size_t rail, const std::vector<std::size_t>& classes,
               const std::vector<double>&, const Noise& noise) const override {
    Noise own = noise;
    own.seed ^= HashName("tcn rail") + rail;  // SampleTcn has one stream; rails are independent
    return SampleTcn(model_, static_cast<int>(task.steps), static_cast<int>(classes.size()), own);
  }
  double LogScore(const PathTask&, std::size_t, const std::vector<double>& watts,
                  const std::vector<double>&) const override {
    const Eigen::VectorXd scores = edgesim::LogScores(model_, watts);
    double sum = 0;  // with outliers as HSMMs have them
    for (std::size_t t = 0; t < watts.size(); ++t)
      sum += std::isnan(watts[t]) ? 0 : with_outliers_(scores(static_cast<Index>(t)));
    return sum;
  }
  double Parameters() const override { return model_.ParameterCount(); }

 private:
  OutlierMixture with_outliers_;
  TcnModel model_;
};

}  // namespace

std::unique_ptr<RailPaths> MakeIidPaths(const RailSequences& data) {
  return std::make_unique<IidPaths>(data);
}

std::unique_ptr<RailPaths> MakeReplayPaths(const RailSequences& data) {
  return std::make_unique<ReplayPaths>(data);
}

std::unique_ptr<RailPaths> MakeTcnPaths(const RailSequences& data, const FitControl& control) {
  return std::make_unique<TcnPaths>(data, control);
}

}  // namespace edgesim
