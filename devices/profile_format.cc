#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "devices/json_text.h"
#include "devices/profile_io.h"

namespace edgesim {

namespace {

using Json = nlohmann::ordered_json;

// Not stod, which refuses subnormal numbers: EM may leave a probability of 1e-310.
double Rounded(double value) { return std::strtod(fmt::format("{:.6g}", value).c_str(), nullptr); }

Json ToJson(const DurationLaw& law) {
  Json json = {{"family", kDurationFamilyNames[static_cast<std::size_t>(law.family)]}};
  if (law.family == DurationFamily::kTable) {
    Json table = Json::array();
    for (const double p : law.table) table.push_back(Rounded(p));
    json["probability"] = table;
    return json;
  }
  json["mean_s"] = Rounded(law.mean_s);
  if (ShapeParameters(law) > 0) json["shape"] = Rounded(law.shape);
  return json;
}

Json ToJson(const HsmmState& state) {
  Json json = {{"name", state.name},
               {"mean_w", Rounded(state.mean_w)},
               {"sd_w", Rounded(state.sd_w)},
               {"takes_level", state.takes_level}};
  if (state.phi != 0) json["phi"] = Rounded(state.phi);
  if (state.student_dof) json["student_dof"] = Rounded(*state.student_dof);
  for (const MixtureComponent& c : state.mixture) {
    json["mixture"].push_back({{"weight", Rounded(c.weight)},
                               {"offset_w", Rounded(c.offset_w)},
                               {"sd_w", Rounded(c.sd_w)}});
  }
  json["duration"] = state.duration ? ToJson(*state.duration) : Json();
  return json;
}

Json ToJson(const PowerClass& c) {
  Json states = Json::array(), initial = Json::array(), transition = Json::array(), first;
  for (std::size_t j = 0; j < c.hsmm.states.size(); ++j) {
    states.push_back(ToJson(c.hsmm.states[j]));
    initial.push_back(Rounded(c.hsmm.initial(static_cast<Eigen::Index>(j))));
    Json row = Json::array();
    for (const double p : c.hsmm.transition.row(static_cast<Eigen::Index>(j)))
      row.push_back(Rounded(p));
    transition.push_back(row);
  }
  if (c.hsmm.first_reading) {
    first = {{"mean_w", Rounded(c.hsmm.first_reading->mean_w)},
             {"sd_w", Rounded(c.hsmm.first_reading->sd_w)}};
  }
  return {{"level", {{"shared_w", Rounded(c.level.shared_w)}, {"own_w", Rounded(c.level.own_w)}}},
          {"starts_mid_stay", c.hsmm.starts_mid_stay},
          {"first_reading", first},
          {"states", states},
          {"initial", initial},
          {"transition", transition}};
}

Json ToJson(const RailPowerModel& rail) {
  Json classes = Json::array();
  for (const PowerClass& c : rail.classes) classes.push_back(ToJson(c));
  return {{"provenance", rail.provenance}, {"classes", classes}};
}

Json ToJson(const TokenLatency& latency) {
  Json spt = Json::array(), tokens = Json::array(), classes = Json::array();
  for (const double s : latency.seconds_per_output_token) spt.push_back(Rounded(s));
  for (const double t : latency.output_tokens) tokens.push_back(Rounded(t));
  for (const std::size_t c : latency.request_class) classes.push_back(c);
  return {{"provenance", latency.provenance},
          {"seconds_per_output_token", spt},
          {"output_tokens", tokens},
          {"request_class", classes}};
}

}  // namespace

std::string FormatProfile(const DeviceProfile& profile) {
  Json root;
  root["schema_version"] = kProfileSchemaVersion;
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
    Json power;
    for (std::size_t r = 0; r < profile.rails.size(); ++r)
      power[profile.rails[r].name] = ToJson(action.rails[r]);
    root["actions"].push_back({{"name", action.spec.name},
                               {"model", action.spec.model},
                               {"quantization", action.spec.quantization},
                               {"classes", action.classes},
                               {"latency", action.latency ? ToJson(*action.latency) : Json()},
                               {"power", power}});
  }
  return WithShortArrays(root.dump(1, ' ', false, Json::error_handler_t::replace)) + "\n";
}

}  // namespace edgesim
