#include "sim/quantization.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "sim/did_you_mean.h"
#include "sim/input_error.h"

namespace edgesim {

TensorFormat ParseTensorFormat(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kTensorFormats.size(); ++i) {
    if (lower == kTensorFormats[i].name) return static_cast<TensorFormat>(i);
    names.emplace_back(kTensorFormats[i].name);
  }
  throw InputError(fmt::format("unknown tensor format '{}'; there is {}{}", name,
                               fmt::join(names, ", "), DidYouMean(lower, names)));
}

std::size_t MatrixBytes(TensorFormat format, std::size_t rows, std::size_t columns) {
  const TensorFormatTraits& traits = Traits(format);
  if (!HoldsColumns(format, columns)) {
    throw InputError(fmt::format("a row of {} elements is no whole number of {} blocks of {}",
                                 columns, traits.name, traits.block_elements));
  }
  return rows * (columns / traits.block_elements) * traits.block_bytes;
}

}  // namespace edgesim
