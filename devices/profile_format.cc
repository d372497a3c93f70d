#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "devices/hsmm_io.h"
#include "devices/json_text.h"
#include "devices/profile_io.h"

namespace edgesim {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kProfileDigits = 6;

double Rounded(double value) { return RoundedTo(value, kProfileDigits); }

Json ToJson(const PowerClass& c) {
  Json json = {
      {"level", {{"shared_w", Rounded(c.level.shared_w)}, {"own_w", Rounded(c.level.own_w)}}}};
  json.update(Json::parse(FormatHsmm(c.hsmm, kProfileDigits)));
  return json;
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
