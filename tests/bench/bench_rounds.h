// Contenders that are timed in turn, round after round, so that what disturbs the machine disturbs
// all of them; figures are medians over the rounds, with their quartiles.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace edgesim::bench {

struct Shape {
  std::size_t rows, columns;
};
std::string NameOf(const Shape& shape);  // "2304x2304"

enum class Kind { kReadLoop, kDotProducts, kKernel, kPeer };

// One piece of work. What `run` leaves behind is summed up by `checksum`, which is not timed.
struct Contender {
  Kind kind;
  std::string name;   // of the loop, the weight format or the library
  std::size_t n;      // columns of activations; 0 for the yardsticks
  double bytes;       // of weights, or memory, that one run reads
  double operations;  // multiplications and additions of one run
  std::function<void(int threads)> run;
  std::function<double()> checksum;
  bool spins = false;  // leaves its threads spinning for a while: they are waited for
};

// One contender on one number of threads.
struct Cell {
  Shape shape;
  Kind kind;
  std::string name;
  std::size_t n;
  int threads;
  double median_s, lower_quartile_s, upper_quartile_s;
  double gigabytes_s, giga_operations_s;  // at the median
  double checksum;

  double Spread() const { return (upper_quartile_s - lower_quartile_s) / median_s; }
};

// Every contender on every number of threads once a round, after a round that is not counted.
// Throws std::runtime_error where a contender's checksum differs between rounds.
std::vector<Cell> RunRounds(const Shape& shape, const std::vector<Contender>& contenders,
                            const std::vector<int>& threads, std::size_t rounds);

// The sum of the floats, in double.
double SumOf(std::span<const float> values);

}  // namespace edgesim::bench
