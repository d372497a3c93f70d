#include <nlohmann/json.hpp>

#include "experiments/cli/predict_report.h"
#include "sim/stats.h"
#include "sim/version.h"

namespace edgesim {

namespace {

using Json = nlohmann::ordered_json;

Json ByPart(const PassTime& pass) {
  Json json = Json::object();
  for (const auto& [part, seconds] : pass.by_part) json[std::string(part)] = seconds;
  return json;
}

Json Optional(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

}  // namespace

std::string PredictJson(const PredictReport& report) {
  const RequestPrediction& p = report.prediction;
  const HostProfile& profile = report.profile;
  Json root;
  root["edgesim"] = kVersion;
  root["model"] = report.model;
  root["quantization"] = report.quantization;
  root["prompt_tokens"] = p.size.prompt_tokens;
  root["generated_tokens"] = p.size.generated_tokens;
  root["threads"] = report.threads;
  root["host_profile"] = {{"file", report.file},     {"name", profile.name},
                          {"date", profile.date},    {"mode", Name(profile.mode)},
                          {"cpu", profile.host.cpu}, {"isa", profile.host.isa}};
  root["for_other_host"] = report.for_other_host;
  root["time_to_first_token_s"] = p.prefill ? Json(p.prefill->seconds) : Json();
  root["first_token_by_part_s"] = p.prefill ? ByPart(*p.prefill) : Json();
  root["further_tokens_s"] = p.decode_s;
  root["further_tokens_by_part_s"] = ByPart(p.decode);
  root["total_s"] = p.prefill ? Json(p.TotalSeconds()) : Json();
  root["weight_bytes_per_token"] = report.read.weight_bytes;
  root["kv_bytes_of_last_token"] = Optional(report.read.kv_bytes);
  root["memory_bytes"] = {
      {"weights", report.memory.weights},
      {"kv_cache", report.read.kv_bytes ? Json(report.memory.kv_cache) : Json()},
      {"buffers", report.buffers_known ? Json(report.memory.buffers) : Json()},
      {"total", report.memory.total}};
  root["residuals"] = Json::array();
  for (const LawResidual& residual : report.residuals) {
    root["residuals"].push_back({{"law", residual.law},
                                 {"timings", residual.timings},
                                 {"median", residual.median},
                                 {"p90", residual.p90},
                                 {"max", residual.max},
                                 {"bias", residual.bias}});
  }
  root["measured_over_predicted"] = {{"p10", Quantile(profile.residual_ratios, 0.1)},
                                     {"median", Quantile(profile.residual_ratios, 0.5)},
                                     {"p90", Quantile(profile.residual_ratios, 0.9)}};
  return root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace edgesim
