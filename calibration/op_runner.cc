#include "calibration/op_runner.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "kernels/unpack_row.h"

namespace edgesim {

namespace {

constexpr std::size_t kGrain = 8192;  // elements worth handing to another thread
constexpr float kEpsilon = 1e-6F;
constexpr double kRotaryBase = 10000;
constexpr float kCap = 30;

// f(token) for all tokens of `elements` each.
template <class F>
void ForTokens(std::size_t tokens, std::size_t elements, F f) {
  const std::size_t grain = std::max<std::size_t>(1, kGrain / std::max<std::size_t>(1, elements));
  if (tokens <= grain) {
    for (std::size_t t = 0; t < tokens; ++t) f(t);
    return;
  }
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, tokens, grain), [&](const auto& range) {
    for (std::size_t t = range.begin(); t != range.end(); ++t) f(t);
  });
}

// f(first, count) over pieces of `elements` elements.
template <class F>
void ForPieces(std::size_t elements, F f) {
  if (elements <= kGrain) return f(std::size_t{0}, elements);
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, elements, kGrain),
                    [&](const auto& range) { f(range.begin(), range.size()); });
}

kernels::Nonlinearity NonlinearityOf(ActivationKind kind) {
  switch (kind) {
    case ActivationKind::kSilu:
      return kernels::Nonlinearity::kSilu;
    case ActivationKind::kGelu:
      return kernels::Nonlinearity::kGeluTanh;
    case ActivationKind::kRelu:
      return kernels::Nonlinearity::kRelu;
  }
  throw std::logic_error("an activation without a kernel");
}

}  // namespace

OpRunner::OpRunner(kernels::Isa isa, std::size_t positions, std::size_t rotary_dims)
    : isa_(isa), elementwise_(kernels::ElementwiseOf(isa)), rotary_dims_(rotary_dims) {
  const std::size_t pairs = rotary_dims / 2;
  cosines_.resize(positions * pairs);
  sines_.resize(positions * pairs);
  for (std::size_t i = 0; i < pairs; ++i) {
    const double frequency =
        std::pow(kRotaryBase, -2.0 * static_cast<double>(i) / static_cast<double>(rotary_dims));
    for (std::size_t p = 0; p < positions; ++p) {
      const double angle = frequency * static_cast<double>(p);
      cosines_[p * pairs + i] = static_cast<float>(std::cos(angle));
      sines_[p * pairs + i] = static_cast<float>(std::sin(angle));
    }
  }
}

std::size_t OpRunner::WorkspaceBytes() const {
  std::size_t bytes = product_.bytes();
  for (const kernels::AlignedBytes& slot : attention_.slots) bytes += slot.size();
  return bytes + sizeof(float) * (gathered_.capacity() + results_.capacity() + cosines_.capacity() +
                                  sines_.capacity());
}

void OpRunner::Run(const OpCall& call) {
  switch (call.op->kind) {
    case OpKind::kMatMul:
      return MatMul(call);
    case OpKind::kRoute:
      return Route(call);
    case OpKind::kExpertMatMul:
      return Experts(call);
    case OpKind::kEmbed:
      return Embed(call);
    case OpKind::kKvStore:
      return Store(call);
    case OpKind::kRope:
      return Rope(call);
    case OpKind::kAttention:
      return Attend(call);
    default:
      return Elementwise(call);
  }
}

void OpRunner::MatMul(const OpCall& call) {
  const Op& op = *call.op;
  kernels::MatMul(call.weights->matrices.front(), {call.operands[0], op.tokens, op.columns},
                  call.out, op.rows, product_, isa_);
  if (!op.bias) return;
  ForTokens(op.tokens, op.rows, [&](std::size_t t) {
    float* row = call.out + t * op.rows;
    elementwise_.add(row, call.weights->bias.data(), op.rows, row);
  });
}

// A row of the result: the numbers of the active experts, then their weights, which add up to 1.
void OpRunner::Route(const OpCall& call) {
  const Op& op = *call.op;
  results_.resize(op.tokens * op.experts);
  kernels::MatMul(call.weights->matrices.front(), {call.operands[0], op.tokens, op.columns},
                  results_.data(), op.experts, product_, isa_);
  std::vector<std::size_t> order(op.experts);
  for (std::size_t t = 0; t < op.tokens; ++t) {
    const float* scores = results_.data() + t * op.experts;
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(op.active),
                      order.end(), [&](std::size_t a, std::size_t b) {
                        return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
                      });
    float* out = call.out + t * op.width;
    for (std::size_t i = 0; i < op.active; ++i) {
      out[i] = static_cast<float>(order[i]);
      out[op.active + i] = scores[order[i]];
    }
    elementwise_.softmax(out + op.active, op.active, 1);
  }
}

