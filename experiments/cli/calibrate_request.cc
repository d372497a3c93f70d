#include "experiments/cli/calibrate_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "experiments/catalog.h"
#include "experiments/cli/measuring_clock.h"
#include "experiments/cli/this_host.h"
#include "experiments/cli/today.h"
#include "sim/input_error.h"
#include "sim/version.h"

namespace edgesim {

namespace {

// 1, 2, 4, ... and all cores.
std::vector<std::size_t> DefaultThreads(std::size_t cores) {
  std::vector<std::size_t> threads;
  for (std::size_t n = 1; n < cores; n *= 2) threads.push_back(n);
  threads.push_back(cores);
  return threads;
}

}  // namespace

HostProfile CalibrateThisHost(const CalibrateRequest& request,
                              const CalibrationProgress& progress) {
  const HostIdentity host = ThisHost();
  const std::set<std::size_t> wanted(request.threads.begin(), request.threads.end());
  for (const std::size_t threads : wanted) {
    if (threads > host.cores) {
      throw InputError(fmt::format("--threads: {} threads, but this machine has {} core{}", threads,
                                   host.cores, host.cores == 1 ? "" : "s"));
    }
  }
  CalibrationOptions options{
      .mode = request.quick ? CalibrationMode::kQuick : CalibrationMode::kFull,
      .threads = wanted.empty() ? DefaultThreads(host.cores)
                                : std::vector<std::size_t>(wanted.begin(), wanted.end()),
      .isa = kernels::FastestIsa()};
  if (request.quick) options.timing.round_s = 0.02;
  // Several times the last cache, in whole pages.
  constexpr std::size_t kTimes = 6;
  options.timing.cold_bytes =
      std::max(options.timing.cold_bytes, kTimes * host.l3_bytes.value_or(0));
  HostProfile profile = Calibrate(ShippedModelCards(), options, MeasuringClock(), progress);
  profile.name = request.name;
  profile.date = Today();
  profile.version = kVersion;
  profile.host = host;
  profile.provenance[""] = {.kind = ProvenanceKind::kCalibrated,
                            .source = "edgesim calibrate on this host",
                            .date = profile.date,
                            .method =
                                "medians of kernel timings; laws by least squares over "
                                "logarithms, checked on passes of made-up models"};
  return profile;
}

}  // namespace edgesim
