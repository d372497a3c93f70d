#include "sim/did_you_mean.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace edgesim {

namespace {

std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row.back();
}

}  // namespace

std::string DidYouMean(std::string_view word, const std::vector<std::string>& names) {
  const auto closest = std::min_element(
      names.begin(), names.end(),
      [&](const auto& a, const auto& b) { return EditDistance(word, a) < EditDistance(word, b); });
  if (closest == names.end() ||
      EditDistance(word, *closest) > std::max<std::size_t>(2, word.size() / 3))
    return "";
  return fmt::format("; did you mean '{}'?", *closest);
}

}  // namespace edgesim
