// Seconds and memory of the HSMM recursions on the golden signals, one thread:
//   hsmm_bench [folder with hsmm_golden/]
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include "calibration/hsmm_expect.h"
#include "calibration/hsmm_viterbi.h"
#include "tests/support/hsmm_golden.h"

namespace edgesim {
namespace {

template <typename Run>
double MedianSeconds(int runs, const Run& run) {
  std::vector<double> seconds;
  for (int i = 0; i < runs; ++i) {
    const auto start = std::chrono::steady_clock::now();
    run();
    seconds.push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::nth_element(seconds.begin(), seconds.begin() + runs / 2, seconds.end());
  return seconds[static_cast<std::size_t>(runs / 2)];
}

double PeakMegabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void Run(const std::string& folder) {
  const golden::Json params = golden::ReadJson(folder + "params.json"),
                     known = golden::ReadJson(folder + "known_params.json");
  fmt::print("{:<6}{:>8}{:>5}{:>12}{:>12}{:>12}{:>20}{:>12}\n", "signal", "T", "D", "E-step s",
             "Viterbi s", "peak RSS MB", "log-likelihood", "rel. diff.");
  for (const std::string signal : {"gpu3", "cpu2"}) {
    const golden::Json& p = params.at(signal);
    const Eigen::VectorXd watts = golden::Watts(folder, signal);
    for (const Eigen::Index readings : {50'000, 100'000, 200'000}) {
      for (const int longest : {100, 250, 500}) {
        HsmmTables tables = golden::Tables(p["pi"], p["A"], p[longest == 100 ? "d100" : "d500"]);
        if (longest == 250) {  // no golden table: d500 cut off and scaled
          tables.pmf.conservativeResize(longest, Eigen::NoChange);
          for (auto column : tables.pmf.colwise()) column /= column.sum();
          tables.survivor = Survivor(tables.pmf);
        }
        const Eigen::MatrixXd log_density = golden::GaussianLogDensity(
            golden::Vector(p["mu"]), golden::Vector(p["sd"]), watts.head(readings));
        double log_likelihood = 0;
        const double expect_s = MedianSeconds(
            5, [&] { log_likelihood = ExpectCounts(tables, log_density).log_likelihood; });
        const double viterbi_s = MedianSeconds(5, [&] { ViterbiPath(tables, log_density); });
        const std::string name = fmt::format("{}/T{}/D{}", signal, readings, longest);
        const double expected =
            known.contains(name) ? known[name]["loglik"].get<double>() : std::nan("");
        fmt::print("{:<6}{:>8}{:>5}{:>12.4f}{:>12.4f}{:>12.1f}{:>20.8f}{:>12}\n", signal, readings,
                   longest, expect_s, viterbi_s, PeakMegabytes(), log_likelihood,
                   std::isnan(expected)
                       ? "-"
                       : fmt::format("{:.1e}", std::abs(log_likelihood / expected - 1)));
      }
    }
  }
}

}  // namespace
}  // namespace edgesim

int main(int argc, char** argv) {
  const std::string data = argc > 1 ? argv[1] : EDGESIM_DATA_DIR;
  try {
    edgesim::Run(data + "/hsmm_golden/");
  } catch (const std::exception& error) {
    fmt::print(stderr, "hsmm_bench: {}\nusage: hsmm_bench [folder with hsmm_golden/]\n",
               error.what());
    return 1;
  }
}
