// Figures of all cells against the yardsticks of the same round: what part of the memory's and of
// the dot products' limit a contender reaches, and what the kernels are meant to reach.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/bench_rounds.h"

namespace edgesim::bench {

std::string CountOf(int threads);  // "1 thread", "2 threads"

class Figures {
 public:
  void Add(std::vector<Cell> cells);

  const std::vector<Cell>& cells() const { return cells_; }
  const std::vector<Shape>& shapes() const { return shapes_; }
  // Kernels' formats and peers, in the order they ran.
  std::vector<std::string> Names(Kind kind) const;
  std::vector<int> Threads() const;

  // Null where it was not measured.
  const Cell* Find(const Shape& shape, const std::string& name, std::size_t n, int threads) const;
  const Cell& FastestRead(const Shape& shape, int threads) const;
  const Cell& DotProducts(const Shape& shape, int threads) const;

  // Of the fastest read loop's bytes per second, or of the dot products' operations.
  double ShareOfReads(const Cell& cell) const;
  double ShareOfDots(const Cell& cell) const;

 private:
  const Cell& Fastest(const Shape& shape, Kind kind, int threads) const;

  std::vector<Cell> cells_;
  std::vector<Shape> shapes_;
};

// A claim about one format, and the least that any shape makes of it.
struct Gate {
  std::string claim;
  double required;  // as a ratio; 0: no claim, for information
  double worst;
  std::string where;
  bool Met() const { return worst >= required; }
};

std::vector<Gate> GatesOf(const Figures& figures);

}  // namespace edgesim::bench
