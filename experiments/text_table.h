#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/stats.h"

namespace edgesim {

// Rows of cells as aligned text: the first column to the left, the others to the right. The first
// row is the header.
std::string TextTable(const std::vector<std::vector<std::string>>& rows);

// "13.65 [13.61, 13.69]", without the brackets where the interval is unknown, "-" where all is.
std::string Show(const Estimate& estimate, int decimals, double scale = 1);
std::string Show(const std::optional<Estimate>& estimate, int decimals, double scale = 1);

}  // namespace edgesim
