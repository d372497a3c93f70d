#include "kernels/reference.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/half.h"
#include "kernels/quantize.h"
#include "kernels/superblock.h"

namespace edgesim::kernels {
namespace {

using Columns = std::vector<std::vector<double>>;

// make(column) of each column of activations.
template <typename Make>
Columns EachColumn(const BlockMatrix& weights, const Activations& x, Make make) {
  Columns columns;
  for (std::size_t c = 0; c < x.n; ++c) {
    columns.push_back(make(std::span(x.data + c * x.stride, weights.columns)));
  }
  return columns;
}

// sum over k of weight(row[k]) * column[k].
template <typename Weight>
std::vector<double> Products(const BlockMatrix& weights, const Columns& columns, Weight weight) {
  const std::size_t row_bytes = MatrixBytes(weights.format, 1, weights.columns);
  std::vector<double> out(columns.size() * weights.rows);
  std::vector<float> row(weights.columns);
  for (std::size_t r = 0; r < weights.rows; ++r) {
    DequantizeRow(weights.format, weights.blocks + r * row_bytes, row);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      double sum = 0;
      for (std::size_t k = 0; k < row.size(); ++k) sum += weight(row[k]) * columns[c][k];
      out[c * weights.rows + r] = sum;
    }
  }
  return out;
}

double Itself(double weight) { return weight; }
double Magnitude(double weight) { return std::abs(weight); }

std::vector<double> AsDouble(std::span<const float> x) { return {x.begin(), x.end()}; }

Columns QuantizedColumns(const BlockMatrix& weights, const Activations& x) {
  const std::size_t block = ActivationBlockOf(weights.format);
  return EachColumn(weights, x, [&](std::span<const float> column) {
    if (block == 0) return AsDouble(column);
    const QuantizedColumn quantized = QuantizeColumn(block, column);
    std::vector<double> values(column.size());
    for (std::size_t k = 0; k < values.size(); ++k) {
      values[k] = double{quantized.d[k / block]} * quantized.q[k];
    }
    return values;
  });
}

// Adds up what MatMul rounds, on the way to its result.
struct RoundingTally {
  void Rounded(double value) {
    magnitudes += std::abs(value);
    ++count;
  }
  // sum + term, the product `term` rounded too.
  double Sum(double sum, double term) {
    Rounded(term);
    Rounded(sum + term);
    return sum + term;
  }
  double magnitudes = 0;
  double count = 0;
};

RoundingTally TallyBlocks(WeightFormat format, const std::byte* row, const QuantizedColumn& x) {
  RoundingTally tally;
  double total = 0;
  std::array<float, 32> w{};
  for (std::size_t b = 0; b < x.d.size(); ++b) {
    DequantizeRow(format, row + b * InfoOf(format).block_bytes, w);
    double term = 0;
    for (std::size_t i = 0; i < 32; ++i) term += double{w[i]} * x.q[32 * b + i] * x.d[b];
    tally.Rounded(term);
    total = tally.Sum(total, term);
  }
  return tally;
}

RoundingTally TallySuperBlocks(WeightFormat format, const std::byte* row,
                               const QuantizedColumn& x) {
  const SuperBlockLayout& layout = LayoutOf(format);
  RoundingTally tally;
  double total = 0;
  for (std::size_t b = 0; b < x.d.size(); ++b) {
    const SuperBlockCodes codes = UnpackSuperBlock(format, row + b * InfoOf(format).block_bytes);
    // By the activations' scale, with which MatMul multiplies in the end: relative errors stay.
    const double d = double{HalfToFloat(codes.d)} * x.d[b];
    const double dmin = double{HalfToFloat(codes.dmin)} * x.d[b];
    double block = 0;
    for (std::size_t s = 0; s < kSuperBlock / layout.sub_block; ++s) {
      int dot = 0, sum = 0;
      for (std::size_t i = s * layout.sub_block; i < (s + 1) * layout.sub_block; ++i) {
        const int q = x.q[kSuperBlock * b + i];
        dot += (codes.code[i] - layout.zero) * q;
        sum += q;
      }
      block = tally.Sum(block, d * codes.scale[s] * dot);
      if (layout.max_min > 0) {
        block = tally.Sum(block, -dmin * codes.min[s] * sum);
        for (std::size_t i = s * layout.sub_block; i < (s + 1) * layout.sub_block; ++i) {
          tally.Rounded((d * codes.scale[s] * codes.code[i] - dmin * codes.min[s]) *
                        x.q[kSuperBlock * b + i]);
        }
      }
    }
    total = tally.Sum(total, block);
  }
  return tally;
}

RoundingTally TallyFloats(std::span<const float> row, std::span<const float> x) {
  RoundingTally most;
  for (const std::size_t chains : {1U, 2U, 4U}) {
    RoundingTally tally;
    std::array<double, 4> totals{};
    for (std::size_t k = 0; k < row.size(); ++k) {
      // What is left over when the chains end goes to the first.
      const std::size_t chain = k < row.size() / chains * chains ? k % chains : 0;
      totals[chain] = tally.Sum(totals[chain], double{row[k]} * x[k]);
    }
    double total = totals[0];
    for (std::size_t chain = 1; chain < chains; ++chain) {
      total += totals[chain];
      tally.Rounded(total);
    }
    if (tally.magnitudes > most.magnitudes) most = tally;
  }
  return most;
}

}  // namespace

