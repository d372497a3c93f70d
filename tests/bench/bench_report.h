// What kernels_bench prints and writes.
#pragma once

#include <ostream>
#include <string>

#include "devices/host_profile.h"
#include "tests/bench/bench_figures.h"

namespace edgesim::bench {

struct Setting {
  HostIdentity host;
  std::size_t memory_bytes;  // of weights, and of what the read loops read
  std::size_t rounds;
  std::string onednn;  // version, or "not installed"
};

void PrintSetting(const Setting& setting);
void PrintShape(const Figures& figures, const Shape& shape, const Setting& setting);
void PrintGates(const Figures& figures);
void WriteJson(std::ostream& out, const Figures& figures, const Setting& setting);

}  // namespace edgesim::bench
