// From a config to the objects of a run.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "experiments/build_device.h"
#include "experiments/load.h"
#include "sim/decision_model.h"
#include "sim/episode.h"
#include "workloads/answer_table.h"
#include "workloads/mt_bench.h"

namespace edgesim {

// Owns everything a World points to; does not move.
struct BuiltExperiment {
  ExperimentConfig config;
  DeviceFacts device_facts;
  DeviceScale device_scale;
  ActionTable actions;
  QuestionSet questions;
  std::unique_ptr<MtBench> workload;
  const AnswerTable* answer_table = nullptr;  // of the device's actions; null: they follow laws
  World world;
  std::string profile_hash;                      // of the files as read
  std::string tables_hash;                       // of questions and answers
  std::map<std::string, std::string> attached;   // as Loaded has them
  std::vector<std::unique_ptr<Device>> devices;  // whose pointers the world has
  std::vector<std::unique_ptr<AnswerModel>> answer_models;

  const Device* Keep(std::unique_ptr<Device> part) {
    return devices.emplace_back(std::move(part)).get();
  }
  const AnswerModel* Keep(std::unique_ptr<AnswerModel> part) {
    return answer_models.emplace_back(std::move(part)).get();
  }

  std::size_t VisibleClasses() const {
    return config.observe_category ? questions.classes.size() : 1;
  }
  // "any" alone where the class of a request is not observed.
  std::vector<std::string> VisibleClassNames() const {
    return config.observe_category ? questions.classes : std::vector<std::string>{"any"};
  }
  std::vector<std::string> ActionNames() const {
    std::vector<std::string> names;
    for (const ActionSpec& action : actions) names.push_back(action.name);
    return names;
  }
};

// Reads the files the config names. Throws InputError, at the config's line where it names
// something that does not exist. With a `change` its device differs from the config's in that
// alone; remotes and verifiers of cascades stay as they are.
std::unique_ptr<BuiltExperiment> Build(const LoadedExperiment& loaded,
                                       const DeviceChange& change = {});

// What is computed on the decision model, for those who may know it.
struct Plans {
  const DecisionModel* model = nullptr;          // with the classes the policies see
  std::shared_ptr<const ExactPlan> optimum;      // on the same classes; null where none is claimed
  std::shared_ptr<const ExactPlan> class_blind;  // as if no class were seen
  std::shared_ptr<const ConstrainedPlan> constrained;  // null without constraints
  std::vector<ActionId> router;  // the best static one; empty where none is known
};

// A fresh policy. It gets of `plans` what its sort may know: learners nothing. A learner that will
// go on from `trained_before` episodes has its schedules reach over these and episodes.train.
std::unique_ptr<Policy> MakePolicy(const PolicyConfig& config, const BuiltExperiment& built,
                                   const Plans& plans, std::uint32_t trained_before = 0);

PolicySort SortOf(const PolicyConfig& config);

// What an episode may cost in expectation, by the config's limits.
std::vector<CostConstraint> ConstraintsOf(const ExperimentConfig& config);

// Why no optimum can be claimed for this experiment; "" if it can.
std::string WhyNoOptimum(const BuiltExperiment& built);

}  // namespace edgesim
