#include "devices/hsmm_io.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace edgesim {

namespace {

using Cursor = JsonCursor;
using Json = nlohmann::ordered_json;

constexpr double kDecimalRoundOff = 1e-4;  // of probabilities written to 6 digits

// Probabilities are written to 6 digits; their sum is restored here.
Eigen::VectorXd ReadRow(const Cursor& at, Eigen::Index n) {
  const std::vector<Cursor> items = at.Items();
  if (static_cast<Eigen::Index>(items.size()) != n) at.Fail("needs one number per state");
  Eigen::VectorXd row(n);
  for (Eigen::Index j = 0; j < n; ++j) row(j) = items[static_cast<std::size_t>(j)].Number(0);
  if (row.sum() != 0 && std::abs(row.sum() - 1) > kDecimalRoundOff) at.Fail("must sum to 1");
  return row.sum() == 0 ? row : row / row.sum();
}

DurationLaw ReadDuration(const Cursor& at) {
  const std::string name = at["family"].Text();
  const auto found = std::find(kDurationFamilyNames.begin(), kDurationFamilyNames.end(), name);
  if (found == kDurationFamilyNames.end()) {
    at["family"].Fail(
        fmt::format("'{}' must be one of {}", name, fmt::join(kDurationFamilyNames, ", ")));
  }
  DurationLaw law{.family = static_cast<DurationFamily>(found - kDurationFamilyNames.begin())};
  if (law.family == DurationFamily::kTable) {
    const Cursor table = at["probability"];
    const Eigen::VectorXd pmf = ReadRow(table, static_cast<Eigen::Index>(table.Items().size()));
    law.table.assign(pmf.begin(), pmf.end());
    return law;
  }
  law.mean_s = at["mean_s"].Positive();
  if (ShapeParameters(law) > 0) law.shape = at["shape"].Positive();
  return law;
}

HsmmState ReadState(const Cursor& at) {
  HsmmState state{.name = at["name"].Text(),
                  .mean_w = at["mean_w"].Number(),
                  .sd_w = at["sd_w"].Number(0),
                  .takes_level = at["takes_level"].Boolean()};
  if (at.Has("phi")) state.phi = at["phi"].Number(0);
  if (at.Has("student_dof")) state.student_dof = at["student_dof"].Positive();
  if (at.Has("mixture")) {
    for (const Cursor& part : at["mixture"].Items()) {
      state.mixture.push_back(
          {part["weight"].Positive(), part["offset_w"].Number(), part["sd_w"].Positive()});
    }
    double sum = 0;
    for (const MixtureComponent& c : state.mixture) sum += c.weight;
    if (std::abs(sum - 1) > kDecimalRoundOff) at["mixture"].Fail("weights must sum to 1");
    for (MixtureComponent& c : state.mixture) c.weight /= sum;
  }
  const Cursor duration = at["duration"];
  if (!duration.IsNull()) state.duration = ReadDuration(duration);
  return state;
}

Json ToJson(const DurationLaw& law, int digits) {
  Json json = {{"family", kDurationFamilyNames[static_cast<std::size_t>(law.family)]}};
  if (law.family == DurationFamily::kTable) {
    Json table = Json::array();
    for (const double p : law.table) table.push_back(RoundedTo(p, digits));
    json["probability"] = table;
    return json;
  }
  json["mean_s"] = RoundedTo(law.mean_s, digits);
  if (ShapeParameters(law) > 0) json["shape"] = RoundedTo(law.shape, digits);
  return json;
}

Json ToJson(const HsmmState& state, int digits) {
  Json json = {{"name", state.name},
               {"mean_w", RoundedTo(state.mean_w, digits)},
               {"sd_w", RoundedTo(state.sd_w, digits)},
               {"takes_level", state.takes_level}};
  if (state.phi != 0) json["phi"] = RoundedTo(state.phi, digits);
  if (state.student_dof) json["student_dof"] = RoundedTo(*state.student_dof, digits);
  for (const MixtureComponent& c : state.mixture) {
    json["mixture"].push_back({{"weight", RoundedTo(c.weight, digits)},
                               {"offset_w", RoundedTo(c.offset_w, digits)},
                               {"sd_w", RoundedTo(c.sd_w, digits)}});
  }
  json["duration"] = state.duration ? ToJson(*state.duration, digits) : Json();
  return json;
}

}  // namespace

Hsmm ReadHsmm(const JsonCursor& at, double interval_s) {
  Hsmm hsmm;
  hsmm.interval_s = interval_s;
  for (const Cursor& item : at["states"].Items()) hsmm.states.push_back(ReadState(item));
  const auto n = static_cast<Eigen::Index>(hsmm.states.size());
  hsmm.initial = ReadRow(at["initial"], n);
  const std::vector<Cursor> rows = at["transition"].Items();
  if (static_cast<Eigen::Index>(rows.size()) != n) at["transition"].Fail("needs one row per state");
  hsmm.transition.resize(n, n);
  for (Eigen::Index j = 0; j < n; ++j) {
    hsmm.transition.row(j) = ReadRow(rows[static_cast<std::size_t>(j)], n).transpose();
  }
  if (!at["first_reading"].IsNull()) {
    const Cursor first = at["first_reading"];
    hsmm.first_reading = FirstReading{first["mean_w"].Number(), first["sd_w"].Positive()};
  }
  hsmm.starts_mid_stay = at["starts_mid_stay"].Boolean();
  try {
    Validate(hsmm);
  } catch (const std::invalid_argument& error) {
    at.Fail(error.what());
  }
  return hsmm;
}

// Not stod, which refuses subnormal numbers: EM may leave a probability of 1e-310.
double RoundedTo(double value, int digits) {
  return std::strtod(fmt::format("{:.{}g}", value, digits).c_str(), nullptr);
}

std::string FormatHsmm(const Hsmm& model, int digits) {
  Json states = Json::array(), initial = Json::array(), transition = Json::array(), first;
  for (std::size_t j = 0; j < model.states.size(); ++j) {
    const auto row = static_cast<Eigen::Index>(j);
    states.push_back(ToJson(model.states[j], digits));
    initial.push_back(RoundedTo(model.initial(row), digits));
    transition.push_back(Json::array());
    for (const double p : model.transition.row(row))
      transition.back().push_back(RoundedTo(p, digits));
  }
  if (model.first_reading) {
    first = {{"mean_w", RoundedTo(model.first_reading->mean_w, digits)},
             {"sd_w", RoundedTo(model.first_reading->sd_w, digits)}};
  }
  const Json json = {{"starts_mid_stay", model.starts_mid_stay},
                     {"first_reading", first},
                     {"states", states},
                     {"initial", initial},
                     {"transition", transition}};
  return json.dump();
}

}  // namespace edgesim
