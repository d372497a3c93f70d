#include "calibration/path_model.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "calibration/hsmm_filter.h"
#include "calibration/tcn_fit.h"
#include "calibration/tcn_sample.h"
#include "devices/hsmm_forward.h"
#include "devices/hsmm_sampler.h"
#include "sim/inverse_cdf_table.h"

namespace edgesim {

namespace {

using Eigen::Index;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// One rail of a model. `level` and `request_class` are per draw.
class RailPaths {
 public:
  virtual ~RailPaths() = default;
  virtual Paths Sample(const PathTask& task, std::size_t rail,
                       const std::vector<std::size_t>& request_class,
                       const std::vector<double>& shared_level, const Noise& noise) const = 0;
  virtual double LogScore(const PathTask&, std::size_t, const std::vector<double>&,
                          const std::vector<double>&) const {
    return kNone;
  }
  virtual double Parameters() const = 0;
};

double LogSumExp(const std::vector<double>& terms) {
  const double largest = *std::max_element(terms.begin(), terms.end());
  if (!std::isfinite(largest)) return largest;
  double sum = 0;
  for (const double term : terms) sum += std::exp(term - largest);
  return largest + std::log(sum);
}

// The last reading that is there.
double LastKnown(const std::vector<double>& past) {
  for (std::size_t t = past.size(); t-- > 0;) {
    if (!std::isnan(past[t])) return past[t];
  }
  return 0;
}

class HsmmPaths final : public RailPaths {
 public:
  HsmmPaths(RailPowerModel model, double parameters, double outlier_weight)
      : model_(std::move(model)), parameters_(parameters), outlier_weight_(outlier_weight) {
    for (const PowerClass& c : model_.classes) samplers_.emplace_back(c.hsmm);
  }

  Paths Sample(const PathTask& task, std::size_t rail,
               const std::vector<std::size_t>& request_class,
               const std::vector<double>& shared_level, const Noise& noise) const override {
    const std::size_t draws = request_class.size();
    Paths paths(static_cast<Index>(draws), static_cast<Index>(task.steps));
    std::vector<StayWeight> stays;
    InverseCdfTable stay_law;
    if (!task.past.empty()) {
      stays = FilterStays(model_.classes[0].hsmm, task.past[rail], outlier_weight_);
      std::vector<double> weights;
      for (const StayWeight& stay : stays) weights.push_back(stay.weight);
      stay_law = InverseCdfTable(weights);
    }
    std::vector<double> watts(task.steps);
    const int r = static_cast<int>(rail);
    for (std::size_t i = 0; i < draws; ++i) {
      const std::size_t k = model_.classes.size() == 1 ? 0 : request_class[i];
      const Noise own = noise.Of(static_cast<std::uint32_t>(i));
      WordStream level_words = own.Words(StreamOfRail(r, RailStream::kLevel));
      const LevelLaw& level = model_.classes[k].level;
      const double level_w =
          level.shared_w * shared_level[i] + level.own_w * StandardNormal(level_words);
      std::optional<HsmmSampler::Past> past;
      if (!stays.empty()) {
        const StayWeight& stay = stays[stay_law.Draw(level_words())];
        past = {.watts = LastKnown(task.past[rail]), .state = stay.state, .age = stay.age};
      }
      samplers_[k].Sample(level_w, own.Words(StreamOfRail(r, RailStream::kDwell)),
                          own.Words(StreamOfRail(r, RailStream::kEmission)), watts, past);
      for (std::size_t t = 0; t < task.steps; ++t)
        paths(static_cast<Index>(i), static_cast<Index>(t)) = static_cast<float>(watts[t]);
    }
    return paths;
  }

  double LogScore(const PathTask& task, std::size_t rail, const std::vector<double>& watts,
                  const std::vector<double>& class_probability) const override {
    std::vector<double> terms;
    for (std::size_t k = 0; k < model_.classes.size(); ++k) {
      const double p = model_.classes.size() == 1 ? 1 : class_probability[k];
      if (p <= 0) continue;
      const PowerClass& c = model_.classes[k];
      const double tau = std::hypot(c.level.shared_w, c.level.own_w);
      // The level is integrated out on a grid over four standard deviations.
      constexpr int kNodes = 17;
      const int nodes = tau > 0 ? kNodes : 1;
      double weights = 0;
      std::vector<double> at_node;
      for (int n = 0; n < nodes; ++n) {
        const double z = nodes == 1 ? 0 : 8.0 * n / (nodes - 1) - 4;
        weights += std::exp(-0.5 * z * z);
        at_node.push_back(-0.5 * z * z + LogLikelihoodAfter(c.hsmm, task, rail, watts, tau * z));
      }
      terms.push_back(std::log(p) + LogSumExp(at_node) - std::log(weights));
    }
    return LogSumExp(terms);
  }

  double Parameters() const override { return parameters_; }

 private:
  double LogLikelihoodAfter(const Hsmm& hsmm, const PathTask& task, std::size_t rail,
                            const std::vector<double>& watts, double level_w) const {
    const auto score = [&](const std::vector<double>& x) {
      return Forward(MakeTables(hsmm, static_cast<int>(x.size()) + 1),
                     LogDensity(hsmm, x, level_w, outlier_weight_))
          .log_likelihood;
    };
    if (task.past.empty()) return score(watts);
    std::vector<double> all = task.past[rail];
    const double before = score(all);
    all.insert(all.end(), watts.begin(), watts.end());
    return score(all) - before;
  }

