#include "devices/model_card_io.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "devices/json_cursor.h"
#include "sim/did_you_mean.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

template <std::size_t n>
std::vector<std::string> Strings(const std::array<std::string_view, n>& names) {
  return {names.begin(), names.end()};
}

void CheckVersion(const JsonCursor& root) {
  const JsonCursor at = root["schema_version"];
  if (const double version = at.Number(); version != kModelCardSchemaVersion)
    at.Fail(fmt::format("is {}, this edgesim reads version {}", version, kModelCardSchemaVersion));
}

TensorFormat FormatNamed(const std::string& name, const JsonCursor& at) {
  try {
    return ParseTensorFormat(name);
  } catch (const InputError& error) {
    at.Fail(error.what());
  }
}

TensorFormat ReadFormat(const JsonCursor& at) { return FormatNamed(at.Text(), at); }

FormatRule ReadRule(const JsonCursor& at) {
  if (at.IsText()) {
    const TensorFormat format = ReadFormat(at);
    return {LayerRule::kAll, format, format};
  }
  at.OnlyKeys({"layers", "format", "otherwise"});
  return {static_cast<LayerRule>(at["layers"].OneOf(Strings(kLayerRuleNames))),
          ReadFormat(at["format"]), ReadFormat(at["otherwise"])};
}

QuantMixture ReadMixture(const JsonCursor& at) {
  std::vector<std::string> roles;
  for (std::size_t r = 0; r < kTensorRoleNames.size(); ++r)
    if (IsQuantised(static_cast<TensorRole>(r))) roles.emplace_back(kTensorRoleNames[r]);
  QuantMixture mixture;
  mixture.rest = ReadFormat(at["rest"]);
  for (const auto& [key, member] : at.Members()) {
    if (key == "rest") continue;
    if (std::find(roles.begin(), roles.end(), key) == roles.end()) {
      at.Fail(fmt::format("unknown tensor '{}'; there is rest, {}{}", key, fmt::join(roles, ", "),
                          DidYouMean(key, roles)));
    }
    const auto role = std::find(kTensorRoleNames.begin(), kTensorRoleNames.end(), key);
    mixture.roles[static_cast<TensorRole>(role - kTensorRoleNames.begin())] = ReadRule(member);
  }
  return mixture;
}

std::string LowerCase(const JsonCursor& at) {
  std::string text = at.Text();
  if (text.empty()) at.Fail("is empty");
  if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return std::isupper(c) != 0; }))
    at.Fail(fmt::format("'{}' must be lower case", text));
  return text;
}

MoeShape ReadMoe(const JsonCursor& at) {
  at.OnlyKeys({"experts", "active", "expert_ffn", "router"});
  const MoeShape moe{
      .experts = at["experts"].Count(2),
      .active = at["active"].Count(1),
      .expert_ffn = at["expert_ffn"].Count(1),
      .router = static_cast<RouterPlacement>(at["router"].OneOf(Strings(kRouterNames)))};
  if (moe.active > moe.experts) at["active"].Fail(fmt::format("must be 1 to {}", moe.experts));
  return moe;
}

SlidingWindow ReadWindow(const JsonCursor& at) {
  at.OnlyKeys({"tokens", "period", "global"});
  const SlidingWindow window{at["tokens"].Count(1), at["period"].Count(2), at["global"].Count(0)};
  if (window.global >= window.period)
    at["global"].Fail(fmt::format("must be 0 to {}", window.period - 1));
  return window;
}

ModelShape ReadShape(const JsonCursor& at) {
  at.OnlyKeys({"hidden",
               "ffn",
               "layers",
               "heads",
               "kv_heads",
               "head_dim",
               "vocab",
               "tied_embeddings",
               "activation",
               "glu",
               "norm",
               "qk_norm",
               "post_norms",
               "embedding_norm",
               "qkv_bias",
               "linear_bias",
               "fused_qkv",
               "parallel_residual",
               "rotary_fraction",
               "logit_softcap",
               "attention_softcap",
               "sliding_window",
               "moe"});
  // What most models lack need not be said.
  const auto flag = [&](const char* key) { return at.Has(key) && at[key].Boolean(); };
  ModelShape shape{
      .hidden = at["hidden"].Count(1),
      .layers = at["layers"].Count(1),
      .heads = at["heads"].Count(1),
      .kv_heads = at["kv_heads"].Count(1),
      .head_dim = at["head_dim"].Count(1),
      .vocab = at["vocab"].Count(1),
      .tied_embeddings = at["tied_embeddings"].Boolean(),
      .activation = static_cast<ActivationKind>(at["activation"].OneOf(Strings(kActivationNames))),
      .glu = at["glu"].Boolean(),
      .norm = static_cast<NormKind>(at["norm"].OneOf(Strings(kNormNames))),
      .qk_norm = flag("qk_norm"),
      .post_norms = flag("post_norms"),
      .embedding_norm = flag("embedding_norm"),
      .qkv_bias = flag("qkv_bias"),
      .linear_bias = flag("linear_bias"),
      .fused_qkv = flag("fused_qkv"),
      .parallel_residual = flag("parallel_residual"),
      .logit_softcap = flag("logit_softcap"),
      .attention_softcap = flag("attention_softcap")};
  if (at.Has("rotary_fraction")) shape.rotary_fraction = at["rotary_fraction"].Number(0);
  if (shape.rotary_fraction > 1) at["rotary_fraction"].Fail("must be 0 to 1");
  if (at.Has("sliding_window")) shape.sliding_window = ReadWindow(at["sliding_window"]);
  if (at.Has("moe")) shape.moe = ReadMoe(at["moe"]);
  if (!shape.moe) {
    shape.ffn = at["ffn"].Count(1);
  } else if (at.Has("ffn")) {
    at["ffn"].Fail("a model of experts has none: all its layers have 'moe'");
  }
  if (shape.heads % shape.kv_heads != 0)
    at["kv_heads"].Fail(fmt::format("must divide the {} heads", shape.heads));
  return shape;
}

