#include "experiments/cli/fidelity_json.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "experiments/cli/fidelity_figures.h"
#include "sim/version.h"

namespace edgesim {

namespace {

using Json = nlohmann::ordered_json;

std::string FileName(const std::string& path) {
  const std::filesystem::path name = std::filesystem::path(path).lexically_normal();
  return name.has_filename() ? name.filename().string() : name.parent_path().filename().string();
}

// The visitor that writes a config, every default filled in.
class ConfigWriter {
 public:
  template <class T, class... Bounds>
  void Field(const char* key, T& value, Bounds...) {
    json_[key] = value;
  }
  template <class... Bounds>
  void Field(const char* key, std::optional<double>& value, Bounds...) {
    if (value) json_[key] = *value;
  }
  void Identifier(const char* key, std::string& value) { json_[key] = value; }
  void Text(const char* key, std::optional<std::string>& value) {
    if (value) json_[key] = *value;
  }
  void OneOf(const char* key, std::string& value, std::initializer_list<const char*>) {
    json_[key] = value;
  }
  void Names(const char* key, std::vector<std::string>& values) {
    if (!values.empty()) json_[key] = values;
  }
  void OtherKeys(std::map<std::string, std::string>& values) {
    for (const auto& [key, value] : values) json_[key] = value;
  }
  template <class Config>
  void Section(const char* key, Config& config) {
    json_[key] = Write(config);
  }
  template <class Config>
  void Section(const char* key, std::optional<Config>& config) {
    if (config) json_[key] = Write(*config);
  }
  template <class Config>
  void List(const char* key, std::vector<Config>& entries) {
    json_[key] = Json::array();
    for (Config& entry : entries) json_[key].push_back(Write(entry));
  }

  template <class Config>
  static Json Write(Config& config) {
    ConfigWriter writer;
    writer.json_ = Json::object();
    config.Visit(writer);
    return std::move(writer.json_);
  }

 private:
  Json json_;
};

Json ConfigJson(FidelityConfig config) {
  for (std::string& recording : config.traces.recordings) recording = FileName(recording);
  for (std::optional<std::string>* path :
       {&config.traces.samples, &config.traces.requests, &config.published}) {
    if (*path) *path = FileName(**path);
  }
  return ConfigWriter::Write(config);
}

Json Of(const FeatureScore& f) {
  return {{"ks_p", f.ks_p},
          {"w1", f.w1},
          {"measured", f.measured},
          {"simulated", f.simulated},
          {"crps", f.crps}};
}

Json Of(const SignalScore& s) {
  return {{"signal", s.signal},
          {"energy_j", Of(s.energy_j)},
          {"peak_w", Of(s.peak_w)},
          {"roughness_w", Of(s.roughness_w)},
          {"lag1", Of(s.lag1)},
          {"t50_s", Of(s.t50_s)},
          {"ramp_s", Of(s.ramp_s)},
          {"plateau_sd_w", Of(s.plateau_sd_w)},
          {"inside_90", s.inside_90},
          {"inside_50", s.inside_50},
          {"window_w1_w", s.window_w1_w},
          {"window_crps_w", s.window_crps_w},
          {"dwell_above_ks_p", s.dwell_above_ks_p},
          {"dwell_below_ks_p", s.dwell_below_ks_p},
          {"acf_error", s.acf_error},
          {"log_score", s.log_score}};
}

Json Of(const std::vector<ActionScore>& actions) {
  Json list = Json::array();
  for (const ActionScore& a : actions) {
    Json signals = Json::array();
    for (const SignalScore& signal : a.signals) signals.push_back(Of(signal));
    list.push_back({{"action", a.action},
                    {"requests", a.requests},
                    {"signals", std::move(signals)},
                    {"cap_exceedance_measured", a.cap_exceedance_measured},
                    {"cap_exceedance_simulated", a.cap_exceedance_simulated},
                    {"cap_brier", a.cap_brier},
                    {"given_tokens_bias", a.given_tokens_bias},
                    {"given_tokens_inside_90", a.given_tokens_inside_90},
                    {"given_tokens_inside_50", a.given_tokens_inside_50}});
  }
  return list;
}

}  // namespace

std::string FidelityJson(const FidelityRun& run) {
  const FidelityReport& report = run.report;
  Json models = Json::array(), paired = Json::array(), inputs = Json::array();
  for (const ModelScore& m : report.models) {
    models.push_back({{"name", m.name},
                      {"words", m.words},
                      {"parameters", m.parameters},
                      {"fit_s", m.fit_s},
                      {"actions", Of(m.actions)}});
  }
  for (const PairedRow& row : report.paired) {
    const PairedDifference& d = row.difference;
    paired.push_back({{"signal", row.signal},
                      {"score", row.score},
                      {"mean", d.mean},
                      {"low", d.low},
                      {"high", d.high},
                      {"better_count", d.better_count},
                      {"count", d.count}});
  }
  for (const FidelityRun::Input& input : run.inputs)
    inputs.push_back({{"file", FileName(input.file)}, {"hash", input.hash}});
  const std::string reference = run.config.compare ? run.config.compare->reference : "";
  const Json json = {{"edgesim", kVersion},
                     {"config", ConfigJson(run.config)},
                     {"inputs", std::move(inputs)},
                     {"notes", run.notes},
                     {"rails", report.rails},
                     {"primary_signal", PrimarySignal(report, reference)},
                     {"interval_s", report.interval_s},
                     {"requests", report.requests},
                     {"blocks", report.blocks},
                     {"models", std::move(models)},
                     {"floors", Of(report.floors)},
                     {"paired", std::move(paired)}};
  return json.dump(1) + "\n";
}

}  // namespace edgesim
