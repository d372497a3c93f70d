// Pictures of a finished run.
#pragma once

#include <string>

#include "experiments/power_course.h"
#include "experiments/text_plot.h"

namespace edgesim {

// What of summary.json a picture needs.
struct RunFigures {
  std::string best;                     // policy with the largest mean reward
  std::optional<double> optimum;        // simulated mean reward; null where none is claimed
  std::optional<double> best_constant;  // likewise, of the best constant action
};

// `name` opens error lines. Throws InputError for what is no summary.
RunFigures ReadRunFigures(const std::string& json, const std::string& name);

// Training reward over episodes of each learner in curves.csv: the mean over replicas, smoothed by
// a moving mean over a fortieth of the episodes; without curves where nothing learned.
TextPlot TrainingPlot(const std::string& curves_csv, const std::string& name,
                      const RunFigures& figures);

// Power over time, of the rails that the cap is on where there is one.
TextPlot PowerPlot(const PowerCourse& course, const std::optional<PowerCap>& cap);

}  // namespace edgesim
