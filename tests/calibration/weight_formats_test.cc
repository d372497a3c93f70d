#include "calibration/weight_formats.h"

#include <gtest/gtest.h>

#include <set>

namespace edgesim {
namespace {

TEST(WeightFormats, EveryFormatOfACardIsAFormatOfKernels) {
  std::set<kernels::WeightFormat> seen;
  for (std::size_t i = 0; i < kTensorFormats.size(); ++i) {
    const auto format = static_cast<TensorFormat>(i);
    const kernels::FormatInfo& info = kernels::InfoOf(WeightFormatOf(format));
    EXPECT_EQ(info.name, Name(format));
    EXPECT_EQ(info.block, Traits(format).block_elements) << info.name;
    EXPECT_EQ(info.block_bytes, Traits(format).block_bytes) << info.name;
    EXPECT_TRUE(seen.insert(WeightFormatOf(format)).second) << info.name;
  }
  EXPECT_EQ(seen.size(), std::size(kernels::kAllFormats));
}

}  // namespace
}  // namespace edgesim