  RailPowerModel model_;
  double parameters_, outlier_weight_;
  std::vector<HsmmSampler> samplers_;
};

// Readings drawn from all training readings, each by itself.
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

// A training trace from its beginning; one that is too short goes on with its last readings, from
// its middle on, again. A recording is replayed from a random moment.
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
  TcnPaths(const RailSequences& data, const FitControl& control) {
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
    return edgesim::LogScores(model_, watts).sum();
  }
  double Parameters() const override { return model_.ParameterCount(); }

 private:
  TcnModel model_;
};

class RailwiseModel final : public PathModel {
 public:
  RailwiseModel(std::vector<std::unique_ptr<RailPaths>> rails, std::vector<std::string> words,
                std::vector<std::size_t> request_class, ClassLatency latency)
      : rails_(std::move(rails)),
        words_(std::move(words)),
        request_class_(std::move(request_class)),
        latency_(std::move(latency)) {}

  std::vector<Paths> Sample(const PathTask& task, int draws, const Noise& noise) const override {
    std::vector<std::size_t> request_class = task.request_class;
    std::vector<double> shared;
    const InverseCdfTable classes(latency_.Probabilities(task.seconds_per_token));
    for (int i = 0; i < draws; ++i) {
      const Noise own = noise.Of(static_cast<std::uint32_t>(i));
      if (task.request_class.empty())
        request_class.push_back(classes.Draw(own.Words(Stream::kAnswer)()));
      WordStream level = own.Words(Stream::kLevel);
      shared.push_back(StandardNormal(level));
    }
    std::vector<Paths> paths;
    for (std::size_t r = 0; r < rails_.size(); ++r)
      paths.push_back(rails_[r]->Sample(task, r, request_class, shared, noise));
    return paths;
  }

  std::vector<double> LogScores(const PathTask& task,
                                const std::vector<std::vector<double>>& watts) const override {
    const std::vector<double> classes = latency_.Probabilities(task.seconds_per_token);
    std::vector<double> scores;
    for (std::size_t r = 0; r < rails_.size(); ++r)
      scores.push_back(rails_[r]->LogScore(task, r, watts[r], classes));
    return scores;
  }

  const std::vector<std::size_t>& RequestClasses() const override { return request_class_; }
  double Parameters() const override {
    double sum = 0;
    for (const auto& rail : rails_) sum += rail->Parameters();
    return sum;
  }
  std::vector<std::string> Words() const override { return words_; }

 private:
  std::vector<std::unique_ptr<RailPaths>> rails_;
  std::vector<std::string> words_;
  std::vector<std::size_t> request_class_;
  ClassLatency latency_;
};

}  // namespace

std::unique_ptr<PathModel> FitPathModel(const ActionData& data,
                                        const std::vector<std::string>& words,
                                        const std::vector<std::optional<Hsmm>>& published,
                                        const FitControl& control) {
  std::vector<std::unique_ptr<RailPaths>> rails(words.size());
  ActionData fitted{.rails = {}, .seconds_per_token = data.seconds_per_token};
  std::vector<ModelSpec> specs;
  std::vector<std::size_t> at;
  for (std::size_t r = 0; r < words.size(); ++r) {
    if (words[r] == "iid") {
      rails[r] = std::make_unique<IidPaths>(data.rails[r]);
    } else if (words[r] == "replay") {
      rails[r] = std::make_unique<ReplayPaths>(data.rails[r]);
    } else if (words[r] == "tcn") {
      rails[r] = std::make_unique<TcnPaths>(data.rails[r], control);
    } else if (words[r] == "published") {
      const Hsmm& hsmm = published.at(r).value();
      rails[r] = std::make_unique<HsmmPaths>(
          RailPowerModel{.classes = {{.hsmm = hsmm, .level = {}}}, .provenance = {}},
          CountParameters(hsmm, false), control.em.outlier_weight);
    } else {
      specs.push_back(ParseModelSpec(words[r], "model"));
      fitted.rails.push_back(data.rails[r]);
      at.push_back(r);
    }
  }
  std::vector<std::size_t> request_class(data.seconds_per_token.size(), 0);
  ClassLatency latency(data.seconds_per_token, request_class, 1);
  if (!specs.empty()) {
    const ActionFit fit = FitAction(fitted, specs, control);
    latency = fit.Latency(data.seconds_per_token);
    request_class = fit.request_class;
    std::vector<RailPowerModel> models = fit.PowerModels();
    for (std::size_t i = 0; i < at.size(); ++i) {
      double parameters = 0;
      for (const HsmmFit& f : fit.rails[i].classes) parameters += f.parameters;
      rails[at[i]] =
          std::make_unique<HsmmPaths>(std::move(models[i]), parameters, control.em.outlier_weight);
    }
  }
  return std::make_unique<RailwiseModel>(std::move(rails), words, std::move(request_class),
                                         std::move(latency));
}

}  // namespace edgesim
