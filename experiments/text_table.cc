#include "experiments/text_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace edgesim {

std::string TextTable(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> width(rows[0].size());
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) width[c] = std::max(width[c], row[c].size());
  }
  std::string text;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      line += c == 0 ? fmt::format("{:<{}}", rows[r][c], width[c])
                     : fmt::format("  {:>{}}", rows[r][c], width[c]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
    if (r == 0) text += std::string(line.size(), '-') + '\n';
  }
  return text;
}

std::string Show(const Estimate& estimate, int decimals, double scale) {
  std::string text = fmt::format("{:.{}f}", scale * estimate.mean, decimals);
  if (estimate.ci95) {
    text += fmt::format(" [{:.{}f}, {:.{}f}]", scale * estimate.ci95->low, decimals,
                        scale * estimate.ci95->high, decimals);
  }
  return text;
}

std::string Show(const std::optional<Estimate>& estimate, int decimals, double scale) {
  return estimate ? Show(*estimate, decimals, scale) : "-";
}

}  // namespace edgesim
