// A comparison of power models with recorded power as its YAML file says it: which traces, how they
// are split, which models. Read as experiments/config.h is.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace edgesim {

struct YamlDocument;

// Either samples and requests, or recordings.
struct TracesConfig {
  std::optional<std::string> samples, requests;  // csv files as `edgesim fit` takes them
  std::vector<std::string> recordings;           // files of any format that is read
  std::string format = "auto";
  std::vector<std::string> rails;            // of recordings, by their header names; empty: default
  std::optional<std::string> group_column;   // a request per value; absent: judged in blocks
  std::optional<std::string> action_column;  // with group_column; its values hold no '/'
  template <class V>
  void Visit(V& v) {
    v.Text("samples", samples);
    v.Text("requests", requests);
    v.Names("recordings", recordings);
    v.OneOf("format", format, {"auto", "generic", "hwinfo", "tegrastats", "spl", "energibridge"});
    v.Names("rails", rails);
    v.Text("group_column", group_column);
    v.Text("action_column", action_column);
  }
};

struct FidelityModelConfig {
  std::string name;
  std::map<std::string, std::string> words;  // by rail; "all": the rails not named
  template <class V>
  void Visit(V& v) {
    v.Identifier("name", name);
    v.OtherKeys(words);
  }
};

struct ModelPairConfig {
  std::string reference, against;
  template <class V>
  void Visit(V& v) {
    v.Identifier("reference", reference);
    v.Identifier("against", against);
  }
};

struct FidelityConfig {
  std::string name;
  TracesConfig traces;
  std::uint32_t folds = 6;
  double split_share = 0.5;
  double block_s = 10;
  std::uint32_t draws = 2000;
  std::uint32_t seeds = 3;
  std::uint64_t seed = 1;
  std::uint32_t restarts = 10;
  std::optional<double> cap_w;  // on the sum of the rails
  std::vector<FidelityModelConfig> models;
  std::optional<ModelPairConfig> compare;
  std::optional<std::string> published;  // folder of <action>/<rail>_hsmm.json

  template <class V>
  void Visit(V& v) {
    v.Identifier("name", name);
    v.Section("traces", traces);
    v.Field("folds", folds, 2, 1000);
    v.Field("split_share", split_share, 0.05, 0.95);
    v.Field("block_s", block_s, 0.1, 1e6);
    v.Field("draws", draws, 20, 1'000'000);  // a 90 % interval needs 19
    v.Field("seeds", seeds, 1, 1000);
    v.Field("seed", seed, 0, UINT64_MAX);
    v.Field("restarts", restarts, 1, 1000);
    v.Field("cap_w", cap_w, 1e-3, 1e6);
    v.List("models", models);
    v.Section("compare", compare);
    v.Text("published", published);
  }
};

// Throws InputError, at the value it is about: both or neither kind of traces, an unknown model to
// compare, a model without words.
void CheckFidelity(const FidelityConfig& config, const YamlDocument& document);

}  // namespace edgesim
