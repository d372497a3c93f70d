// Curves in text: two by four dots in each character of braille, or letters where there is no
// Unicode.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace edgesim {

struct PlotCurve {
  std::string name;                               // stands where the curve ends
  std::vector<std::pair<double, double>> points;  // x ascending; joined by straight lines
};
struct PlotLevel {
  std::string name;
  double y = 0;
};

struct TextPlot {
  std::string title;
  std::string x_name;  // with its unit
  std::vector<PlotCurve> curves;
  std::vector<PlotLevel> levels;  // horizontal, dashed
};

struct PlotStyle {
  std::size_t columns = 80, rows = 20;  // of the whole, at least 40 and 8; names are cut to fit
  bool braille = true;
  bool colors = false;
};

// Lines of text, the axes' numbers included. Infinite and undefined values are left out; a plot
// without any says so.
std::string DrawPlot(const TextPlot& plot, const PlotStyle& style);

// Numbers from low to high at a distance of 1, 2 or 5 times a power of ten, at most `most` (>= 2)
// of them; the first is not above low, the last not below high.
std::vector<double> NiceTicks(double low, double high, std::size_t most);

}  // namespace edgesim
