#include "devices/decode_law.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "devices/op_graph.h"
#include "devices/weights.h"
#include "sim/did_you_mean.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

constexpr std::string_view kWeightsPart = "weights", kKvPart = "kv_cache";

double FileBytes(const ModelCard& card, std::string_view quantization) {
  if (const auto bytes = WeightBytes(card, quantization)) return *bytes;
  std::vector<std::string> names;
  for (const auto& [name, bytes] : card.file_bytes) names.push_back(name);
  if (names.empty()) {
    throw InputError(fmt::format(
        "model '{}' cannot be predicted: neither its shape nor a size is published", card.name));
  }
  throw InputError(fmt::format("model '{}' has no known size as '{}'; it has {}{}", card.name,
                               quantization, fmt::join(names, ", "),
                               DidYouMean(quantization, names)));
}

}  // namespace

DecodeLaw::DecodeLaw(const ModelCard& card, std::string_view quantization, const ThreadLaws& laws,
                     const HostYardstick& yardstick)
    : shape_known_(card.shape.has_value()),
      attention_(laws.attention),
      tile_columns_(laws.tile_columns) {
  if (!shape_known_) {
    fixed_.seconds = fixed_.by_part[kWeightsPart] =
        FileBytes(card, quantization) / yardstick.read_bytes_per_s;
    kv_known_ = card.kv_bytes_per_token.has_value();
    kv_s_per_token_ = card.kv_bytes_per_token.value_or(0) / yardstick.read_bytes_per_s;
    return;
  }
  const OpGraph graph = BuildOpGraph(card, quantization, {.tokens = 1, .context = 0});
  fixed_ = Predict(laws, graph);
  for (OpId id = 0; id < boost::num_vertices(graph); ++id) {
    const Op& op = graph[id];
    if (op.kind != OpKind::kAttention) continue;
    const auto same = std::find_if(ops_.begin(), ops_.end(),
                                   [&](const SharedOp& o) { return o.op.window == op.window; });
    if (same == ops_.end()) {
      ops_.push_back({op, 1});
    } else {
      ++same->count;
    }
  }
  const auto attention = fixed_.by_part.find(Name(OpKind::kAttention));
  if (attention == fixed_.by_part.end()) return;
  fixed_.by_part.erase(attention);
  fixed_.seconds = 0;
  for (const auto& [part, seconds] : fixed_.by_part) fixed_.seconds += seconds;
}

double DecodeLaw::AttentionSeconds(std::size_t context) const {
  double seconds = 0;
  for (const SharedOp& shared : ops_) {
    Op op = shared.op;
    op.context = context;
    seconds += shared.count * Seconds(attention_, tile_columns_, op);
  }
  return seconds;
}

double DecodeLaw::SecondsAt(std::size_t context) const {
  return fixed_.seconds + AttentionSeconds(context) +
         static_cast<double>(context + 1) * kv_s_per_token_;
}

PassTime DecodeLaw::Sum(std::size_t context, std::size_t passes) const {
  PassTime sum;
  const auto n = static_cast<double>(passes);
  for (const auto& [part, seconds] : fixed_.by_part) sum.by_part[part] = n * seconds;
  for (std::size_t i = 0; i < passes; ++i) {
    if (!shape_known_) {
      sum.by_part[kKvPart] += static_cast<double>(context + i + 1) * kv_s_per_token_;
    } else {
      sum.by_part[Name(OpKind::kAttention)] += AttentionSeconds(context + i);
    }
  }
  for (const auto& [part, seconds] : sum.by_part) sum.seconds += seconds;
  return sum;
}

}  // namespace edgesim
