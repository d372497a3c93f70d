#include <gtest/gtest.h>

#include "tests/kernels/elementwise_on.h"

namespace edgesim::kernels {
namespace {

INSTANTIATE_TEST_SUITE_P(Avx512, ElementwiseOn, testing::ValuesIn(IfAvailable(Isa::kAvx512Vnni)));

#ifdef __x86_64__
TEST(ElementwiseAvx512, IsChosenForItsInstructionSet) {
  EXPECT_EQ(&ElementwiseOf(Isa::kAvx512Vnni), &ElementwiseAvx512());
}
#endif

}  // namespace
}  // namespace edgesim::kernels
