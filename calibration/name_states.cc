#include "calibration/name_states.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>

#include "devices/duration_law.h"

namespace edgesim {

namespace {

using Eigen::Index;

constexpr double kClearShare = 0.1;  // of the span of levels
constexpr double kClearSds = 2;

bool IsLeftToRight(const Hsmm& model) {
  if (model.states.back().duration) return false;
  for (Index j = 0; j < model.transition.rows(); ++j) {
    if ((model.transition.row(j).head(j + 1).array() > 0).any()) return false;
  }
  return true;
}

// Standard deviation of the readings in a state that lasts.
double StationarySd(const HsmmState& state) {
  double variance = state.sd_w * state.sd_w;
  if (!state.mixture.empty()) {
    double mean = 0, square = 0;
    for (const MixtureComponent& part : state.mixture) {
      mean += part.weight * part.offset_w;
      square += part.weight * (part.sd_w * part.sd_w + part.offset_w * part.offset_w);
    }
    variance = square - mean * mean;
  }
  return std::sqrt(variance) * StationaryWidening(state);
}

// The expected course of a state's stays: the reading before, the mean over the stay, the last.
struct Course {
  double before_w = 0, level_w = 0, last_w = 0;
};

// Of an autoregressive state's distance to its mean, what is left at the end of a stay and what
// there is on average.
struct Remainder {
  double at_end = 0, on_average = 0;
};

Remainder RemainderOf(const HsmmState& state, double interval_s) {
  if (!state.duration || state.phi == 0) return {};  // an absorbing state arrives
  const Eigen::VectorXd pmf = DurationPmf(*state.duration, interval_s,
                                          std::max(1, LongestStay(*state.duration, interval_s)));
  Remainder left;
  double power = 1, mean_stay = 0;
  for (Index u = 0; u < pmf.size(); ++u) {
    power *= state.phi;
    left.at_end += pmf(u) * power;
    mean_stay += pmf(u) * static_cast<double>(u + 1);
  }
  left.on_average = state.phi * (1 - left.at_end) / (1 - state.phi) / mean_stay;
  return left;
}

// Follows the chain of states jump by jump: `flow` is the probability of each as the next one,
// `before` that times the expected reading before it.
std::vector<Course> ExpectedCourse(const Hsmm& model, bool left_to_right) {
  constexpr int kJumps = 100;  // far beyond what a start leaves behind
  const auto n = static_cast<Index>(model.states.size());
  std::vector<Remainder> left;
  Eigen::VectorXd mean(n), at_end(n);
  for (Index j = 0; j < n; ++j) {
    const HsmmState& state = model.states[static_cast<std::size_t>(j)];
    left.push_back(RemainderOf(state, model.interval_s));
    mean(j) = state.mean_w;
    at_end(j) = left.back().at_end;
  }
  const Eigen::VectorXd initial =
      left_to_right ? Eigen::VectorXd(Eigen::VectorXd::Unit(n, 0)) : model.initial;
  Eigen::VectorXd flow = initial, before = flow.cwiseProduct(mean);
  if (model.first_reading) before = model.first_reading->mean_w * flow;
  Eigen::VectorXd visits = Eigen::VectorXd::Zero(n), sum = visits;
  for (int jump = 0; jump < kJumps; ++jump) {
    visits += flow;
    sum += before;
    const Eigen::VectorXd last =
        flow.cwiseProduct(mean) + at_end.cwiseProduct(before - flow.cwiseProduct(mean));
    flow = model.transition.transpose() * flow;
    before = model.transition.transpose() * last;
  }
  std::vector<Course> courses;
  for (Index j = 0; j < n; ++j) {
    const double from = visits(j) > 0 ? sum(j) / visits(j) : mean(j), gap = from - mean(j);
    const Remainder& rest = left[static_cast<std::size_t>(j)];
    courses.push_back({.before_w = from,
                       .level_w = mean(j) + rest.on_average * gap,
                       .last_w = mean(j) + rest.at_end * gap});
  }
  return courses;
}

std::vector<std::string> NamesLeftToRight(const Hsmm& model, const std::vector<Course>& courses,
                                          double span) {
  const double clear = std::max(kClearShare * span, kClearSds * StationarySd(model.states.back()));
  const auto level = [&](std::size_t j) { return courses[j].level_w; };
  const std::size_t last = courses.size() - 1;
  const double plateau = level(last);
  double highest = plateau, lowest = plateau;
  for (const Course& course : courses) {
    highest = std::max(highest, course.level_w);
    lowest = std::min(lowest, course.level_w);
  }
  const bool overshoots = highest - plateau > clear;
  std::size_t top = 0;  // first state at the top, or at the plateau's level
  while (level(top) < (overshoots ? highest : plateau) - clear) ++top;

  const double noise = kClearSds * StationarySd(model.states.front());
  std::size_t risen = 0;  // first state above idle
  if (level(0) <= lowest + noise && plateau - level(0) > clear) {
    while (risen < last && level(risen) <= level(0) + noise) ++risen;
  }

  std::vector<std::string> names;
  for (std::size_t j = 0; j < last; ++j) {
    const bool above = level(j) > plateau + clear;
    if (j < risen)
      names.push_back("idle");
    else if (j < top)
      names.push_back(j == 0 ? "start" : "ramp");
    else if (!above)
      names.push_back("settle");
    else
      names.push_back(top > 0 && level(j) >= highest - clear ? "overshoot" : "decay");
  }
  names.push_back("plateau");
  return names;
}

std::vector<std::string> NamesByLevel(const Hsmm& model, const std::vector<Course>& courses,
                                      double span) {
  std::vector<std::string> names(courses.size());
  std::vector<std::size_t> levels;
  for (std::size_t j = 0; j < courses.size(); ++j) {
    const HsmmState& state = model.states[j];
    const double clear = std::max(kClearShare * span, kClearSds * StationarySd(state));
    const double moved = courses[j].last_w - courses[j].before_w;
    const double missing = state.mean_w - courses[j].level_w;
    if (std::abs(moved) > clear && std::abs(missing) > clear)
      names[j] = moved > 0 ? "ramp" : "decay";
    else
      levels.push_back(j);
  }
  std::stable_sort(levels.begin(), levels.end(), [&](std::size_t a, std::size_t b) {
    return model.states[a].mean_w < model.states[b].mean_w;
  });
  const std::vector<std::string> few[] = {{}, {}, {"low", "high"}, {"low", "mid", "high"}};
  for (std::size_t k = 0; k < levels.size(); ++k) {
    const bool words = levels.size() == 2 || levels.size() == 3;
    names[levels[k]] = words ? few[levels.size()][k] : fmt::format("level_{}", k + 1);
  }
  return names;
}

}  // namespace

std::vector<std::string> StateNames(const Hsmm& model) {
  const bool left_to_right = IsLeftToRight(model);
  const std::vector<Course> courses = ExpectedCourse(model, left_to_right);
  const auto [low, high] =
      std::minmax_element(courses.begin(), courses.end(),
                          [](const Course& a, const Course& b) { return a.level_w < b.level_w; });
  const double span = high->level_w - low->level_w;
  std::vector<std::string> names =
      left_to_right ? NamesLeftToRight(model, courses, span) : NamesByLevel(model, courses, span);
  std::map<std::string, int> count, number;
  for (const std::string& name : names) ++count[name];
  for (std::string& name : names) {
    if (count[name] > 1) {
      const int k = ++number[name];
      name = fmt::format("{}_{}", name, k);
    }
  }
  return names;
}

}  // namespace edgesim
