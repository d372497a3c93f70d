#include <gtest/gtest.h>

#include "tests/kernels/elementwise_on.h"

namespace edgesim::kernels {
namespace {

INSTANTIATE_TEST_SUITE_P(Avx2, ElementwiseOn, testing::ValuesIn(IfAvailable(Isa::kAvx2)));

#ifdef __x86_64__
TEST(ElementwiseAvx2, IsChosenForItsInstructionSet) {
  EXPECT_EQ(&ElementwiseOf(Isa::kAvx2), &ElementwiseAvx2());
  EXPECT_EQ(&ElementwiseOf(Isa::kAvxVnni), &ElementwiseAvx2());
}
#endif

}  // namespace
}  // namespace edgesim::kernels