void OpRunner::Experts(const OpCall& call) {
  const Op& op = *call.op;
  const float* route = call.operands[1];
  const bool down = op.role == TensorRole::kFfnDown;
  struct Use {
    std::size_t token, slot;
  };
  std::vector<std::vector<Use>> uses(op.experts);
  for (std::size_t t = 0; t < op.tokens; ++t) {
    for (std::size_t slot = 0; slot < op.active; ++slot)
      uses[static_cast<std::size_t>(route[t * 2 * op.active + slot])].push_back({t, slot});
  }
  if (down) std::fill_n(call.out, op.tokens * op.rows, 0.0F);
  for (std::size_t e = 0; e < op.experts; ++e) {
    const std::size_t count = uses[e].size();
    if (count == 0) continue;
    gathered_.resize(std::max(gathered_.size(), count * op.columns));
    results_.resize(std::max(results_.size(), count * op.rows));
    for (std::size_t i = 0; i < count; ++i) {
      const auto [t, slot] = uses[e][i];
      const float* from = call.operands[0] + (down ? (t * op.active + slot) : t) * op.columns;
      std::copy_n(from, op.columns, gathered_.data() + i * op.columns);
    }
    kernels::MatMul(call.weights->matrices[e], {gathered_.data(), count, op.columns},
                    results_.data(), op.rows, product_, isa_);
    for (std::size_t i = 0; i < count; ++i) {
      const auto [t, slot] = uses[e][i];
      float* result = results_.data() + i * op.rows;
      if (op.bias)
        elementwise_.add(result, call.weights->bias.data() + e * op.rows, op.rows, result);
      if (!down) {
        std::copy_n(result, op.rows, call.out + (t * op.active + slot) * op.rows);
        continue;
      }
      const float weight = route[t * 2 * op.active + op.active + slot];
      float* sum = call.out + t * op.rows;
      for (std::size_t r = 0; r < op.rows; ++r) sum[r] += weight * result[r];
    }
  }
}

// Tokens are numbers without a text: any row costs the same.
void OpRunner::Embed(const OpCall& call) {
  const Op& op = *call.op;
  const kernels::PackedMatrix& table = call.weights->matrices.front();
  ForTokens(op.tokens, op.width, [&](std::size_t t) {
    const std::size_t row = (call.first_position + t) * 7919 % table.rows();
    kernels::UnpackRow(table, row, {call.out + t * op.width, op.width});
  });
}

void OpRunner::Store(const OpCall& call) {
  const Op& op = *call.op;
  ForTokens(op.tokens, op.width, [&](std::size_t t) {
    std::vector<kernels::Half> halves(op.width);
    elementwise_.float_to_half(call.operands[0] + t * op.width, op.width, halves.data());
    if (op.role == TensorRole::kAttnK) {
      call.cache->StoreKey(op.context + t, halves.data());
    } else {
      call.cache->StoreValue(op.context + t, halves.data());
    }
  });
}

void OpRunner::Rope(const OpCall& call) {
  const Op& op = *call.op;
  if (op.rotary_dims != rotary_dims_) throw std::logic_error("angles of another rotation");
  const std::size_t pairs = op.rotary_dims / 2;
  ForTokens(op.tokens, op.width, [&](std::size_t t) {
    const std::size_t at = (call.first_position + t) * pairs;
    elementwise_.rope(call.operands[0] + t * op.width, op.heads, op.head_dim, op.rotary_dims,
                      cosines_.data() + at, sines_.data() + at, call.out + t * op.width);
  });
}

void OpRunner::Attend(const OpCall& call) {
  const Op& op = *call.op;
  const kernels::AttentionShape shape{.heads = op.heads,
                                      .tokens = op.tokens,
                                      .context = op.context,
                                      .window = op.window,
                                      .scale = 1 / std::sqrt(static_cast<float>(op.head_dim)),
                                      .cap = op.capped ? kCap : 0};
  kernels::Attention(shape, *call.cache, call.operands[0], call.out, attention_, isa_);
}

void OpRunner::Elementwise(const OpCall& call) {
  const Op& op = *call.op;
  const auto of_token = [&](std::size_t t) { return call.operands[0] + t * op.width; };
  switch (op.kind) {
    case OpKind::kRmsNorm:
      return ForTokens(op.tokens, op.width, [&](std::size_t t) {
        elementwise_.rms_norm(of_token(t), call.weights->scale.data(), op.width, kEpsilon,
                              call.out + t * op.width);
      });
    case OpKind::kLayerNorm:
      return ForTokens(op.tokens, op.width, [&](std::size_t t) {
        elementwise_.layer_norm(of_token(t), call.weights->scale.data(), call.weights->bias.data(),
                                op.width, kEpsilon, call.out + t * op.width);
      });
    case OpKind::kHeadNorm:
      return ForTokens(op.tokens, op.width, [&](std::size_t t) {
        elementwise_.head_norm(of_token(t), call.weights->scale.data(), op.heads, op.head_dim,
                               kEpsilon, call.out + t * op.width);
      });
    case OpKind::kGlu:
      return ForPieces(op.tokens * op.width, [&](std::size_t first, std::size_t count) {
        elementwise_.glu(NonlinearityOf(op.activation), call.operands[0] + first,
                         call.operands[1] + first, count, call.out + first);
      });
    case OpKind::kActivation:
      return ForPieces(op.tokens * op.width, [&](std::size_t first, std::size_t count) {
        elementwise_.activate(NonlinearityOf(op.activation), call.operands[0] + first, count,
                              call.out + first);
      });
    case OpKind::kAdd:
      return ForPieces(op.tokens * op.width, [&](std::size_t first, std::size_t count) {
        elementwise_.add(call.operands[0] + first, call.operands[1] + first, count,
                         call.out + first);
      });
    case OpKind::kSoftcap:
      return ForPieces(op.tokens * op.width, [&](std::size_t first, std::size_t count) {
        std::copy_n(call.operands[0] + first, count, call.out + first);
        elementwise_.softcap(call.out + first, count, kCap);
      });
    case OpKind::kArgmax:
      return ForTokens(op.tokens, op.columns, [&](std::size_t t) {
        call.out[t] =
            static_cast<float>(elementwise_.arg_max(call.operands[0] + t * op.columns, op.columns));
      });
    default:
      throw std::logic_error("an operation without a kernel");
  }
}

}  // namespace edgesim
