#include "devices/profile_io.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/device.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

using Json = nlohmann::ordered_json;
constexpr int kSchemaVersion = 1;
constexpr std::array kKindNames = {"measured", "calibrated", "modelled", "assumed"};

double Rounded(double value) { return std::stod(fmt::format("{:.6g}", value)); }

// A JSON value that knows where it stands, so that an error can say it.
class Cursor {
 public:
  // `at` is a JSON pointer, "" for the root; `file` outlives the cursor.
  Cursor(const Json& value, const std::string& file, std::string at)
      : value_(value), file_(file), at_(std::move(at)) {}

  [[noreturn]] void Fail(const std::string& what) const {
    throw InputError(fmt::format("{}: {}{}{}", file_, at_, at_.empty() ? "" : ": ", what));
  }

  Cursor operator[](const char* key) const {
    if (!value_.is_object()) Fail("must be an object");
    const auto found = value_.find(key);
    if (found == value_.end()) Fail(fmt::format("'{}' is missing", key));
    return {*found, file_, at_ + "/" + key};
  }
  bool IsNull() const { return value_.is_null(); }
  std::string Text() const {
    if (!value_.is_string()) Fail("must be a string");
    return value_.get<std::string>();
  }
  bool Boolean() const {
    if (!value_.is_boolean()) Fail("must be true or false");
    return value_.get<bool>();
  }
  double Number(double at_least = -INFINITY) const {
    if (!value_.is_number() || !std::isfinite(value_.get<double>()))
      Fail("must be a finite number");
    const auto number = value_.get<double>();
    if (number < at_least) Fail(fmt::format("is {}, must be at least {}", number, at_least));
    return number;
  }
  double Positive() const {
    const double number = Number();
    if (number <= 0) Fail(fmt::format("is {}, must be positive", number));
    return number;
  }
  std::vector<Cursor> Items() const {
    if (!value_.is_array()) Fail("must be an array");
    std::vector<Cursor> items;
    for (std::size_t i = 0; i < value_.size(); ++i)
      items.emplace_back(value_[i], file_, fmt::format("{}/{}", at_, i));
    return items;
  }
  std::vector<std::pair<std::string, Cursor>> Members() const {
    if (!value_.is_object()) Fail("must be an object");
    std::vector<std::pair<std::string, Cursor>> members;
    for (const auto& [key, value] : value_.items())
      members.emplace_back(key, Cursor(value, file_, at_ + "/" + key));
    return members;
  }

 private:
  const Json& value_;
  const std::string& file_;
  std::string at_;
};

class ProfileReader {
 public:
  explicit ProfileReader(const Cursor& root) : root_(root) {}

  DeviceProfile Read() {
    if (root_["schema_version"].Number() != kSchemaVersion) {
      root_["schema_version"].Fail(fmt::format("this edgesim reads version {}", kSchemaVersion));
    }
    profile_.name = root_["name"].Text();
    profile_.description = root_["description"].Text();
    for (const auto& [key, at] : root_["provenance"].Members())
      profile_.provenance[key] = ReadProvenance(at);
    profile_.emission_interval_s = root_["emission_interval_s"].Positive();
    profile_.interval_provenance = ProvenanceKey(root_["emission_interval_provenance"]);
    for (const Cursor& at : root_["rails"].Items()) {
      Rail rail{.name = at["name"].Text(), .idle_w = {}, .idle_provenance = {}};
      if (!at["idle_w"].IsNull()) {
        rail.idle_w = at["idle_w"].Number(0);
        rail.idle_provenance = ProvenanceKey(at["idle_provenance"]);
      }
      profile_.rails.push_back(std::move(rail));
    }
    if (profile_.rails.empty() || profile_.rails.size() > kMaxRails) {
      root_["rails"].Fail(fmt::format("needs 1 to {} rails", kMaxRails));
    }
    for (const Cursor& at : root_["actions"].Items()) {
      profile_.actions.push_back(ReadAction(at));
      for (std::size_t a = 0; a + 1 < profile_.actions.size(); ++a) {
        if (profile_.actions[a].spec.name == profile_.actions.back().spec.name)
          at["name"].Fail("stands twice");
      }
    }
    if (profile_.actions.empty()) root_["actions"].Fail("is empty");
    for (const Cursor& at : root_["outliers"].Items()) {
      profile_.outliers.push_back({at["action"].Text(), at["request"].Text(), at["why"].Text()});
    }
    return std::move(profile_);
  }

