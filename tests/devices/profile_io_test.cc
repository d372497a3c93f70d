// Tests of devices/profile_io.h: round trip of the shipped profile, and errors that name their
// place.
#include "devices/profile_io.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "sim/input_error.h"

namespace edgesim {
namespace {

using Json = nlohmann::ordered_json;
using Pointer = Json::json_pointer;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string ShippedText() {
  std::ifstream in(std::string(EDGESIM_SOURCE_DIR) + "/devices/profiles/laptop-rtx3070.json");
  EXPECT_TRUE(in.good());
  return {std::istreambuf_iterator<char>(in), {}};
}

// The smallest profile there is.
Json Small() {
  return Json::parse(R"({
    "schema_version": 2, "name": "toy", "description": "a toy",
    "provenance": {"guess": {"kind": "assumed", "source": "none", "date": "2026-01-02", "method": "guessed"}},
    "emission_interval_s": 0.1, "emission_interval_provenance": "guess",
    "rails": [{"name": "gpu", "idle_w": 5.5, "idle_provenance": "guess"}],
    "outliers": [{"action": "m-q4", "request": "84", "why": "slow"}],
    "actions": [{
      "name": "m-q4", "model": "m", "quantization": "q4", "classes": 2,
      "latency": {"provenance": "guess", "seconds_per_output_token": [0.02, 0.03], "output_tokens": [100, 300], "request_class": [1, 0]},
      "power": {"gpu": {
        "provenance": "guess", "classes": [{
        "level": {"shared_w": -0.5, "own_w": 0.25}, "starts_mid_stay": false, "first_reading": null,
        "states": [
          {"name": "ramp", "mean_w": 20, "sd_w": 2, "takes_level": false, "duration": {"family": "gamma", "mean_s": 0.5, "shape": 3}},
          {"name": "high", "mean_w": 90, "sd_w": 3, "takes_level": true, "duration": null}],
        "initial": [0.75, 0.25], "transition": [[0, 1], [0, 0]]}]}}}]})");
}

std::string ErrorOf(const std::string& text) {
  try {
    ParseProfile(text, "p.json");
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

// The error of the small profile with another value at `pointer`.
std::string ErrorWith(const char* pointer, const Json& value) {
  Json profile = Small();
  profile.at(Pointer(pointer)) = value;
  return ErrorOf(profile.dump());
}

// ... with the member `key` of the object at `pointer` left out.
std::string ErrorWithout(const char* pointer, const char* key) {
  Json profile = Small();
  EXPECT_EQ(profile.at(Pointer(pointer)).erase(key), 1U);
  return ErrorOf(profile.dump());
}

constexpr const char* kRail = "/actions/0/power/gpu";
std::string OfClass(const std::string& below) { return std::string(kRail) + "/classes/0" + below; }

TEST(ProfileIo, ReadsEveryField) {
  const DeviceProfile profile = ParseProfile(Small().dump(), "p.json");
  EXPECT_EQ(profile.name, "toy");
  EXPECT_EQ(profile.description, "a toy");
  EXPECT_EQ(profile.emission_interval_s, 0.1);
  EXPECT_EQ(profile.interval_provenance, "guess");
  ASSERT_EQ(profile.provenance.size(), 1U);
  const Provenance& guess = profile.provenance.at("guess");
  EXPECT_EQ(guess.kind, ProvenanceKind::kAssumed);
  EXPECT_EQ(guess.source, "none");
  EXPECT_EQ(guess.date, "2026-01-02");
  EXPECT_EQ(guess.method, "guessed");
  ASSERT_EQ(profile.rails.size(), 1U);
  EXPECT_EQ(profile.rails[0].name, "gpu");
  EXPECT_EQ(profile.rails[0].idle_w, 5.5);
  EXPECT_EQ(profile.rails[0].idle_provenance, "guess");
  ASSERT_EQ(profile.outliers.size(), 1U);
  EXPECT_EQ(profile.outliers[0].action, "m-q4");
  EXPECT_EQ(profile.outliers[0].request, "84");
  EXPECT_EQ(profile.outliers[0].why, "slow");
  ASSERT_EQ(profile.actions.size(), 1U);
  const ActionProfile& action = profile.actions[0];
  EXPECT_EQ(action.spec.name, "m-q4");
  EXPECT_EQ(action.spec.model, "m");
  EXPECT_EQ(action.spec.quantization, "q4");
  EXPECT_EQ(action.classes, 2U);
  ASSERT_TRUE(action.latency.has_value());
  EXPECT_EQ(action.latency->request_class, (std::vector<std::size_t>{1, 0}));
  EXPECT_EQ(action.latency->provenance, "guess");
  EXPECT_EQ(action.latency->seconds_per_output_token, (std::vector<double>{0.02, 0.03}));
  EXPECT_EQ(action.latency->output_tokens, (std::vector<double>{100, 300}));
  ASSERT_EQ(action.rails.size(), 1U);
  const RailPowerModel& rail = action.rails[0];
  EXPECT_EQ(rail.provenance, "guess");
  ASSERT_EQ(rail.classes.size(), 1U);
  const PowerClass& model = rail.classes[0];
  EXPECT_FALSE(model.hsmm.starts_mid_stay);
  EXPECT_FALSE(model.hsmm.first_reading.has_value());
  EXPECT_EQ(model.level.shared_w, -0.5);
  EXPECT_EQ(model.level.own_w, 0.25);
  EXPECT_EQ(model.hsmm.interval_s, 0.1);
  ASSERT_EQ(model.hsmm.states.size(), 2U);
  EXPECT_EQ(model.hsmm.states[0].name, "ramp");
  EXPECT_EQ(model.hsmm.states[0].mean_w, 20);
  EXPECT_EQ(model.hsmm.states[0].sd_w, 2);
  EXPECT_FALSE(model.hsmm.states[0].takes_level);
  ASSERT_TRUE(model.hsmm.states[0].duration.has_value());
  EXPECT_EQ(model.hsmm.states[0].duration->family, DurationFamily::kGamma);
  EXPECT_EQ(model.hsmm.states[0].duration->mean_s, 0.5);
  EXPECT_EQ(model.hsmm.states[0].duration->shape, 3);
  EXPECT_TRUE(model.hsmm.states[1].takes_level);
  EXPECT_FALSE(model.hsmm.states[1].duration.has_value());
  EXPECT_EQ(model.hsmm.initial, Eigen::Vector2d(0.75, 0.25));
  EXPECT_EQ(model.hsmm.transition, (Eigen::Matrix2d{{0, 1}, {0, 0}}));
}

TEST(ProfileIo, UnknownIdlePowerIsNull) {
  Json json = Small();
  json["rails"][0] = {{"name", "gpu"}, {"idle_w", nullptr}};
  const DeviceProfile profile = ParseProfile(json.dump(), "p.json");
  EXPECT_FALSE(profile.rails[0].idle_w.has_value());
  EXPECT_TRUE(Json::parse(FormatProfile(profile))["rails"][0]["idle_w"].is_null());
}

TEST(ProfileIo, ShippedProfileSurvivesTheRoundTrip) {
  const std::string once = FormatProfile(ParseProfile(ShippedText(), "shipped"));
  EXPECT_EQ(FormatProfile(ParseProfile(once, "once")), once);
  // Reading restores sums of probabilities, which may turn a number's sixth digit.
  const Json flat = Json::parse(once).flatten(), shipped = Json::parse(ShippedText()).flatten();
  ASSERT_EQ(flat.size(), shipped.size());
  for (const auto& [at, value] : shipped.items()) {
    ASSERT_TRUE(flat.contains(at)) << at;
    if (value.is_number()) {
      EXPECT_NEAR(flat[at].get<double>(), value.get<double>(), 1e-5 * std::abs(value.get<double>()))
          << at;
    } else {
      EXPECT_EQ(flat[at], value) << at;
    }
  }
}

TEST(ProfileIo, SmallProfileSurvivesTheRoundTrip) {
  const std::string once = FormatProfile(ParseProfile(Small().dump(), "small"));
  EXPECT_EQ(FormatProfile(ParseProfile(once, "once")), once);
  EXPECT_EQ(Json::parse(once).flatten(), Small().flatten());
}

TEST(ProfileIo, NumbersAreWrittenToSixDigits) {
  DeviceProfile profile = ParseProfile(Small().dump(), "small");
  profile.rails[0].idle_w = 12.3456789;
  EXPECT_EQ(Json::parse(FormatProfile(profile))["rails"][0]["idle_w"].get<double>(), 12.3457);
}

TEST(ProfileIo, RoundedProbabilitiesAreRestoredToSumOne) {
  Json json = Small();
  json.at(Pointer(OfClass("/initial"))) = {0.333333, 0.666666};
  const DeviceProfile profile = ParseProfile(json.dump(), "p.json");
  EXPECT_NEAR(profile.actions[0].rails[0].classes[0].hsmm.initial.sum(), 1, 1e-15);
}

TEST(ProfileIo, EveryKindOfProvenance) {
  const struct {
    const char* name;
    ProvenanceKind kind;
  } kKinds[] = {{"measured", ProvenanceKind::kMeasured},
                {"calibrated", ProvenanceKind::kCalibrated},
                {"modelled", ProvenanceKind::kModelled},
                {"assumed", ProvenanceKind::kAssumed}};
  for (const auto& [name, kind] : kKinds) {
    Json json = Small();
    json["provenance"]["guess"]["kind"] = name;
    const DeviceProfile profile = ParseProfile(json.dump(), "p.json");
    EXPECT_EQ(profile.provenance.at("guess").kind, kind);
    EXPECT_EQ(Name(kind), name);
    EXPECT_EQ(Json::parse(FormatProfile(profile))["provenance"]["guess"]["kind"], name);
  }
  EXPECT_THAT(ErrorWith("/provenance/guess/kind", "guessed"),
              AllOf(StartsWith("p.json: /provenance/guess/kind:"), HasSubstr("calibrated")));
}

TEST(ProfileIoErrors, MissingKeys) {
  EXPECT_THAT(ErrorWithout("", "name"),
              AllOf(StartsWith("p.json:"), HasSubstr("'name' is missing")));
  EXPECT_THAT(ErrorWithout("/provenance/guess", "source"),
              AllOf(StartsWith("p.json: /provenance/guess:"), HasSubstr("'source' is missing")));
  EXPECT_THAT(ErrorWithout("/rails/0", "idle_w"),
              AllOf(StartsWith("p.json: /rails/0:"), HasSubstr("'idle_w' is missing")));
  EXPECT_THAT(
      ErrorWithout("/actions/0/latency", "output_tokens"),
      AllOf(StartsWith("p.json: /actions/0/latency:"), HasSubstr("'output_tokens' is missing")));
  EXPECT_THAT(ErrorWithout(OfClass("/states/1").c_str(), "duration"),
              AllOf(StartsWith("p.json: /actions/0/power/gpu/classes/0/states/1:"),
                    HasSubstr("'duration' is missing")));
  EXPECT_THAT(ErrorWithout("/actions/0/power", "gpu"),
              AllOf(StartsWith("p.json: /actions/0/power:"), HasSubstr("'gpu' is missing")));
}

// Unknown is null, never absent: every key can be named as missing.
TEST(ProfileIoErrors, EveryKeyIsNeeded) {
  const Json flat = Small().flatten();
  int keys = 0;
  for (const auto& [path, value] : flat.items()) {
    const Pointer pointer(path);
    if (pointer.back().find_first_not_of("0123456789") == std::string::npos)
      continue;  // of an array
    const std::string key = pointer.back();
    EXPECT_THAT(ErrorWithout(pointer.parent_pointer().to_string().c_str(), key.c_str()),
                AllOf(StartsWith("p.json: " + pointer.parent_pointer().to_string()),
                      HasSubstr("'" + key + "' is missing")));
    ++keys;
  }
  EXPECT_GT(keys, 25);
}

TEST(ProfileIoErrors, WrongTypes) {
  const auto expect = [](const std::string& pointer, const Json& value, const char* what) {
    EXPECT_THAT(ErrorWith(pointer.c_str(), value),
                AllOf(StartsWith("p.json: " + pointer + ":"), HasSubstr(what)));
  };
  expect("/name", 3, "string");
  expect("/provenance", Json::array(), "object");
  expect("/provenance/guess", "x", "object");
  expect("/emission_interval_s", "0.1", "number");
  expect("/rails", Json::object(), "array");
  expect("/rails/0/idle_w", true, "number");
  expect("/actions/0/latency/seconds_per_output_token/1", "x", "number");
  expect(OfClass("/states"), 1, "array");
  expect(OfClass("/states/0/takes_level"), 1, "true or false");
  expect(OfClass("/states/0/duration"), 1, "object");
  expect(OfClass("/transition"), 1, "array");
  expect(OfClass("/transition/0/1"), nullptr, "number");
}

TEST(ProfileIoErrors, BadNumbers) {
  const auto expect = [](const std::string& pointer, const Json& value, const char* what) {
    EXPECT_THAT(ErrorWith(pointer.c_str(), value),
                AllOf(StartsWith("p.json: " + pointer + ":"), HasSubstr(what)));
  };
  expect(OfClass("/states/0/sd_w"), -2, "at least 0");
  expect(OfClass("/states/0/duration/mean_s"), -1, "must be positive");
  expect(OfClass("/states/0/duration/shape"), 0, "must be positive");
  expect(OfClass("/level/own_w"), -0.1, "at least 0");
  expect("/emission_interval_s", 0, "must be positive");
  expect("/rails/0/idle_w", -1, "at least 0");
  expect("/actions/0/latency/seconds_per_output_token/0", 0, "must be positive");
  expect("/actions/0/latency/output_tokens/1", -5, "must be positive");
  for (const Json& bad : {Json(0), Json(-1), Json(1.5), Json(1e30)})
    expect("/actions/0/classes", bad, "whole number from 1 to");
  for (const Json& bad : {Json(2), Json(0.5), Json(1e30)})
    expect("/actions/0/latency/request_class/1", bad, "must be a class, 0 to 1");
  expect("/actions/0/latency/request_class/1", -1, "at least 0");
}

// A number too large for a double is bad input like any other.
TEST(ProfileIoErrors, NumberOutOfRange) {
  std::string text = Small().dump();
  const std::string idle = "\"idle_w\":5.5";
  text.replace(text.find(idle), idle.size(), "\"idle_w\":1e999");
  EXPECT_THAT(ErrorOf(text), StartsWith("p.json"));
}

TEST(ProfileIoErrors, BadProbabilities) {
  const auto expect = [](const std::string& pointer, const Json& value, const char* what) {
    EXPECT_THAT(ErrorWith(pointer.c_str(), value),
                AllOf(StartsWith("p.json: " + pointer), HasSubstr(what)));
  };
  expect(OfClass("/initial"), {0.5, 0.4}, "sum to 1");
  expect(OfClass("/initial"), {0.5, 0.3, 0.2}, "one number per state");
  expect(OfClass("/initial/0"), -0.25, "at least 0");
  expect(OfClass("/transition"), Json::parse("[[0, 1]]"), "one row per state");
  expect(OfClass("/transition/0"), {0, 0.9}, "sum to 1");
  expect(OfClass("/transition/0"), {0, 0.5, 0.5}, "one number per state");
}

// What only the whole model shows is named at the rail, with the state.
TEST(ProfileIoErrors, InvalidModels) {
  const auto expect = [](const std::string& pointer, const Json& value, const char* what) {
    EXPECT_THAT(ErrorWith(pointer.c_str(), value),
                AllOf(StartsWith("p.json: " + OfClass("") + ":"), HasSubstr(what)));
  };
  expect(OfClass("/transition/0"), {1, 0}, "'ramp'");
  expect(OfClass("/transition/0"), {0, 0}, "'ramp'");
  expect(OfClass("/transition/1"), {1, 0}, "'high' is absorbing");
  expect(OfClass("/initial"), {0, 0}, "initial");
  expect(OfClass("/states/0/sd_w"), 0, "'ramp': sd_w must be positive");
}

TEST(ProfileIoErrors, UnknownProvenanceKeys) {
  for (const std::string& pointer :
       {std::string("/emission_interval_provenance"), std::string("/rails/0/idle_provenance"),
        std::string("/actions/0/latency/provenance"), std::string(kRail) + "/provenance"}) {
    EXPECT_THAT(ErrorWith(pointer.c_str(), "nowhere"),
                AllOf(StartsWith("p.json: " + pointer + ":"), HasSubstr("'nowhere'")));
  }
}

TEST(ProfileIoErrors, OtherSchemaVersion) {
  EXPECT_THAT(ErrorWith("/schema_version", 3),
              AllOf(StartsWith("p.json: /schema_version:"),
                    HasSubstr("reads version 2; a newer edgesim is needed")));
}

// A profile of the schema before request classes, whose rails hold the model itself: the first line
// says what to do, not which of its keys is unknown.
TEST(ProfileIoErrors, ASchemaOneProfileIsToBeFittedAgain) {
  Json old = Small();
  old["schema_version"] = 1;
  Json& gpu = old["actions"][0]["power"]["gpu"];
  gpu = {{"provenance", "guess"}, {"states", gpu["classes"][0]["states"]}};
  EXPECT_EQ(ErrorOf(old.dump()),
            "p.json: /schema_version: this edgesim reads version 2; fit the profile again");
}

TEST(ProfileIoErrors, ARailHasOneModelOrOnePerClass) {
  Json profile = Small();
  Json& classes = profile["actions"][0]["power"]["gpu"]["classes"];
  classes.push_back(classes[0]);
  EXPECT_EQ(ErrorOf(profile.dump()), "no error");
  classes.push_back(classes[0]);
  EXPECT_THAT(ErrorOf(profile.dump()),
              AllOf(StartsWith("p.json: " + std::string(kRail) + "/classes:"),
                    HasSubstr("1 or 2 entries")));
  classes = Json::array();
  EXPECT_THAT(ErrorOf(profile.dump()), StartsWith("p.json: " + std::string(kRail) + "/classes:"));
}

TEST(ProfileIoErrors, BadEmissions) {
  const auto error_with = [](const char* key, const Json& value) {
    Json profile = Small();
    profile.at(Pointer(OfClass("/states/1")))[key] = value;
    return ErrorOf(profile.dump());
  };
  const std::string state = "p.json: " + OfClass("/states/1"), model = "p.json: " + OfClass("");
  EXPECT_THAT(error_with("phi", -0.5), AllOf(StartsWith(state + "/phi:"), HasSubstr("at least 0")));
  EXPECT_THAT(error_with("phi", 1), AllOf(StartsWith(model + ":"), HasSubstr("'high': phi")));
  EXPECT_THAT(error_with("student_dof", 0),
              AllOf(StartsWith(state + "/student_dof:"), HasSubstr("positive")));
  EXPECT_THAT(error_with("mixture", 1), AllOf(StartsWith(state + "/mixture:"), HasSubstr("array")));
  EXPECT_THAT(error_with("mixture", {{{"weight", 1}, {"offset_w", 0}}}),
              AllOf(StartsWith(state + "/mixture/0:"), HasSubstr("'sd_w' is missing")));
  EXPECT_THAT(error_with("mixture", {{{"weight", 0}, {"offset_w", 0}, {"sd_w", 1}}}),
              AllOf(StartsWith(state + "/mixture/0/weight:"), HasSubstr("positive")));
}

TEST(ProfileIoErrors, MixtureWeightsSumToOneUpToTheirDigits) {
  const auto with_weights = [](double a, double b) {
    Json profile = Small();
    profile.at(Pointer(OfClass("/states/1")))["mixture"] = {
        {{"weight", a}, {"offset_w", 0}, {"sd_w", 1}},
        {{"weight", b}, {"offset_w", 1}, {"sd_w", 1}}};
    return profile.dump();
  };
  EXPECT_EQ(ErrorOf(with_weights(0.333333, 0.666666)), "no error");
  EXPECT_THAT(ErrorOf(with_weights(0.3, 0.6)),
              AllOf(StartsWith("p.json: " + OfClass("/states/1/mixture")), HasSubstr("sum to 1")));
}

TEST(ProfileIoErrors, BadStays) {
  const auto expect = [](const Json& duration, const std::string& at, const char* what) {
    EXPECT_THAT(ErrorWith(OfClass("/states/0/duration").c_str(), duration),
                AllOf(StartsWith("p.json: " + OfClass(at)), HasSubstr(what)));
  };
  expect({{"family", "weibull"}},
         "/states/0/duration/family:", "must be one of geometric, poisson");
  expect({{"family", "poisson"}}, "/states/0/duration:", "'mean_s' is missing");
  expect({{"family", "lognormal"}, {"mean_s", 1}}, "/states/0/duration:", "'shape' is missing");
  expect({{"family", "nonparametric"}}, "/states/0/duration:", "'probability' is missing");
  expect({{"family", "nonparametric"}, {"probability", {0.5, 0.4}}},
         "/states/0/duration/probability:", "sum to 1");
  expect({{"family", "nonparametric"}, {"probability", Json::array()}}, ":", "sum to 1");
}

TEST(ProfileIoErrors, BadFirstReading) {
  EXPECT_THAT(ErrorWith(OfClass("/first_reading").c_str(), {{"mean_w", 3}, {"sd_w", 0}}),
              AllOf(StartsWith("p.json: " + OfClass("/first_reading/sd_w:")),
                    HasSubstr("must be positive")));
  EXPECT_THAT(ErrorWith(OfClass("/starts_mid_stay").c_str(), 1), HasSubstr("true or false"));
}

TEST(ProfileIoErrors, NothingToChooseOrMeasure) {
  EXPECT_THAT(ErrorWith("/rails", Json::array()), StartsWith("p.json: /rails:"));
  EXPECT_THAT(ErrorWith("/actions", Json::array()), StartsWith("p.json: /actions:"));
  Json many = Small();
  for (int i = 0; i < 4; ++i) many["rails"].push_back(many["rails"][0]);
  EXPECT_THAT(ErrorOf(many.dump()), StartsWith("p.json: /rails:"));
}

TEST(ProfileIoErrors, LatencyListsOfDifferentLength) {
  for (const char* list : {"/actions/0/latency/output_tokens", "/actions/0/latency/request_class"})
    EXPECT_THAT(ErrorWith(list, {1}), StartsWith("p.json: /actions/0/latency:"));
}

// profile.h: ascending, which keeps two actions comonotone in one draw.
TEST(ProfileIoErrors, LatencyNotAscending) {
  EXPECT_THAT(ErrorWith("/actions/0/latency/seconds_per_output_token", {0.03, 0.02}),
              StartsWith("p.json: /actions/0/latency"));
}

TEST(ProfileIoErrors, BrokenJsonGivesLineAndColumn) {
  EXPECT_THAT(ErrorOf("{\n  \"name\": oops\n}"), StartsWith("p.json:2:11:"));
  EXPECT_THAT(ErrorOf("{ oops }"), StartsWith("p.json:1:3:"));
  EXPECT_THAT(ErrorOf(""), StartsWith("p.json:1:1:"));
  EXPECT_THAT(ErrorOf("{\n  \"name\": \"x\"\n"), StartsWith("p.json:3:1:"));
  EXPECT_THAT(ErrorOf("[1]"), AllOf(StartsWith("p.json:"), HasSubstr("must be an object")));
}

}  // namespace
}  // namespace edgesim
