// An action whose energy, time, power and score follow stated laws instead of measurements: a toy
// with known values, a remote service, a device on paper.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace edgesim {

struct ActionLaw {
  std::string name;
  std::vector<double> energy_j;  // mean of a request: one for all classes, or one per class
  double energy_cv = 0;          // its coefficient of variation; the law is lognormal
  double power_w = 10;           // energy / time
  // With this probability a request draws burst_w instead, for a shorter time.
  double burst_w = 0;
  double burst_probability = 0;
  std::vector<double> score;  // mean, 0 .. 10: one for all classes, or one per class
  double score_sd = 0;        // of normal noise around it, not cut off at 0 and 10

  double MeanEnergyJ(std::uint32_t class_id) const {
    return energy_j[energy_j.size() == 1 ? 0 : class_id];
  }
  double MeanScore(std::uint32_t class_id) const { return score[score.size() == 1 ? 0 : class_id]; }

  template <class V>
  void Visit(V& v) {
    v.Identifier("name", name);
    v.Numbers("energy_j", energy_j, 1e-9, 1e9);
    v.Field("energy_cv", energy_cv, 0, 10);
    v.Field("power_w", power_w, 1e-3, 1e6);
    v.Field("burst_w", burst_w, 0, 1e6);
    v.Field("burst_probability", burst_probability, 0, 1);
    v.Numbers("score", score, -1000, 1000);
    v.Field("score_sd", score_sd, 0, 1000);
  }
};

}  // namespace edgesim
