#include "tests/bench/bench_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/bench/bench_kernels.h"
#include "tests/bench/bench_peers.h"

namespace edgesim::bench {

namespace {

std::vector<std::string> Contenders(const Figures& figures) {
  std::vector<std::string> names = figures.Names(Kind::kKernel);
  names.emplace_back(kOneDnn);
  names.emplace_back(kEigen);
  return names;
}

void PrintYardsticks(const Figures& figures, const Shape& shape, int threads) {
  const Cell& read = figures.FastestRead(shape, threads);
  const Cell& dots = figures.DotProducts(shape, threads);
  fmt::print("\n{}, {}: memory reads {:.1f} GB/s (IQR {:.1f} %; loop '{}'", NameOf(shape),
             CountOf(threads), read.gigabytes_s, 100 * read.Spread(), read.name);
  for (const std::string& name : figures.Names(Kind::kReadLoop)) {
    if (name != read.name)
      fmt::print(", '{}' {:.1f}", name, figures.Find(shape, name, 0, threads)->gigabytes_s);
  }
  fmt::print("), dot products {:.0f} GOP/s (IQR {:.1f} %)\n", dots.giga_operations_s,
             100 * dots.Spread());
}

// n = 1 by the bytes, more columns by the operations.
void PrintContender(const Figures& figures, const Shape& shape, const std::string& name,
                    int threads, const Setting& setting) {
  fmt::print("{:<12}", name);
  double checksum = 0;
  bool measured = false;
  for (const std::size_t n : kColumnCounts) {
    const Cell* cell = figures.Find(shape, name, n, threads);
    if (cell == nullptr) {
      fmt::print("{:>24}", name == kOneDnn ? setting.onednn : "-");
      continue;
    }
    const bool decode = n == 1;
    fmt::print("{:>12.1f}{:>6.1f}{:>6.1f}", decode ? cell->gigabytes_s : cell->giga_operations_s,
               100 * (decode ? figures.ShareOfReads(*cell) : figures.ShareOfDots(*cell)),
               100 * cell->Spread());
    checksum += cell->checksum;
    measured = true;
  }
  fmt::print("{:>16}\n", measured ? fmt::format("{:.6g}", checksum) : "");
}

// Rates on more threads over those on one.
void PrintScaling(const Figures& figures, const Shape& shape, int threads) {
  fmt::print("{} threads over one: memory reads {:.2f}, dot products {:.2f}", threads,
             figures.FastestRead(shape, 1).median_s / figures.FastestRead(shape, threads).median_s,
             figures.DotProducts(shape, 1).median_s / figures.DotProducts(shape, threads).median_s);
  for (const std::string& name : Contenders(figures)) {
    std::string ratios;
    for (const std::size_t n : kColumnCounts) {
      const Cell* one = figures.Find(shape, name, n, 1);
      const Cell* more = figures.Find(shape, name, n, threads);
      if (one != nullptr && more != nullptr)
        ratios += fmt::format(" {:.2f}", one->median_s / more->median_s);
    }
    if (!ratios.empty()) fmt::print("; {}{}", name, ratios);
  }
  fmt::print("\n");
}

}  // namespace

void PrintSetting(const Setting& setting) {
  fmt::print(
      "{}, kernels for {}; {} rounds; weights and memory reads of {} MiB; oneDNN {}\n"
      "Medians; % is of the fastest read loop for n = 1 and of the dot products for more columns; "
      "IQR is in % of the median.\n",
      setting.host.cpu, setting.host.isa, setting.rounds, setting.memory_bytes >> 20,
      setting.onednn);
}

void PrintShape(const Figures& figures, const Shape& shape, const Setting& setting) {
  const std::vector<int> threads = figures.Threads();
  for (const int t : threads) {
    PrintYardsticks(figures, shape, t);
    fmt::print("{:<12}", "");
    for (const std::size_t n : kColumnCounts)
      fmt::print("{:>12}{:>6}{:>6}", fmt::format("n={} {}", n, n == 1 ? "GB/s" : "GOP/s"), "%",
                 "IQR");
    fmt::print("{:>16}\n", "checksum");
    for (const std::string& name : Contenders(figures))
      PrintContender(figures, shape, name, t, setting);
  }
  if (std::find(threads.begin(), threads.end(), 1) == threads.end()) return;
  for (const int t : threads) {
    if (t > 1) PrintScaling(figures, shape, t);
  }
}

void PrintGates(const Figures& figures) {
  fmt::print("\n{:<44}{:>10}{:>10}  {:<12}{}\n", "claim", "at least", "worst", "shape", "");
  for (const Gate& gate : GatesOf(figures)) {
    const std::string required = gate.required > 0 ? fmt::format("{:.2f}", gate.required) : "-";
    fmt::print("{:<44}{:>10}{:>10.2f}  {:<12}{}\n", gate.claim, required, gate.worst, gate.where,
               gate.required == 0 ? "no claim"
               : gate.Met()       ? "met"
                                  : "NOT MET");
  }
  double checksum = 0;
  for (const Cell& cell : figures.cells()) {
    if (cell.kind == Kind::kKernel || cell.kind == Kind::kPeer) checksum += cell.checksum;
  }
  fmt::print("checksum of all products: {:.12g}\n", checksum);
}

void WriteJson(std::ostream& out, const Figures& figures, const Setting& setting) {
  using Json = nlohmann::ordered_json;
  static constexpr const char* kKinds[] = {"read loop", "dot products", "kernel", "peer"};
  Json cells = Json::array(), gates = Json::array();
  for (const Cell& cell : figures.cells()) {
    cells.push_back({{"shape", NameOf(cell.shape)},
                     {"kind", kKinds[static_cast<int>(cell.kind)]},
                     {"name", cell.name},
                     {"n", cell.n},
                     {"threads", cell.threads},
                     {"median_s", cell.median_s},
                     {"lower_quartile_s", cell.lower_quartile_s},
                     {"upper_quartile_s", cell.upper_quartile_s},
                     {"gigabytes_s", cell.gigabytes_s},
                     {"giga_operations_s", cell.giga_operations_s},
                     {"checksum", cell.checksum}});
  }
  for (const Gate& gate : GatesOf(figures)) {
    gates.push_back({{"claim", gate.claim},
                     {"at_least", gate.required > 0 ? Json(gate.required) : Json(nullptr)},
                     {"worst", gate.worst},
                     {"shape", gate.where},
                     {"met", gate.required > 0 ? Json(gate.Met()) : Json(nullptr)}});
  }
  out << Json{{"cpu", setting.host.cpu},
              {"isa", setting.host.isa},
              {"cores", setting.host.cores},
              {"l3_bytes", setting.host.l3_bytes ? Json(*setting.host.l3_bytes) : Json(nullptr)},
              {"memory_bytes", setting.memory_bytes},
              {"rounds", setting.rounds},
              {"onednn", setting.onednn},
              {"cells", cells},
              {"gates", gates}}
             .dump(1)
      << '\n';
}

}  // namespace edgesim::bench
