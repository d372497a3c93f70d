// Which kind of request one is, as far as its speed tells.
#pragma once

#include <cstddef>
#include <vector>

namespace edgesim {

// Law of the seconds per token in each class: lognormal around the class's median with robust
// spread, and one answer in ten anywhere, for answers that stop early have another ratio of prompt
// to output.
class ClassLatency {
 public:
  // seconds_per_token[i] > 0 or NaN (unknown) of request i in class request_class[i] < classes;
  // every class has a request.
  ClassLatency(const std::vector<double>& seconds_per_token,
               const std::vector<std::size_t>& request_class, std::size_t classes);

  std::size_t Classes() const { return weight_.size(); }
  const std::vector<double>& Weights() const { return weight_; }

  // log of weight x density of the logarithm; without the density where seconds_per_token is NaN.
  double LogJoint(std::size_t request_class, double seconds_per_token) const;

  // P(class | seconds per token) (classes).
  std::vector<double> Probabilities(double seconds_per_token) const;

 private:
  std::vector<double> weight_, centre_, spread_;  // of log(seconds per token)
};

}  // namespace edgesim
