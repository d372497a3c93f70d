// Tests for experiments/settings_schema.cc; tests/python/schema_test.py validates with it.
#include "experiments/settings_schema.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace edgesim {
namespace {

using nlohmann::json;

TEST(SettingsSchema, SaysWhatAKeyMayBe) {
  const json schema = json::parse(ExperimentSchema());
  EXPECT_EQ(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
  EXPECT_EQ(schema["required"], json({"name", "workload", "energy_budget", "policies"}));
  EXPECT_EQ(schema["additionalProperties"], false);
  const json& budget = schema["properties"]["energy_budget"]["properties"];
  EXPECT_EQ(budget["limit_j"]["minimum"], 1e-3);
  EXPECT_EQ(budget["limit_j"]["maximum"], 1e12);
  EXPECT_EQ(budget["mode"]["enum"], json({"hard", "expected", "chance"}));
  EXPECT_EQ(budget["mode"]["default"], "hard");
  EXPECT_NE(budget["mode"]["description"].get<std::string>().find("brown-out"), std::string::npos);
  EXPECT_EQ(schema["properties"]["seed"]["maximum"], UINT64_MAX);
  EXPECT_EQ(schema["properties"]["workload"]["required"], json({"requests"}));
}

TEST(SettingsSchema, KindsAreNamesOrMaps) {
  const json schema = json::parse(ExperimentSchema());
  const json& kinds = schema["properties"]["policies"]["items"]["oneOf"];
  ASSERT_EQ(kinds.size(), 27U);
  const json& names = kinds[0]["enum"];
  EXPECT_EQ(names.size(), 25U);  // `table` needs its file
  EXPECT_EQ(std::count(names.begin(), names.end(), "table"), 0);
  for (std::size_t i = 1; i < kinds.size(); ++i) {
    EXPECT_TRUE(kinds[i]["properties"]["kind"].contains("const"));
    EXPECT_EQ(kinds[i]["required"][0], "kind");
    EXPECT_EQ(kinds[i]["additionalProperties"], false);
    EXPECT_TRUE(kinds[i]["properties"].contains("shield"));
    EXPECT_TRUE(kinds[i].contains("description"));
  }
  EXPECT_EQ(kinds.back()["required"], json({"kind", "file"}));
}

TEST(SettingsSchema, OtherKeysAreTexts) {
  const json schema = json::parse(FidelitySchema());
  const json& model = schema["properties"]["models"]["items"];
  EXPECT_EQ(model["additionalProperties"]["type"], "string");
  EXPECT_EQ(model["properties"].size(), 1U);
}

}  // namespace
}  // namespace edgesim
