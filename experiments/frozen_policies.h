// The policies of an experiment, trained or planned in it and frozen since.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "experiments/contestants.h"
#include "experiments/runner.h"

namespace edgesim {

// Called now and then with the share that is done; never from two threads at once.
using ShareDone = std::function<void(double)>;

class FrozenPolicies {
 public:
  // Trains every replica of every contestant, in parallel. `built` outlives this.
  FrozenPolicies(const BuiltExperiment& built, const ShareDone& done);

  // Of the experiment the policies were frozen in.
  const Lineup& Origin() const { return *lineup_; }

  // Sorted by name, without training curves. In the experiment itself the rows are those of
  // RunExperiment. The world differs in its device alone.
  std::vector<PolicyRun> EvaluateIn(const BuiltExperiment& world, const ShareDone& done);

 private:
  std::unique_ptr<const Lineup> lineup_;
  std::vector<std::vector<std::unique_ptr<Policy>>> frozen_;  // [contestant][replica]
};

// The optimum planned anew for `world`, evaluated there.
struct Replanned {
  std::string none_because;  // not empty: there is no such plan
  PolicyRun run;
};
Replanned ReplanIn(const BuiltExperiment& world);

}  // namespace edgesim
