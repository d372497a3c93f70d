#include "devices/host_profile_io.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "devices/json_cursor.h"
#include "sim/did_you_mean.h"

namespace edgesim {

namespace {

constexpr std::string_view kSchemaName = kHostProfileSchema.substr(0, kHostProfileSchema.find('/'));

std::vector<std::string> ElementNames() {
  std::vector<std::string> names;
  for (std::size_t k = 0; k < kOpKindNames.size(); ++k) {
    if (HasElementLaw(static_cast<OpKind>(k))) names.emplace_back(kOpKindNames[k]);
  }
  return names;
}

std::vector<std::string> FormatNames() {
  std::vector<std::string> names;
  for (const TensorFormatTraits& format : kTensorFormats) names.emplace_back(format.name);
  return names;
}

template <std::size_t n>
std::vector<std::string> Strings(const std::array<std::string_view, n>& names) {
  return {names.begin(), names.end()};
}

void CheckSchema(const JsonCursor& at) {
  const std::string schema = at.Text();
  if (schema == kHostProfileSchema) return;
  const std::size_t slash = schema.find('/');
  int version = 0;
  if (slash != std::string::npos && schema.substr(0, slash) == kSchemaName)
    std::from_chars(schema.data() + slash + 1, schema.data() + schema.size(), version);
  if (version > 1) {
    at.Fail(fmt::format("'{}' is newer than this edgesim, which reads '{}'", schema,
                        kHostProfileSchema));
  }
  at.Fail(fmt::format("is '{}', must be '{}'", schema, kHostProfileSchema));
}

std::string NotEmpty(const JsonCursor& at) {
  std::string text = at.Text();
  if (text.empty()) at.Fail("is empty");
  return text;
}

std::string Date(const JsonCursor& at) {
  std::string text = at.Text();
  constexpr std::string_view kPattern = "dddd-dd-dd";
  bool fits = text.size() >= kPattern.size();
  for (std::size_t i = 0; fits && i < kPattern.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    fits = kPattern[i] == 'd' ? digit : text[i] == kPattern[i];
  }
  if (!fits || (text.size() > kPattern.size() && text[kPattern.size()] != 'T'))
    at.Fail(fmt::format("'{}' must be a date such as 2026-01-31", text));
  return text;
}

std::optional<std::size_t> CacheBytes(const JsonCursor& at) {
  if (at.IsNull()) return std::nullopt;
  return at.Count(1);
}

HostIdentity ReadIdentity(const JsonCursor& at) {
  at.OnlyKeys({"cpu", "isa", "cores", "l1d_bytes", "l2_bytes", "l3_bytes"});
  return {.cpu = NotEmpty(at["cpu"]),
          .isa = NotEmpty(at["isa"]),
          .cores = at["cores"].Count(1),
          .l1d_bytes = CacheBytes(at["l1d_bytes"]),
          .l2_bytes = CacheBytes(at["l2_bytes"]),
          .l3_bytes = CacheBytes(at["l3_bytes"])};
}

MeasurementSummary ReadMeasurement(const JsonCursor& at) {
  at.OnlyKeys({"timings", "repeated_for_stolen_time", "repeated_for_spread", "median_relative_iqr",
               "p90_relative_iqr"});
  return {.timings = at["timings"].Count(1),
          .repeated_for_stolen_time = at["repeated_for_stolen_time"].Count(0),
          .repeated_for_spread = at["repeated_for_spread"].Count(0),
          .median_relative_iqr = at["median_relative_iqr"].Number(0),
          .p90_relative_iqr = at["p90_relative_iqr"].Number(0)};
}

PassSeconds ReadPassSeconds(const JsonCursor& at) {
  const std::vector<JsonCursor> items = at.Items();
  if (items.size() != kPassWidths)
    at.Fail(fmt::format("needs {} numbers, one per width of a tile", kPassWidths));
  PassSeconds pass_s{};
  for (std::size_t w = 0; w < kPassWidths; ++w) pass_s[w] = items[w].Number(0);
  return pass_s;
}

MatMulLaw ReadMatMul(const JsonCursor& at) {
  at.OnlyKeys({"overhead_s", "bytes_per_s", "pass_s", "prepare_s", "overlap"});
  return {.overhead_s = at["overhead_s"].Number(0),
          .bytes_per_s = at["bytes_per_s"].Positive(),
          .pass_s = ReadPassSeconds(at["pass_s"]),
          .prepare_s = at["prepare_s"].Number(0),
          .overlap = at["overlap"].Number(1)};
}

AttentionLaw ReadAttention(const JsonCursor& at) {
  at.OnlyKeys({"overhead_s", "bytes_per_s", "pass_s", "score_s", "query_s", "overlap"});
  return {.overhead_s = at["overhead_s"].Number(0),
          .bytes_per_s = at["bytes_per_s"].Positive(),
          .pass_s = ReadPassSeconds(at["pass_s"]),
          .score_s = at["score_s"].Number(0),
          .query_s = at["query_s"].Number(0),
          .overlap = at["overlap"].Number(1)};
}

// The place of `key` among `names`; `what` is said in the error.
std::size_t KeyAmong(const JsonCursor& at, const std::string& key, const char* what,
                     const std::vector<std::string>& names) {
  const auto found = std::find(names.begin(), names.end(), key);
  if (found == names.end()) at.Fail(fmt::format("unknown {}{}", what, DidYouMean(key, names)));
  return static_cast<std::size_t>(found - names.begin());
}

ThreadLaws ReadLaws(const JsonCursor& at) {
  at.OnlyKeys({"threads", "tile_columns", "pass_overhead_s", "matmul", "attention", "elements"});
  ThreadLaws laws{.threads = at["threads"].Count(1),
                  .tile_columns = at["tile_columns"].Count(1),
                  .pass_overhead_s = at["pass_overhead_s"].Number(0),
                  .matmul = {},
                  .attention = ReadAttention(at["attention"]),
                  .elements = {}};
  constexpr std::size_t kWidest = std::size_t{1} << (kPassWidths - 1);
  if (laws.tile_columns > kWidest || kWidest % laws.tile_columns != 0)
    at["tile_columns"].Fail("must be 1, 2, 4 or 8");
  for (const auto& [key, law] : at["matmul"].Members()) {
    const std::size_t format = KeyAmong(law, key, "weight format", FormatNames());
    laws.matmul[static_cast<TensorFormat>(format)] = ReadMatMul(law);
  }
  const std::vector<std::string> kinds = Strings(kOpKindNames);
  for (const auto& [key, law] : at["elements"].Members()) {
    const auto kind = static_cast<OpKind>(KeyAmong(law, key, "operation", kinds));
    if (!HasElementLaw(kind)) law.Fail("is no element-wise operation");
    law.OnlyKeys({"overhead_s", "element_s"});
    laws.elements[kind] = {law["overhead_s"].Number(0), law["element_s"].Number(0)};
  }
  return laws;
}

HostYardstick ReadYardstick(const JsonCursor& at) {
  at.OnlyKeys({"threads", "read_bytes_per_s", "int8_operations_per_s"});
  return {.threads = at["threads"].Count(1),
          .read_bytes_per_s = at["read_bytes_per_s"].Positive(),
          .int8_operations_per_s = at["int8_operations_per_s"].Positive()};
}

LawResidual ReadResidual(const JsonCursor& at) {
  at.OnlyKeys({"threads", "law", "timings", "median", "p90", "max", "bias"});
  at["law"].OneOf(LawNames());
  LawResidual residual{.threads = at["threads"].Count(1),
                       .law = at["law"].Text(),
                       .timings = at["timings"].Count(1),
                       .median = at["median"].Number(0),
                       .p90 = at["p90"].Number(0),
                       .max = at["max"].Number(0),
                       .bias = at["bias"].Number(-1)};
  if (residual.median > residual.p90 || residual.p90 > residual.max)
    at.Fail("median, p90 and max must be ascending");
  return residual;
}

void ReadThreads(const JsonCursor& root, HostProfile& profile) {
  for (const JsonCursor& at : root["laws"].Items()) {
    profile.laws.push_back(ReadLaws(at));
    const std::size_t n = profile.laws.size();
    if (n > 1 && profile.laws[n - 2].threads >= profile.laws[n - 1].threads)
      at["threads"].Fail("must be ascending");
  }
  if (profile.laws.empty()) root["laws"].Fail("is empty");
  for (const JsonCursor& at : root["yardsticks"].Items())
    profile.yardsticks.push_back(ReadYardstick(at));
  const auto same_threads = [](const HostYardstick& yardstick, const ThreadLaws& laws) {
    return yardstick.threads == laws.threads;
  };
  if (!std::equal(profile.yardsticks.begin(), profile.yardsticks.end(), profile.laws.begin(),
                  profile.laws.end(), same_threads))
    root["yardsticks"].Fail("needs one entry per entry of /laws, for the same threads");
}

}  // namespace

bool HasElementLaw(OpKind kind) {
  return kind != OpKind::kMatMul && kind != OpKind::kAttention && kind != OpKind::kRoute &&
         kind != OpKind::kExpertMatMul;
}

std::vector<std::string> LawNames() {
  std::vector<std::string> names = FormatNames();
  names.emplace_back(Name(OpKind::kAttention));
  for (std::string& name : ElementNames()) names.push_back(std::move(name));
  names.emplace_back("pass");
  return names;
}

HostProfile ParseHostProfile(std::string_view json, const std::string& name) {
  const JsonCursor root = JsonCursor::Parse(json, name);
  if (!root.Has("schema")) root.Fail("is no host profile: 'schema' is missing");
  CheckSchema(root["schema"]);
  root.OnlyKeys({"schema", "checksum", "name", "date", "edgesim", "mode", "host", "measurement",
                 "yardsticks", "laws", "residuals", "residual_ratios", "provenance"});
  HostProfile profile;
  profile.name = NotEmpty(root["name"]);
  profile.date = Date(root["date"]);
  profile.version = NotEmpty(root["edgesim"]);
  profile.mode = static_cast<CalibrationMode>(root["mode"].OneOf(Strings(kCalibrationModeNames)));
  profile.host = ReadIdentity(root["host"]);
  profile.measurement = ReadMeasurement(root["measurement"]);
  ReadThreads(root, profile);
  for (const JsonCursor& at : root["residuals"].Items())
    profile.residuals.push_back(ReadResidual(at));
  for (const JsonCursor& at : root["residual_ratios"].Items())
    profile.residual_ratios.push_back(at.Positive());
  if (profile.residual_ratios.empty()) root["residual_ratios"].Fail("is empty");
  if (!std::is_sorted(profile.residual_ratios.begin(), profile.residual_ratios.end()))
    root["residual_ratios"].Fail("must be ascending");
  for (const auto& [key, at] : root["provenance"].Members())
    profile.provenance[key] = ReadProvenance(at);
  if (root["checksum"].Text() != HostProfileChecksum(profile)) {
    root["checksum"].Fail(
        "does not fit the content: the file was edited or damaged; calibrate again");
  }
  return profile;
}

}  // namespace edgesim
