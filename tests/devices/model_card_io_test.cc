// Tests of devices/model_card_io.h: what a card says is what is read, and what is wrong in it is
// one line with its place.
#include "devices/model_card_io.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "devices/weights.h"
#include "sim/input_error.h"
#include "tests/support/shipped_cards.h"

namespace edgesim {
namespace {

using Json = nlohmann::ordered_json;
using Pointer = Json::json_pointer;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

Json Small() {
  return Json::parse(R"({
    "schema_version": 1, "name": "toy-1b", "aliases": ["toy"], "parameters": 1e9,
    "shape": {"hidden": 256, "ffn": 512, "layers": 2, "heads": 4, "kv_heads": 2, "head_dim": 64, "vocab": 1000,
              "tied_embeddings": true, "activation": "relu", "glu": false, "norm": "layer", "rotary_fraction": 0.25,
              "sliding_window": {"tokens": 128, "period": 2, "global": 1}},
    "kv_bytes_per_token": null, "file_bytes": {"q8_0": 1e9},
    "quantizations": {"q8_0": "q8_0", "own": {"rest": "Q4_0", "ffn_down": {"layers": "more_bits", "format": "q6_k", "otherwise": "q4_k"}}},
    "provenance": {"parameters": {"kind": "assumed", "source": "s", "date": "d", "method": "m"},
                   "shape": {"kind": "measured", "source": "s", "date": "d", "method": "m"},
                   "shape/vocab": {"kind": "assumed", "source": "s", "date": "d", "method": "m"},
                   "file_bytes": {"kind": "measured", "source": "s", "date": "d", "method": "m"}}})");
}

std::string ErrorOf(const Json& card) {
  try {
    ParseModelCard(card.dump(), "c.json", ShippedMixtures());
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

std::string ErrorWith(const char* pointer, const Json& value) {
  Json card = Small();
  card[Pointer(pointer)] = value;
  return ErrorOf(card);
}

std::string ErrorWithout(const char* pointer) {
  Json card = Small();
  const Pointer at(pointer);
  card.at(at.parent_pointer()).erase(at.back());
  return ErrorOf(card);
}

TEST(ModelCardIo, ReadsWhatIsWritten) {
  const ModelCard card = ParseModelCard(Small().dump(), "c.json", ShippedMixtures());
  EXPECT_EQ(card.name, "toy-1b");
  EXPECT_THAT(card.aliases, ElementsAre("toy"));
  EXPECT_EQ(card.parameters, 1e9);
  const ModelShape& shape = card.shape.value();
  EXPECT_EQ(shape.ffn, 512U);
  EXPECT_EQ(shape.activation, ActivationKind::kRelu);
  EXPECT_EQ(shape.norm, NormKind::kLayer);
  EXPECT_FALSE(shape.glu);
  EXPECT_FALSE(shape.qk_norm);
  EXPECT_EQ(shape.rotary_fraction, 0.25);
  EXPECT_EQ(shape.sliding_window->tokens, 128U);
  EXPECT_FALSE(shape.moe);
  EXPECT_EQ(card.file_bytes.at("q8_0"), 1e9);
  EXPECT_EQ(card.provenance.at("shape/vocab").kind, ProvenanceKind::kAssumed);
  const QuantMixture& own = card.quantizations.at("own");
  EXPECT_EQ(own.rest, TensorFormat::kQ4_0);
  EXPECT_EQ(own.roles.at(TensorRole::kFfnDown).layers, LayerRule::kMoreBits);
  EXPECT_EQ(own.roles.at(TensorRole::kFfnDown).otherwise, TensorFormat::kQ4_K);
  EXPECT_EQ(own.fallback.at(TensorFormat::kQ6_K), TensorFormat::kQ8_0);
}

TEST(ModelCardIo, ReadsExperts) {
  Json json = Small();
  json["shape"].erase("ffn");
  json["shape"]["moe"] = {
      {"experts", 8}, {"active", 2}, {"expert_ffn", 64}, {"router", "before_attention"}};
  const MoeShape moe =
      ParseModelCard(json.dump(), "c.json", ShippedMixtures()).shape.value().moe.value();
  EXPECT_EQ(moe.experts, 8U);
  EXPECT_EQ(moe.active, 2U);
  EXPECT_EQ(moe.router, RouterPlacement::kBeforeAttention);
  json["shape"]["moe"]["active"] = 9;
  EXPECT_EQ(ErrorOf(json), "c.json: /shape/moe/active: must be 1 to 8");
  json["shape"]["moe"]["active"] = 2;
  json["shape"]["ffn"] = 512;
  EXPECT_THAT(ErrorOf(json), StartsWith("c.json: /shape/ffn: a model of experts has none"));
}

TEST(ModelCardIo, WithoutAShape) {
  Json json = Small();
  json["shape"] = nullptr;
  json["provenance"].erase("shape");
  json["provenance"].erase("shape/vocab");
  EXPECT_THAT(ErrorOf(json), StartsWith("c.json: /quantizations: must be empty without a shape"));
  json["quantizations"] = Json::object();
  json["kv_bytes_per_token"] = 4096;
  EXPECT_EQ(ErrorOf(json), "c.json: /provenance: 'kv_bytes_per_token' is missing");
  json["provenance"]["kv_bytes_per_token"] = json["provenance"]["parameters"];
  const ModelCard card = ParseModelCard(json.dump(), "c.json", ShippedMixtures());
  EXPECT_EQ(KvBytesPerToken(card), 4096);
  EXPECT_EQ(WeightBytes(card, "q8_0"), 1e9);
}

TEST(ModelCardIoErrors, UnknownKeys) {
  for (const char* at : {"", "/shape", "/shape/sliding_window", "/provenance/shape",
                         "/quantizations/own/ffn_down"}) {
    EXPECT_THAT(ErrorWith((std::string(at) + "/mystery").c_str(), 1),
                AllOf(StartsWith(*at ? "c.json: " + std::string(at) + ":" : "c.json:"),
                      HasSubstr("unknown key 'mystery'")));
  }
  EXPECT_THAT(ErrorWith("/shape/kvheads", 1), HasSubstr("did you mean 'kv_heads'?"));
  EXPECT_THAT(ErrorWith("/quantizations/own/ffn_dwn", "q8_0"),
              AllOf(HasSubstr("unknown tensor 'ffn_dwn'"), HasSubstr("did you mean 'ffn_down'?")));
  EXPECT_THAT(ErrorWith("/quantizations/own/attn_norm", "q8_0"), HasSubstr("unknown tensor"));
}

TEST(ModelCardIoErrors, MissingKeys) {
  for (const char* at : {"/schema_version",
                         "/name",
                         "/aliases",
                         "/parameters",
                         "/shape",
                         "/kv_bytes_per_token",
                         "/file_bytes",
                         "/quantizations",
                         "/provenance",
                         "/shape/hidden",
                         "/shape/ffn",
                         "/shape/tied_embeddings",
                         "/shape/glu",
                         "/shape/norm",
                         "/shape/sliding_window/global",
                         "/quantizations/own/rest",
                         "/quantizations/own/ffn_down/otherwise",
                         "/provenance/parameters",
                         "/provenance/shape",
                         "/provenance/file_bytes",
                         "/provenance/shape/source"}) {
    EXPECT_THAT(ErrorWithout(at),
                AllOf(StartsWith("c.json:"), HasSubstr("'" + Pointer(at).back() + "' is missing")));
  }
}

TEST(ModelCardIoErrors, WrongValues) {
  const auto expect = [](const char* pointer, const Json& value, const char* what) {
    EXPECT_THAT(ErrorWith(pointer, value),
                AllOf(StartsWith("c.json: " + std::string(pointer) + ":"), HasSubstr(what)));
  };
  expect("/schema_version", 2, "reads version 1");
  expect("/name", "Toy", "lower case");
  expect("/name", "", "empty");
  expect("/aliases/0", "TOY", "lower case");
  expect("/parameters", "1e9", "number");
  expect("/parameters", 0, "positive");
  expect("/shape", 3, "object");
  expect("/shape/layers", 2.5, "whole number");
  expect("/shape/layers", 0, "whole number from 1");
  expect("/shape/kv_heads", 3, "must divide the 4 heads");
  expect("/shape/activation", "swish", "must be one of silu, gelu, relu");
  expect("/shape/norm", "rmsnorm", "must be one of rms, layer");
  expect("/shape/rotary_fraction", 1.5, "0 to 1");
  expect("/shape/sliding_window/global", 2, "must be 0 to 1");
  expect("/shape/qk_norm", 1, "true or false");
  expect("/kv_bytes_per_token", 5, "the shape says it");
  expect("/file_bytes/q8_0", -1, "positive");
  expect("/quantizations", Json::object(), "empty");
  expect("/quantizations/q8_0", "q9", "must be one of");
  expect("/quantizations/own/rest", "q9_9", "unknown tensor format 'q9_9'");
  expect("/quantizations/own/rest", 4, "string");
  expect("/quantizations/own/ffn_down/layers", "some", "must be one of all, more_bits");
  expect("/provenance/shape/kind", "guessed", "assumed");
}

TEST(ModelCardIoErrors, ProvenanceOfWhatIsNotThere) {
  Json json = Small();
  json["provenance"]["shape/wheels"] = json["provenance"]["shape"];
  EXPECT_EQ(ErrorOf(json),
            "c.json: /provenance/shape/wheels: the card has no figure 'shape/wheels'");
}

std::string CatalogError(const char* pointer, const Json& value) {
  Json json = Json::parse(CatalogText("mixtures.json"));
  json[Pointer(pointer)] = value;
  try {
    ParseMixtureCatalog(json.dump(), "m.json");
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(MixtureCatalogErrors, NameTheirPlace) {
  EXPECT_EQ(CatalogError("/note", "x"), "no error");
  EXPECT_THAT(CatalogError("/mystery", 1), HasSubstr("unknown key 'mystery'"));
  EXPECT_THAT(CatalogError("/schema_version", 7), StartsWith("m.json: /schema_version:"));
  EXPECT_THAT(CatalogError("/fallback/q9", "q8_0"),
              AllOf(StartsWith("m.json: /fallback:"), HasSubstr("'q9'")));
  EXPECT_THAT(CatalogError("/fallback/q4_k", "q6_k"), HasSubstr("are not smaller than those of"));
  EXPECT_THAT(CatalogError("/mixtures/f16/output", 1), StartsWith("m.json: /mixtures/f16/output:"));
  EXPECT_THAT(CatalogError("/mixtures", Json::object()), HasSubstr("is empty"));
}

TEST(MixtureCatalog, WhatEveryCardOffers) {
  for (const char* name :
       {"f16", "bf16", "q8_0", "q6_k", "q5_k_m", "q4_k_m", "q4_k_s", "q4_0", "q3_k_m", "q2_k"}) {
    EXPECT_TRUE(ShippedMixtures().contains(name)) << name;
    for (const auto& [model, card] : ShippedCards())
      EXPECT_EQ(card.quantizations.contains(name), card.shape.has_value()) << model << name;
  }
}

}  // namespace
}  // namespace edgesim
