#include <gtest/gtest.h>

#include "tests/kernels/elementwise_on.h"

namespace edgesim::kernels {
namespace {

INSTANTIATE_TEST_SUITE_P(Scalar, ElementwiseOn, testing::ValuesIn(IfAvailable(Isa::kScalar)));

TEST(ElementwiseScalar, IsChosenForItsInstructionSet) {
  EXPECT_EQ(&ElementwiseOf(Isa::kScalar), &ElementwiseScalar());
}

}  // namespace
}  // namespace edgesim::kernels