class CardReader {
 public:
  CardReader(const JsonCursor& root, const MixtureCatalog& mixtures)
      : root_(root), mixtures_(mixtures) {}

  ModelCard Read() {
    root_.OnlyKeys({"schema_version", "name", "aliases", "parameters", "shape",
                    "kv_bytes_per_token", "file_bytes", "quantizations", "provenance"});
    CheckVersion(root_);
    card_.name = LowerCase(root_["name"]);
    for (const JsonCursor& at : root_["aliases"].Items()) card_.aliases.push_back(LowerCase(at));
    if (!root_["parameters"].IsNull()) card_.parameters = root_["parameters"].Positive();
    if (!root_["shape"].IsNull()) card_.shape = ReadShape(root_["shape"]);
    if (const JsonCursor at = root_["kv_bytes_per_token"]; !at.IsNull()) {
      if (card_.shape) at.Fail("must be null: the shape says it");
      card_.kv_bytes_per_token = at.Number(0);
    }
    for (const auto& [key, at] : root_["file_bytes"].Members())
      card_.file_bytes[key] = at.Positive();
    for (const auto& [key, at] : root_["quantizations"].Members())
      card_.quantizations[key] = Quantization(at);
    if (card_.quantizations.empty() && card_.shape) root_["quantizations"].Fail("is empty");
    if (!card_.shape && !card_.quantizations.empty())
      root_["quantizations"].Fail("must be empty without a shape; see 'file_bytes'");
    for (const auto& [key, at] : root_["provenance"].Members()) {
      at.OnlyKeys({"kind", "source", "date", "method"});
      CheckFigure(key, at);
      card_.provenance[key] = ReadProvenance(at);
    }
    Need("parameters", card_.parameters.has_value());
    Need("shape", card_.shape.has_value());
    Need("kv_bytes_per_token", card_.kv_bytes_per_token.has_value());
    Need("file_bytes", !card_.file_bytes.empty());
    return std::move(card_);
  }

 private:
  // The name of a shared mixture, or a mixture of the card's own.
  QuantMixture Quantization(const JsonCursor& at) const {
    if (!at.IsText()) {
      QuantMixture own = ReadMixture(at);
      if (!mixtures_.empty()) own.fallback = mixtures_.begin()->second.fallback;
      return own;
    }
    std::vector<std::string> names;
    for (const auto& [name, mixture] : mixtures_) names.push_back(name);
    return mixtures_.at(names[at.OneOf(names)]);
  }

  // A provenance belongs to a figure of this card.
  void CheckFigure(const std::string& key, const JsonCursor& at) const {
    JsonCursor figure = root_;
    std::size_t begin = 0;
    while (begin <= key.size()) {
      const std::size_t end = std::min(key.find('/', begin), key.size());
      const std::string part = key.substr(begin, end - begin);
      if (!figure.Has(part)) at.Fail(fmt::format("the card has no figure '{}'", key));
      figure = figure[part];
      begin = end + 1;
    }
  }

  void Need(const char* figure, bool given) const {
    if (given && !card_.provenance.contains(figure))
      root_["provenance"].Fail(fmt::format("'{}' is missing", figure));
  }

  JsonCursor root_;
  const MixtureCatalog& mixtures_;
  ModelCard card_;
};

}  // namespace

MixtureCatalog ParseMixtureCatalog(std::string_view json, const std::string& name) {
  const JsonCursor root = JsonCursor::Parse(json, name);
  root.OnlyKeys({"schema_version", "source", "note", "fallback", "mixtures"});
  CheckVersion(root);
  root["source"].Text();
  root["note"].Text();
  std::map<TensorFormat, TensorFormat> fallback;
  for (const auto& [key, at] : root["fallback"].Members()) {
    const TensorFormat from = FormatNamed(key, root["fallback"]), to = ReadFormat(at);
    if (Traits(to).block_elements >= Traits(from).block_elements)
      at.Fail(fmt::format("blocks of {} are not smaller than those of {}", Name(to), key));
    fallback[from] = to;
  }
  MixtureCatalog catalog;
  for (const auto& [key, at] : root["mixtures"].Members()) {
    catalog[key] = ReadMixture(at);
    catalog[key].fallback = fallback;
  }
  if (catalog.empty()) root["mixtures"].Fail("is empty");
  return catalog;
}

ModelCard ParseModelCard(std::string_view json, const std::string& name,
                         const MixtureCatalog& mixtures) {
  return CardReader(JsonCursor::Parse(json, name), mixtures).Read();
}

}  // namespace edgesim
