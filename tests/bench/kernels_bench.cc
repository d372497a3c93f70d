// How close the kernels come to what this machine's memory and dot products give, beside oneDNN and
// Eigen, all timed in turn; HACKING.md says how to run it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
#include <vector>

#include "experiments/cli/this_host.h"
#include "kernels/formats.h"
#include "sim/did_you_mean.h"
#include "sim/input_error.h"
#include "tests/bench/bench_kernels.h"
#include "tests/bench/bench_peers.h"
#include "tests/bench/bench_report.h"

namespace edgesim::bench {
namespace {

struct Options {
  std::size_t rounds = 25;
  std::vector<std::string> formats = {"q4_0", "q8_0", "q4_k", "q6_k"};
  // Of Gemma 2 2B's and Qwen3 4B's projections.
  std::vector<std::string> shapes = {"2304x2304", "9216x2304", "2304x9216", "9728x2560",
                                     "2560x9728"};
  std::vector<int> threads = {1, 2};
  std::string json;
};

kernels::WeightFormat FormatNamed(const std::string& name) {
  std::vector<std::string> names;
  for (const kernels::WeightFormat format : kernels::kAllFormats) {
    names.emplace_back(kernels::InfoOf(format).name);
    if (names.back() == name) return format;
  }
  throw InputError(fmt::format("--formats: unknown format '{}', allowed are {} and all{}", name,
                               fmt::join(names, ", "), DidYouMean(name, names)));
}

std::vector<kernels::WeightFormat> FormatsOf(const Options& options) {
  if (options.formats == std::vector<std::string>{"all"})
    return {std::begin(kernels::kAllFormats), std::end(kernels::kAllFormats)};
  std::vector<kernels::WeightFormat> formats;
  for (const std::string& name : options.formats) formats.push_back(FormatNamed(name));
  return formats;
}

Shape ShapeNamed(const std::string& name) {
  Shape shape{};
  const char* const end = name.data() + name.size();
  const auto rows = std::from_chars(name.data(), end, shape.rows);
  const bool cross = rows.ec == std::errc() && rows.ptr != end && *rows.ptr == 'x';
  const auto columns = std::from_chars(rows.ptr + (cross ? 1 : 0), end, shape.columns);
  const bool whole = cross && columns.ec == std::errc() && columns.ptr == end;
  if (!whole || shape.rows == 0 || shape.columns == 0 ||
      shape.columns % kernels::kSuperBlock != 0) {
    throw InputError(
        fmt::format("--shapes: '{}' is no shape such as 2304x9216, rows and columns, "
                    "with columns a multiple of {}",
                    name, kernels::kSuperBlock));
  }
  return shape;
}

std::vector<Contender> ContendersOf(const Shape& shape,
                                    const std::vector<kernels::WeightFormat>& formats,
                                    std::size_t memory_bytes) {
  std::vector<Contender> all = Yardsticks(memory_bytes);
  const auto add = [&](std::vector<Contender> more) {
    std::move(more.begin(), more.end(), std::back_inserter(all));
  };
  for (const kernels::WeightFormat format : formats) add(KernelsOf(format, shape, memory_bytes));
  add(OneDnnPeers(shape, memory_bytes));
  add(EigenPeers(shape, memory_bytes));
  return all;
}

void Run(const Options& options) {
  const std::vector<kernels::WeightFormat> formats = FormatsOf(options);
  std::vector<Shape> shapes;
  for (const std::string& name : options.shapes) shapes.push_back(ShapeNamed(name));
  Setting setting{ThisHost(), 0, options.rounds, OneDnnVersion()};
  for (const int threads : options.threads) {
    if (threads < 1 || static_cast<std::size_t>(threads) > setting.host.cores) {
      throw InputError(fmt::format("--threads: {} is none of 1 to {}, this machine's cores",
                                   threads, setting.host.cores));
    }
  }
  std::ofstream json;
  if (!options.json.empty()) json.open(options.json);
  if (!json) throw InputError("--json " + options.json + ": cannot be written");
  constexpr std::size_t kL3OfNoRecord = std::size_t{32} << 20, kOfL3 = 8;
  setting.memory_bytes = kOfL3 * setting.host.l3_bytes.value_or(kL3OfNoRecord);
  PrintSetting(setting);
  Figures figures;
  for (const Shape& shape : shapes) {
    figures.Add(RunRounds(shape, ContendersOf(shape, formats, setting.memory_bytes),
                          options.threads, options.rounds));
    PrintShape(figures, shape, setting);
    std::fflush(stdout);
  }
  PrintGates(figures);
  if (json.is_open()) WriteJson(json, figures, setting);
}

}  // namespace
}  // namespace edgesim::bench

int main(int argc, char** argv) {
  edgesim::bench::Options options;
  CLI::App app("Kernels against memory reads, dot products, oneDNN and Eigen.", "kernels_bench");
  app.option_defaults()->always_capture_default();
  app.add_option("--rounds", options.rounds, "of all contenders")->check(CLI::Range(1, 10000));
  app.add_option("--formats", options.formats, "weight formats, or all")->delimiter(',');
  app.add_option("--shapes", options.shapes, "rows x columns")->delimiter(',');
  app.add_option("--threads", options.threads, "numbers of threads")->delimiter(',');
  app.add_option("--json", options.json, "also writes all figures to this file");
  CLI11_PARSE(app, argc, argv);
  try {
    edgesim::bench::Run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "kernels_bench: {}\n", error.what());
    return 1;
  }
}
