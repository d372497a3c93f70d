// What was measured on a host and what was fitted to it: enough to predict, without running it,
// how long a language model takes there. The file of it is in devices/host_profile_io.h.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/latency_model.h"
#include "devices/provenance.h"

namespace edgesim {

enum class CalibrationMode { kQuick, kFull };
inline constexpr std::array<std::string_view, 2> kCalibrationModeNames = {"quick", "full"};

constexpr std::string_view Name(CalibrationMode mode) {
  return kCalibrationModeNames[static_cast<std::size_t>(mode)];
}

struct HostIdentity {
  std::string cpu;  // the model's name as the system says it
  std::string isa;  // instruction set of the kernels, e.g. "avx512-vnni"
  std::size_t cores = 1;
  std::optional<std::size_t> l1d_bytes;  // caches: null where the system does not say
  std::optional<std::size_t> l2_bytes;
  std::optional<std::size_t> l3_bytes;
};

// Measured limits of the host, for rooflines; the laws do not use them.
struct HostYardstick {
  std::size_t threads = 1;
  double read_bytes_per_s = 0;       // from memory
  double int8_operations_per_s = 0;  // multiplications and additions of dot products
};

// How quiet the host was. A timing's relative interquartile range is that of its repetitions over
// their median.
struct MeasurementSummary {
  std::size_t timings = 0;
  std::size_t repeated_for_stolen_time = 0;
  std::size_t repeated_for_spread = 0;
  double median_relative_iqr = 0;
  double p90_relative_iqr = 0;
};

// How far a law is from the timings it was judged by: |predicted / measured - 1|.
struct LawResidual {
  std::size_t threads = 1;
  std::string law;  // a weight format, "attention", an element-wise operation, or "pass"
  std::size_t timings = 0;
  double median = 0;
  double p90 = 0;
  double max = 0;
  double bias = 0;  // median of predicted / measured - 1, with its sign
};

struct HostProfile {
  std::string name;
  std::string date;     // ISO 8601
  std::string version;  // of the edgesim that measured
  CalibrationMode mode{};
  HostIdentity host;
  std::vector<ThreadLaws> laws;           // ascending in threads, at least one
  std::vector<HostYardstick> yardsticks;  // one per entry of laws, in its order
  MeasurementSummary measurement;
  std::vector<LawResidual> residuals;
  std::vector<double> residual_ratios;  // measured / predicted, ascending, at least one
  std::map<std::string, Provenance> provenance;
};

// Above these a prediction would say more about the noise of the calibration than about the host.
// A quarter of a timing's size in every tenth timing is what a busy neighbour adds; 15 % is three
// times what the laws leave on a quiet host.
inline constexpr double kWidestSpread = 0.25;           // p90_relative_iqr
inline constexpr double kLargestMedianResidual = 0.15;  // of a law

// Whether the profile was measured on another CPU model or with another instruction set than
// `here`. Throws InputError that opens with `file` where it was and `other_host_allowed` is false
// (the option --other-host), and where spread or residuals are above the limits.
bool CheckUsable(const HostProfile& profile, const std::string& file, const HostIdentity& here,
                 bool other_host_allowed);

// The part of CheckUsable that any use of a profile needs, whatever the host.
void CheckQuality(const HostProfile& profile, const std::string& file);

// Of a thread count that the profile has.
const HostYardstick& YardstickOf(const HostProfile& profile, std::size_t threads);

// Throws InputError that opens with `file` and lists the thread counts there are.
const ThreadLaws& LawsFor(const HostProfile& profile, const std::string& file, std::size_t threads);

}  // namespace edgesim
