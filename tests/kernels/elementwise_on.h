// The tests of tests/kernels/elementwise_test.cc run on each instruction set that is compiled in
// and that this CPU offers; the file named after it instantiates them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "kernels/elementwise.h"
#include "kernels/isa.h"

namespace edgesim::kernels {

class ElementwiseOn : public testing::TestWithParam<Isa> {
 protected:
  const ElementwiseKernels& kernels_ = ElementwiseOf(GetParam());
};

inline std::vector<Isa> IfAvailable(Isa isa) {
  const std::vector<Isa>& available = AvailableIsas();
  if (std::find(available.begin(), available.end(), isa) == available.end()) return {};
  return {isa};
}

}  // namespace edgesim::kernels
