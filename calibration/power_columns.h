// Which columns of a csv are power: by the unit their header names, never by position.
#pragma once

#include <string>
#include <vector>

#include "calibration/csv_rows.h"

namespace edgesim {

struct PowerColumn {
  std::string rail;
  std::size_t column = 0;
  double to_si = 1;        // factor to W, or to J
  bool is_energy = false;  // a counter of J: power is its difference over time
};

// Every column whose header ends in a unit: "x_w", "x_mw", "X [W]", "X [mW]", "X (Watts)", "X (W)",
// "X (mW)", "X (J)", "X (mJ)". The rail is the header without the unit; of "DEVICE|X [W]", X alone.
std::vector<PowerColumn> PowerColumns(const CsvRows& rows);

// The column of each choice, "NAME", "RAIL=NAME" or "NAME#2" (the second of that name). NAME is a
// header, its part after '|' or either without the unit. Throws InputError for a name that is not
// there, stands more than once or has no unit of power or energy.
std::vector<PowerColumn> ChosenColumns(const CsvRows& rows,
                                       const std::vector<std::string>& choices);

// Throws InputError where a rail stands twice, say as gpu_w and gpu_mw.
void RefuseTwiceTheSameRail(const CsvRows& rows, const std::vector<PowerColumn>& columns);

// "; columns that look like power: a, b" for errors.
std::string PowerColumnList(const CsvRows& rows);

}  // namespace edgesim