 private:
  static Provenance ReadProvenance(const Cursor& at) {
    const std::string kind = at["kind"].Text();
    for (std::size_t k = 0; k < kKindNames.size(); ++k) {
      if (kind == kKindNames[k]) {
        return {static_cast<ProvenanceKind>(k), at["source"].Text(), at["date"].Text(),
                at["method"].Text()};
      }
    }
    at["kind"].Fail("must be measured, calibrated, modelled or assumed");
  }

  std::string ProvenanceKey(const Cursor& at) const {
    std::string key = at.Text();
    if (!profile_.provenance.contains(key)) at.Fail(fmt::format("'{}' is not in /provenance", key));
    return key;
  }

  ActionProfile ReadAction(const Cursor& at) const {
    ActionProfile action;
    action.spec = {at["name"].Text(), at["model"].Text(), at["quantization"].Text()};
    const Cursor latency = at["latency"];
    for (const Cursor& item : latency["seconds_per_output_token"].Items()) {
      action.latency.seconds_per_output_token.push_back(item.Positive());
    }
    for (const Cursor& item : latency["output_tokens"].Items()) {
      action.latency.output_tokens.push_back(item.Positive());
    }
    if (action.latency.output_tokens.size() != action.latency.seconds_per_output_token.size() ||
        action.latency.output_tokens.empty()) {
      latency.Fail("needs as many output_tokens as seconds_per_output_token, and at least one");
    }
    if (!std::is_sorted(action.latency.seconds_per_output_token.begin(),
                        action.latency.seconds_per_output_token.end())) {
      latency["seconds_per_output_token"].Fail("must be ascending");
    }
    action.latency.provenance = ProvenanceKey(latency["provenance"]);
    for (const Rail& rail : profile_.rails)
      action.rails.push_back(ReadRail(at["power"][rail.name.c_str()]));
    return action;
  }

  RailPowerModel ReadRail(const Cursor& at) const {
    RailPowerModel rail;
    rail.provenance = ProvenanceKey(at["provenance"]);
    rail.level = {at["level"]["shared_w"].Number(), at["level"]["own_w"].Number(0)};
    rail.hsmm.interval_s = profile_.emission_interval_s;
    for (const Cursor& item : at["states"].Items()) {
      HsmmState state{.name = item["name"].Text(),
                      .mean_w = item["mean_w"].Number(),
                      .sd_w = item["sd_w"].Positive(),
                      .takes_level = item["takes_level"].Boolean(),
                      .duration = {}};
      const Cursor duration = item["duration"];
      if (!duration.IsNull()) {
        state.duration = GammaDuration{duration["mean_s"].Positive(), duration["shape"].Positive()};
      }
      rail.hsmm.states.push_back(std::move(state));
    }
    const auto n = static_cast<Eigen::Index>(rail.hsmm.states.size());
    rail.hsmm.initial = ReadRow(at["initial"], n);
    const std::vector<Cursor> rows = at["transition"].Items();
    if (static_cast<Eigen::Index>(rows.size()) != n)
      at["transition"].Fail("needs one row per state");
    rail.hsmm.transition.resize(n, n);
    for (Eigen::Index j = 0; j < n; ++j) {
      rail.hsmm.transition.row(j) = ReadRow(rows[static_cast<std::size_t>(j)], n).transpose();
    }
    try {
      Validate(rail.hsmm);
    } catch (const std::invalid_argument& error) {
      at.Fail(error.what());
    }
    return rail;
  }

  // Probabilities are written to 6 digits; their sum is restored here.
  static Eigen::VectorXd ReadRow(const Cursor& at, Eigen::Index n) {
    const std::vector<Cursor> items = at.Items();
    if (static_cast<Eigen::Index>(items.size()) != n) at.Fail("needs one number per state");
    Eigen::VectorXd row(n);
    for (Eigen::Index j = 0; j < n; ++j) row(j) = items[static_cast<std::size_t>(j)].Number(0);
    constexpr double kDecimalRoundOff = 1e-4;
    if (row.sum() != 0 && std::abs(row.sum() - 1) > kDecimalRoundOff) at.Fail("must sum to 1");
    return row.sum() == 0 ? row : row / row.sum();
  }

  Cursor root_;
  DeviceProfile profile_;
};

