#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "devices/host_profile_io.h"
#include "devices/json_text.h"
#include "sim/rng.h"

namespace edgesim {

namespace {

using Json = nlohmann::ordered_json;

Json ToJson(const MatMulLaw& law) {
  return {{"overhead_s", law.overhead_s},
          {"bytes_per_s", law.bytes_per_s},
          {"pass_s", law.pass_s},
          {"prepare_s", law.prepare_s},
          {"overlap", law.overlap}};
}

Json ToJson(const AttentionLaw& law) {
  return {{"overhead_s", law.overhead_s}, {"bytes_per_s", law.bytes_per_s},
          {"pass_s", law.pass_s},         {"score_s", law.score_s},
          {"query_s", law.query_s},       {"overlap", law.overlap}};
}

Json ToJson(const ThreadLaws& laws) {
  Json matmul = Json::object(), elements = Json::object();
  for (const auto& [format, law] : laws.matmul) matmul[std::string(Name(format))] = ToJson(law);
  for (const auto& [kind, law] : laws.elements) {
    elements[std::string(Name(kind))] = {{"overhead_s", law.overhead_s},
                                         {"element_s", law.element_s}};
  }
  return {{"threads", laws.threads},
          {"tile_columns", laws.tile_columns},
          {"pass_overhead_s", laws.pass_overhead_s},
          {"matmul", matmul},
          {"attention", ToJson(laws.attention)},
          {"elements", elements}};
}

Json ToJson(const HostIdentity& host) {
  const auto cache = [](const std::optional<std::size_t>& bytes) {
    return bytes ? Json(*bytes) : Json();
  };
  return {{"cpu", host.cpu},
          {"isa", host.isa},
          {"cores", host.cores},
          {"l1d_bytes", cache(host.l1d_bytes)},
          {"l2_bytes", cache(host.l2_bytes)},
          {"l3_bytes", cache(host.l3_bytes)}};
}

Json ToJson(const MeasurementSummary& measurement) {
  return {{"timings", measurement.timings},
          {"repeated_for_stolen_time", measurement.repeated_for_stolen_time},
          {"repeated_for_spread", measurement.repeated_for_spread},
          {"median_relative_iqr", measurement.median_relative_iqr},
          {"p90_relative_iqr", measurement.p90_relative_iqr}};
}

Json ToJson(const HostYardstick& yardstick) {
  return {{"threads", yardstick.threads},
          {"read_bytes_per_s", yardstick.read_bytes_per_s},
          {"int8_operations_per_s", yardstick.int8_operations_per_s}};
}

Json ToJson(const LawResidual& residual) {
  return {{"threads", residual.threads}, {"law", residual.law}, {"timings", residual.timings},
          {"median", residual.median},   {"p90", residual.p90}, {"max", residual.max},
          {"bias", residual.bias}};
}

template <class T>
Json ToArray(const std::vector<T>& values) {
  Json array = Json::array();
  for (const T& value : values) array.push_back(ToJson(value));
  return array;
}

std::string Text(const HostProfile& profile, const std::string& checksum) {
  Json root;
  root["schema"] = kHostProfileSchema;
  if (!checksum.empty()) root["checksum"] = checksum;
  root["name"] = profile.name;
  root["date"] = profile.date;
  root["edgesim"] = profile.version;
  root["mode"] = Name(profile.mode);
  root["host"] = ToJson(profile.host);
  root["measurement"] = ToJson(profile.measurement);
  root["yardsticks"] = ToArray(profile.yardsticks);
  root["laws"] = ToArray(profile.laws);
  root["residuals"] = ToArray(profile.residuals);
  root["residual_ratios"] = profile.residual_ratios;
  root["provenance"] = Json::object();
  for (const auto& [key, p] : profile.provenance) {
    root["provenance"][key] = {
        {"kind", Name(p.kind)}, {"source", p.source}, {"date", p.date}, {"method", p.method}};
  }
  return WithShortArrays(root.dump(1, ' ', false, Json::error_handler_t::replace)) + "\n";
}

}  // namespace

std::string HostProfileChecksum(const HostProfile& profile) {
  return fmt::format("{:016x}", HashName(Text(profile, "")));
}

std::string FormatHostProfile(const HostProfile& profile) {
  return Text(profile, HostProfileChecksum(profile));
}

}  // namespace edgesim
