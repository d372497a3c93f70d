// What was recorded, per rail, and what follows from it.
#pragma once

#include <string>
#include <vector>

#include "experiments/record/power_sensor.h"

namespace edgesim {

// At least one reading; instants ascend.
struct RailSeries {
  MeasuredRail rail;
  std::vector<double> t_s;  // since the command started
  std::vector<double> w;
};

// The rails of one sensor with instants counted from origin_s. Readings of NaN are left out; of two
// at one instant the later counts. A rail without any reading has an empty series.
std::vector<RailSeries> SeriesOf(const std::vector<MeasuredRail>& rails,
                                 const std::vector<PowerReading>& readings, double origin_s);

// Linear between readings, held before the first and after the last.
double WattsAt(const RailSeries& series, double t_s);

// Trapezoid over [from_s, to_s], both ends interpolated, J.
double Energy(const RailSeries& series, double from_s, double to_s);

// Between readings; NaN if there is one alone.
double MeanPeriod(const RailSeries& series);

// The table "t_s,<rail>_w,..." with a row for each instant of the first series at which no other
// has to be extrapolated. Rails of one sensor share their instants; where a rail comes from another
// sensor it is interpolated linearly.
struct PowerCsv {
  std::string text;
  std::size_t rows = 0;
  double first_s = 0, last_s = 0;
};
PowerCsv FormatPowerCsv(const std::vector<RailSeries>& series);

}  // namespace edgesim
