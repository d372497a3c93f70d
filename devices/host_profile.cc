#include "devices/host_profile.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "sim/input_error.h"

namespace edgesim {

namespace {

// Element-wise operations are a few percent of a pass, and take less than a microsecond each.
bool IsSmall(std::string_view law) {
  return law != Name(OpKind::kAttention) &&
         std::find(kOpKindNames.begin(), kOpKindNames.end(), law) != kOpKindNames.end();
}

}  // namespace

void CheckQuality(const HostProfile& profile, const std::string& file) {
  constexpr double kPercent = 100;
  if (const double spread = profile.measurement.p90_relative_iqr; spread > kWidestSpread) {
    throw InputError(fmt::format(
        "{}: its timings scatter too much (90th percentile of the relative interquartile range "
        "{:.0f} %, allowed: {:.0f} %); calibrate again on a quiet machine",
        file, kPercent * spread, kPercent * kWidestSpread));
  }
  for (const LawResidual& residual : profile.residuals) {
    if (residual.median <= kLargestMedianResidual || IsSmall(residual.law)) continue;
    throw InputError(fmt::format(
        "{}: its law of {} on {} thread{} misses the timings by {:.0f} % in the median (allowed: "
        "{:.0f} %); calibrate again on a quiet machine",
        file, residual.law, residual.threads, residual.threads == 1 ? "" : "s",
        kPercent * residual.median, kPercent * kLargestMedianResidual));
  }
}

bool CheckUsable(const HostProfile& profile, const std::string& file, const HostIdentity& here,
                 bool other_host_allowed) {
  CheckQuality(profile, file);
  const bool other = profile.host.cpu != here.cpu || profile.host.isa != here.isa;
  if (other && !other_host_allowed) {
    throw InputError(fmt::format(
        "{}: was measured on '{}' with {}, this host is '{}' with {}; --other-host predicts for "
        "that one all the same",
        file, profile.host.cpu, profile.host.isa, here.cpu, here.isa));
  }
  return other;
}

const HostYardstick& YardstickOf(const HostProfile& profile, std::size_t threads) {
  const auto found = std::find_if(profile.yardsticks.begin(), profile.yardsticks.end(),
                                  [&](const HostYardstick& y) { return y.threads == threads; });
  return *found;
}

const ThreadLaws& LawsFor(const HostProfile& profile, const std::string& file,
                          std::size_t threads) {
  const auto found = std::find_if(profile.laws.begin(), profile.laws.end(),
                                  [&](const ThreadLaws& laws) { return laws.threads == threads; });
  if (found != profile.laws.end()) return *found;
  std::vector<std::size_t> known;
  for (const ThreadLaws& laws : profile.laws) known.push_back(laws.threads);
  throw InputError(fmt::format("{}: has no laws for {} thread{}; it has laws for {}", file, threads,
                               threads == 1 ? "" : "s", fmt::join(known, ", ")));
}

}  // namespace edgesim