Json ToJson(const RailPowerModel& rail) {
  Json states = Json::array(), initial = Json::array(), transition = Json::array();
  for (std::size_t j = 0; j < rail.hsmm.states.size(); ++j) {
    const HsmmState& state = rail.hsmm.states[j];
    Json duration;
    if (state.duration) {
      duration = {{"mean_s", Rounded(state.duration->mean_s)},
                  {"shape", Rounded(state.duration->shape)}};
    }
    states.push_back({{"name", state.name},
                      {"mean_w", Rounded(state.mean_w)},
                      {"sd_w", Rounded(state.sd_w)},
                      {"takes_level", state.takes_level},
                      {"duration", duration}});
    initial.push_back(Rounded(rail.hsmm.initial(static_cast<Eigen::Index>(j))));
    Json row = Json::array();
    for (const double p : rail.hsmm.transition.row(static_cast<Eigen::Index>(j)))
      row.push_back(Rounded(p));
    transition.push_back(row);
  }
  return {
      {"provenance", rail.provenance},
      {"level", {{"shared_w", Rounded(rail.level.shared_w)}, {"own_w", Rounded(rail.level.own_w)}}},
      {"states", states},
      {"initial", initial},
      {"transition", transition}};
}

// JSON text with each array of plain values on one line: a matrix then has one line per row.
std::string Compact(const std::string& json) {
  std::string out;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const std::size_t end =
        json[i] == '[' ? json.find_first_of("[]{}\"", i + 1) : std::string::npos;
    if (end == std::string::npos || json[end] != ']') {
      out += json[i];
      continue;
    }
    for (; i <= end; ++i) {
      if (json[i] == '\n') {
        out += json[i - 1] == ',' ? " " : "";
        i = json.find_first_not_of(' ', i + 1) - 1;
      } else {
        out += json[i];
      }
    }
    --i;
  }
  return out;
}

}  // namespace

DeviceProfile ParseProfile(std::string_view json, const std::string& name) {
  Json root;
  try {
    root = Json::parse(json);
  } catch (const Json::parse_error& error) {
    const std::size_t at = std::min(error.byte == 0 ? 0 : error.byte - 1, json.size());
    const std::string_view before = json.substr(0, at);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t newline = before.rfind('\n');
    throw InputError(fmt::format("{}:{}:{}: not valid JSON", name, line,
                                 newline == std::string_view::npos ? at + 1 : at - newline));
  } catch (const Json::out_of_range&) {
    throw InputError(name + ": a number is too large");
  }
  return ProfileReader(Cursor(root, name, "")).Read();
}

std::string FormatProfile(const DeviceProfile& profile) {
  Json root;
  root["schema_version"] = kSchemaVersion;
  root["name"] = profile.name;
  root["description"] = profile.description;
  for (const auto& [key, p] : profile.provenance) {
    root["provenance"][key] = {
        {"kind", Name(p.kind)}, {"source", p.source}, {"date", p.date}, {"method", p.method}};
  }
  root["emission_interval_s"] = Rounded(profile.emission_interval_s);
  root["emission_interval_provenance"] = profile.interval_provenance;
  for (const Rail& rail : profile.rails) {
    Json entry = {{"name", rail.name}, {"idle_w", nullptr}};
    if (rail.idle_w) {
      entry["idle_w"] = Rounded(*rail.idle_w);
      entry["idle_provenance"] = rail.idle_provenance;
    }
    root["rails"].push_back(entry);
  }
  root["outliers"] = Json::array();
  for (const Outlier& o : profile.outliers) {
    root["outliers"].push_back({{"action", o.action}, {"request", o.request}, {"why", o.why}});
  }
  for (const ActionProfile& action : profile.actions) {
    Json spt = Json::array(), tokens = Json::array(), power;
    for (const double s : action.latency.seconds_per_output_token) spt.push_back(Rounded(s));
    for (const double t : action.latency.output_tokens) tokens.push_back(Rounded(t));
    for (std::size_t r = 0; r < profile.rails.size(); ++r)
      power[profile.rails[r].name] = ToJson(action.rails[r]);
    root["actions"].push_back({{"name", action.spec.name},
                               {"model", action.spec.model},
                               {"quantization", action.spec.quantization},
                               {"latency",
                                {{"provenance", action.latency.provenance},
                                 {"seconds_per_output_token", spt},
                                 {"output_tokens", tokens}}},
                               {"power", power}});
  }
  return Compact(root.dump(1, ' ', false, Json::error_handler_t::replace)) + "\n";
}

std::string_view Name(ProvenanceKind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

}  // namespace edgesim
