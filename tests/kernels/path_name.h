// The name of a test that is instantiated for each instruction set.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "kernels/isa.h"

namespace edgesim::kernels {

inline std::string PathName(const testing::TestParamInfo<Isa>& path) {
  std::string name(NameOf(path.param));
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

}  // namespace edgesim::kernels