std::vector<double> ReferenceMatMul(const BlockMatrix& weights, const Activations& x) {
  return Products(weights, EachColumn(weights, x, AsDouble), Itself);
}

std::size_t ActivationBlockOf(WeightFormat format) {
  const std::size_t block = InfoOf(format).block;
  return block > 1 ? block : 0;
}

QuantizedColumn QuantizeColumn(std::size_t block, std::span<const float> x) {
  QuantizedColumn out;
  for (std::size_t first = 0; first < x.size(); first += block) {
    float largest = 0;
    for (const float value : x.subspan(first, block)) largest = std::max(largest, std::abs(value));
    const bool zero = largest <= kLeastActivation;
    out.d.push_back(zero ? 0.0F : largest / 127);
    const float scale = zero ? 0.0F : 127 / largest;
    for (const float value : x.subspan(first, block)) {
      out.q.push_back(static_cast<std::int8_t>(std::nearbyint(value * scale)));
    }
  }
  return out;
}

std::vector<double> ReferenceMatMulQuantized(const BlockMatrix& weights, const Activations& x) {
  return Products(weights, QuantizedColumns(weights, x), Itself);
}

std::vector<double> AccumulationBudget(const BlockMatrix& weights, const Activations& x) {
  const std::size_t block = ActivationBlockOf(weights.format);
  const std::size_t row_bytes = MatrixBytes(weights.format, 1, weights.columns);
  std::vector<double> budget;
  std::vector<float> row(weights.columns);
  for (std::size_t c = 0; c < x.n; ++c) {
    const std::span column(x.data + c * x.stride, weights.columns);
    const QuantizedColumn quantized =
        block == 0 ? QuantizedColumn{} : QuantizeColumn(block, column);
    for (std::size_t r = 0; r < weights.rows; ++r) {
      const std::byte* const blocks = weights.blocks + r * row_bytes;
      RoundingTally tally;
      if (block == 0) {
        DequantizeRow(weights.format, blocks, row);
        tally = TallyFloats(row, column);
      } else if (IsKFormat(weights.format)) {
        tally = TallySuperBlocks(weights.format, blocks, quantized);
      } else {
        tally = TallyBlocks(weights.format, blocks, quantized);
      }
      budget.push_back(1.01 * 0x1p-24 * tally.magnitudes + 0x1p-149 * tally.count);
    }
  }
  return budget;
}

std::vector<double> ActivationBudget(const BlockMatrix& weights, const Activations& x) {
  const std::size_t block = ActivationBlockOf(weights.format);
  const Columns steps = EachColumn(weights, x, [&](std::span<const float> column) {
    std::vector<double> step(column.size());
    if (block == 0) return step;
    const QuantizedColumn quantized = QuantizeColumn(block, column);
    for (std::size_t k = 0; k < step.size(); ++k) {
      step[k] = std::max(quantized.d[k / block] / 2 * (1 + 0x1p-14), double{kLeastActivation});
    }
    return step;
  });
  return Products(weights, steps, Magnitude);
}

}  // namespace edgesim::kernels
