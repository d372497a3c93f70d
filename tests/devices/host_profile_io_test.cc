#include "devices/host_profile_io.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "sim/input_error.h"
#include "tests/support/toy_host.h"

namespace edgesim {
namespace {

using Json = nlohmann::ordered_json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string ErrorOf(const std::string& text) {
  try {
    ParseHostProfile(text, "h.json");
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

std::string ErrorAfter(const std::function<void(Json&)>& change) {
  Json json = Json::parse(FormatHostProfile(ToyHost()));
  change(json);
  return ErrorOf(json.dump());
}

TEST(HostProfileIo, ReadsWhatWasWritten) {
  const HostProfile read = ParseHostProfile(FormatHostProfile(ToyHost()), "h.json");
  EXPECT_EQ(read.name, "toy-host");
  EXPECT_EQ(read.version, "1.0.0");
  EXPECT_EQ(read.mode, CalibrationMode::kQuick);
  EXPECT_EQ(read.host.cpu, "Toy CPU @ 1 GHz");
  EXPECT_EQ(read.host.l1d_bytes, 32768U);
  EXPECT_FALSE(read.host.l3_bytes);
  ASSERT_EQ(read.laws.size(), 2U);
  EXPECT_EQ(read.laws[1].threads, 2U);
  EXPECT_EQ(read.laws[1].matmul.at(TensorFormat::kQ4_K).pass_s[3], 3e-11);
  EXPECT_EQ(read.laws[0].matmul.at(TensorFormat::kQ4_K).overlap, 3);
  EXPECT_EQ(read.laws[0].attention.score_s, 1e-9);
  EXPECT_EQ(read.laws[0].elements.size(), ToyLaws(1).elements.size());
  EXPECT_EQ(read.yardsticks[1].int8_operations_per_s, 2e11);
  EXPECT_EQ(read.measurement.repeated_for_spread, 5U);
  EXPECT_EQ(read.residuals[1].law, "attention");
  EXPECT_EQ(read.residuals[0].bias, -0.01);
  EXPECT_EQ(read.residual_ratios, ToyHost().residual_ratios);
  EXPECT_EQ(read.provenance.at("laws").kind, ProvenanceKind::kAssumed);
}

TEST(HostProfileIo, OtherLayoutOfTheSameContentIsRead) {
  EXPECT_EQ(ErrorAfter([](Json&) {}), "no error");
}

TEST(HostProfileIo, RefusesWhatIsCutOrNoJson) {
  const std::string text = FormatHostProfile(ToyHost());
  for (const std::size_t kept :
       {std::size_t{0}, std::size_t{1}, text.size() / 2, text.size() - 3}) {
    EXPECT_THAT(ErrorOf(text.substr(0, kept)),
                AllOf(StartsWith("h.json:"), HasSubstr("not valid JSON"), Not(HasSubstr("\n"))));
  }
  EXPECT_EQ(ErrorOf("[]"), "h.json: is no host profile: 'schema' is missing");
  EXPECT_EQ(ErrorOf("{}"), "h.json: is no host profile: 'schema' is missing");
  EXPECT_THAT(ErrorOf("{\"schema\": NaN}"), HasSubstr("not valid JSON"));
  EXPECT_THAT(ErrorOf("{\"schema\": 1e999}"), HasSubstr("too large"));
}

TEST(HostProfileIo, SaysThatANewerFileIsNewer) {
  EXPECT_EQ(ErrorAfter([](Json& j) { j["schema"] = "edgesim-host-profile/2"; }),
            "h.json: /schema: 'edgesim-host-profile/2' is newer than this edgesim, which reads "
            "'edgesim-host-profile/1'");
  EXPECT_EQ(ErrorAfter([](Json& j) { j["schema"] = "else/2"; }),
            "h.json: /schema: is 'else/2', must be 'edgesim-host-profile/1'");
}

TEST(HostProfileIo, NoticesEditedNumbersAndTexts) {
  const char* edited =
      "h.json: /checksum: does not fit the content: the file was edited or damaged; calibrate "
      "again";
  EXPECT_EQ(ErrorAfter([](Json& j) { j["laws"][0]["pass_overhead_s"] = 1.0000001e-4; }), edited);
  EXPECT_EQ(ErrorAfter([](Json& j) { j["host"]["cpu"] = "Other CPU"; }), edited);
  EXPECT_EQ(ErrorAfter([](Json& j) { j["residuals"].erase(0); }), edited);
  EXPECT_EQ(ErrorAfter([](Json& j) { j["checksum"] = "0123456789abcdef"; }), edited);
}

TEST(HostProfileIo, NamesThePlaceOfWhatIsWrong) {
  const std::pair<std::function<void(Json&)>, const char*> cases[] = {
      {[](Json& j) { j["extra"] = 1; }, "h.json: unknown key 'extra'; there is schema"},
      {[](Json& j) { j.erase("checksum"); }, "h.json: 'checksum' is missing"},
      {[](Json& j) { j.erase("host"); }, "h.json: 'host' is missing"},
      {[](Json& j) { j["name"] = ""; }, "h.json: /name: is empty"},
      {[](Json& j) { j["date"] = "yesterday"; }, "h.json: /date: 'yesterday' must be a date"},
      {[](Json& j) { j["date"] = "2026-01-02 noon"; }, "h.json: /date: "},
      {[](Json& j) { j["mode"] = "quik"; },
       "h.json: /mode: 'quik' must be one of quick, full; did you mean 'quick'?"},
      {[](Json& j) { j["host"]["cores"] = 0; },
       "h.json: /host/cores: is 0, must be a whole number"},
      {[](Json& j) { j["host"]["l2_bytes"] = "1M"; }, "h.json: /host/l2_bytes: must be a finite"},
      {[](Json& j) { j["measurement"]["p90_relative_iqr"] = -0.1; },
       "h.json: /measurement/p90_relative_iqr: is -0.1, must be at least 0"},
      {[](Json& j) { j["laws"] = Json::array(); }, "h.json: /laws: is empty"},
      {[](Json& j) { j["laws"][1]["threads"] = 1; }, "h.json: /laws/1/threads: must be ascending"},
      {[](Json& j) { j["laws"][0]["tile_columns"] = 6; },
       "h.json: /laws/0/tile_columns: must be 1, 2, 4 or 8"},
      {[](Json& j) { j["laws"][0]["matmul"]["q4_9"] = 1; },
       "h.json: /laws/0/matmul/q4_9: unknown weight format; did you mean 'q4_"},
      {[](Json& j) { j["laws"][0]["matmul"]["q4_0"]["bytes_per_s"] = 0; },
       "h.json: /laws/0/matmul/q4_0/bytes_per_s: is 0, must be positive"},
      {[](Json& j) { j["laws"][0]["matmul"]["q4_0"]["pass_s"].push_back(1); },
       "h.json: /laws/0/matmul/q4_0/pass_s: needs 4 numbers"},
      {[](Json& j) { j["laws"][0]["matmul"]["q4_0"]["overlap"] = 0.5; },
       "h.json: /laws/0/matmul/q4_0/overlap: is 0.5, must be at least 1"},
      {[](Json& j) { j["laws"][0]["attention"].erase("score_s"); },
       "h.json: /laws/0/attention: 'score_s' is missing"},
      {[](Json& j) { j["laws"][0]["elements"]["rms_nrom"] = 1; },
       "h.json: /laws/0/elements/rms_nrom: unknown operation; did you mean 'rms_norm'?"},
      {[](Json& j) { j["laws"][0]["elements"]["matmul"] = 1; },
       "h.json: /laws/0/elements/matmul: is no element-wise operation"},
      {[](Json& j) { j["laws"][0]["elements"]["add"]["element_s"] = nullptr; },
       "h.json: /laws/0/elements/add/element_s: must be a finite number"},
      {[](Json& j) { j["yardsticks"].erase(0); }, "h.json: /yardsticks: needs one entry per"},
      {[](Json& j) { j["yardsticks"][0]["threads"] = 3; }, "h.json: /yardsticks: needs one entry"},
      {[](Json& j) { j["residuals"][0]["law"] = "q4"; }, "h.json: /residuals/0/law: 'q4' must be"},
      {[](Json& j) { j["residuals"][0]["p90"] = 0.5; },
       "h.json: /residuals/0: median, p90 and max"},
      {[](Json& j) { j["residual_ratios"] = Json::array(); }, "h.json: /residual_ratios: is empty"},
      {[](Json& j) { j["residual_ratios"][1] = 2; }, "h.json: /residual_ratios: must be ascending"},
      {[](Json& j) { j["residual_ratios"][0] = 0; },
       "h.json: /residual_ratios/0: is 0, must be po"},
      {[](Json& j) { j["provenance"]["laws"]["kind"] = "guess"; },
       "h.json: /provenance/laws/kind: must be measured"},
  };
  for (const auto& [change, expected] : cases)
    EXPECT_THAT(ErrorAfter(change), AllOf(StartsWith(expected), Not(HasSubstr("\n"))));
}

}  // namespace
}  // namespace edgesim
