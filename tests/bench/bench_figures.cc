#include "tests/bench/bench_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <stdexcept>

namespace edgesim::bench {

namespace {

bool Same(const Shape& a, const Shape& b) { return a.rows == b.rows && a.columns == b.columns; }

template <class T>
void AddNew(std::vector<T>& values, const T& value) {
  if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
}

// Least ratio over the shapes; `ratio` is negative where it was not measured.
Gate Worst(const Figures& figures, std::string claim, double required,
           const std::function<double(const Shape&)>& ratio) {
  Gate gate{std::move(claim), required, -1, ""};
  for (const Shape& shape : figures.shapes()) {
    const double here = ratio(shape);
    if (here < 0 || (gate.worst >= 0 && here >= gate.worst)) continue;
    gate.worst = here;
    gate.where = NameOf(shape);
  }
  return gate;
}

// Rates of two cells, both of as many operations; -1 where one is missing.
double RateRatio(const Cell* of, const Cell* to) {
  if (of == nullptr || to == nullptr) return -1;
  return of->giga_operations_s / to->giga_operations_s;
}

}  // namespace

std::string CountOf(int threads) {
  return fmt::format("{} thread{}", threads, threads == 1 ? "" : "s");
}

void Figures::Add(std::vector<Cell> cells) {
  if (!cells.empty()) shapes_.push_back(cells.front().shape);
  std::move(cells.begin(), cells.end(), std::back_inserter(cells_));
}

std::vector<std::string> Figures::Names(Kind kind) const {
  std::vector<std::string> names;
  for (const Cell& cell : cells_) {
    if (cell.kind == kind) AddNew(names, cell.name);
  }
  return names;
}

std::vector<int> Figures::Threads() const {
  std::vector<int> threads;
  for (const Cell& cell : cells_) AddNew(threads, cell.threads);
  return threads;
}

const Cell* Figures::Find(const Shape& shape, const std::string& name, std::size_t n,
                          int threads) const {
  const auto found = std::find_if(cells_.begin(), cells_.end(), [&](const Cell& cell) {
    return Same(cell.shape, shape) && cell.name == name && cell.n == n && cell.threads == threads;
  });
  return found == cells_.end() ? nullptr : &*found;
}

const Cell& Figures::Fastest(const Shape& shape, Kind kind, int threads) const {
  const Cell* fastest = nullptr;
  for (const Cell& cell : cells_) {
    if (!Same(cell.shape, shape) || cell.kind != kind || cell.threads != threads) continue;
    if (fastest == nullptr || cell.median_s < fastest->median_s) fastest = &cell;
  }
  if (fastest == nullptr) throw std::logic_error("no yardstick of " + NameOf(shape));
  return *fastest;
}

const Cell& Figures::FastestRead(const Shape& shape, int threads) const {
  return Fastest(shape, Kind::kReadLoop, threads);
}

const Cell& Figures::DotProducts(const Shape& shape, int threads) const {
  return Fastest(shape, Kind::kDotProducts, threads);
}

double Figures::ShareOfReads(const Cell& cell) const {
  return cell.gigabytes_s / FastestRead(cell.shape, cell.threads).gigabytes_s;
}

double Figures::ShareOfDots(const Cell& cell) const {
  return cell.giga_operations_s / DotProducts(cell.shape, cell.threads).giga_operations_s;
}

std::vector<Gate> GatesOf(const Figures& figures) {
  constexpr double kOfPrefill = 0.5, kOfOneThread = 1.7;
  static const std::map<std::string, double> kDecode = {
      {"q4_0", 0.8}, {"q4_k", 0.8}, {"q8_0", 0.8}, {"q6_k", 0.65}};
  static const std::map<std::string, double> kPrefill = {
      {"q4_0", 0.5}, {"q8_0", 0.5}, {"q4_k", 0.35}, {"q6_k", 0.35}};
  const auto claim_of = [](const auto& claims, const std::string& format) {
    const auto at = claims.find(format);
    return at == claims.end() ? 0 : at->second;
  };
  std::vector<Gate> gates;
  const auto add = [&](std::string claim, double required, const auto& ratio) {
    Gate gate = Worst(figures, std::move(claim), required, ratio);
    if (gate.worst >= 0) gates.push_back(std::move(gate));
  };
  for (const std::string& format : figures.Names(Kind::kKernel)) {
    for (const int threads : figures.Threads()) {
      const auto of = [&](const Shape& shape, std::size_t n) {
        return figures.Find(shape, format, n, threads);
      };
      add(fmt::format("{} n = 1, {}, of memory reads", format, CountOf(threads)),
          claim_of(kDecode, format),
          [&](const Shape& shape) { return figures.ShareOfReads(*of(shape, 1)); });
      add(fmt::format("{} n = 512, {}, of dot products", format, CountOf(threads)),
          claim_of(kPrefill, format),
          [&](const Shape& shape) { return figures.ShareOfDots(*of(shape, 512)); });
      for (const std::size_t n : {8U, 32U}) {
        add(fmt::format("{} n = {}, {}, of n = 512", format, n, CountOf(threads)), kOfPrefill,
            [&](const Shape& shape) { return RateRatio(of(shape, n), of(shape, 512)); });
      }
    }
    for (const std::size_t n : {1U, 8U, 32U, 512U}) {
      // Decoding is bound by memory, which two threads read hardly faster than one on some
      // machines.
      add(fmt::format("{} n = {}, two threads over one", format, n), n == 1 ? 0 : kOfOneThread,
          [&](const Shape& shape) {
            return RateRatio(figures.Find(shape, format, n, 2), figures.Find(shape, format, n, 1));
          });
    }
  }
  return gates;
}

}  // namespace edgesim::bench
