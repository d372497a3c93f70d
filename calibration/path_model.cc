#include "calibration/path_model.h"

#include "calibration/rail_paths.h"
#include "sim/inverse_cdf_table.h"

namespace edgesim {

namespace {

class RailwiseModel final : public PathModel {
 public:
  RailwiseModel(std::vector<std::unique_ptr<RailPaths>> rails,
                std::vector<std::size_t> request_class, ClassLatency latency)
      : rails_(std::move(rails)),
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

 private:
  std::vector<std::unique_ptr<RailPaths>> rails_;
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
      rails[r] = MakeIidPaths(data.rails[r]);
    } else if (words[r] == "replay") {
      rails[r] = MakeReplayPaths(data.rails[r]);
    } else if (words[r] == "tcn") {
      rails[r] = MakeTcnPaths(data.rails[r], control);
    } else if (words[r] == "published") {
      const Hsmm& hsmm = published.at(r).value();
      rails[r] =
          MakeHsmmPaths(RailPowerModel{.classes = {{.hsmm = hsmm, .level = {}}}, .provenance = {}},
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
      rails[at[i]] = MakeHsmmPaths(std::move(models[i]), parameters, control.em.outlier_weight);
    }
  }
  return std::make_unique<RailwiseModel>(std::move(rails), std::move(request_class),
                                         std::move(latency));
}

}  // namespace edgesim
