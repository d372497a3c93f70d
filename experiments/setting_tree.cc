#include "experiments/setting_tree.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "experiments/config.h"
#include "experiments/fidelity_config.h"

namespace edgesim {

namespace {

using nlohmann::json;

// The visitor that notes what a config struct reads; the counterpart of YamlReader. `path` is that
// of the struct, "" for the root.
class SettingCollector {
 public:
  SettingCollector(std::string path, std::vector<Setting>& out)
      : path_(std::move(path)), out_(out) {}

  template <class T, class... Bounds>
  void Field(const char* key, T& value, Bounds... bounds) {
    Put(key, value, bounds...).standard = json(value).dump();
  }
  template <class T, class... Bounds>
  void Field(const char* key, std::optional<T>&, Bounds... bounds) {
    T value{};
    Put(key, value, static_cast<T>(bounds)...);
  }
  void Text(const char* key, std::optional<std::string>&) { Add(key, SettingType::kText); }
  template <class T, class... Bounds>
  void Required(const char* key, T& value, Bounds... bounds) {
    Put(key, value, bounds...).required = true;
  }
  void OneOf(const char* key, std::string& value, std::initializer_list<const char*> allowed) {
    Setting& setting = Add(key, SettingType::kChoice);
    setting.choices.assign(allowed.begin(), allowed.end());
    setting.standard = json(value).dump();
  }
  void OneOrMoreOf(const char* key, std::vector<std::string>& values,
                   std::initializer_list<const char*> allowed) {
    Setting& setting = Add(key, SettingType::kChoices);
    setting.choices.assign(allowed.begin(), allowed.end());
    setting.standard = json(values).dump();
  }
  void Identifier(const char* key, std::string&) { Add(key, SettingType::kName).required = true; }
  void Names(const char* key, std::vector<std::string>&) { Add(key, SettingType::kNames); }
  void Words(const char* key, std::vector<std::string>&) { Add(key, SettingType::kWords); }
  void Numbers(const char* key, std::vector<double>&, double low, double high) {
    Setting& setting = Add(key, SettingType::kNumbers);
    setting.required = true;
    Bound(setting, low, high);
  }
  template <class Config>
  void Entries(const char* key, std::vector<Config>&) {
    Setting& setting = Add(key, SettingType::kMaps);
    Config entry;
    Collect(setting.path + ".*", entry, setting.keys);
  }
  template <class Config>
  void List(const char* key, std::vector<Config>& entries) {
    Entries(key, entries);
    out_.back().required = true;
  }
  template <class Config>
  void Section(const char* key, Config& config) {
    Setting& setting = Add(key, SettingType::kMap);
    Collect(setting.path, config, setting.keys);
    setting.required = std::any_of(setting.keys.begin(), setting.keys.end(),
                                   [](const Setting& inside) { return inside.required; });
  }
  template <class Config>
  void Section(const char* key, std::optional<Config>&) {
    Config config;
    Section(key, config);
    out_.back().required = false;
  }
  template <class... Kinds>
  void Kind(const char* key, std::variant<Kinds...>& config) {
    Setting& setting = Add(key, SettingType::kKind);
    setting.standard = json(std::visit([](const auto& kind) { return kind.kKind; }, config)).dump();
    (AddKind<Kinds>(setting), ...);
  }
  void Policies(const char* key, std::vector<PolicyConfig>&) {
    Setting& setting = Add(key, SettingType::kKinds);
    setting.required = true;
    AddKinds(setting, PolicyKind{});
    for (Setting& kind : setting.keys) {
      SettingCollector own(kind.path, kind.keys);
      own.Add("name", SettingType::kName);
      std::optional<ShieldConfig> shield;
      own.Section("shield", shield);
    }
  }
  void OtherKeys(std::map<std::string, std::string>&) { Add("*", SettingType::kOthers); }

  template <class Config>
  static void Collect(const std::string& path, Config& config, std::vector<Setting>& out) {
    SettingCollector collector(path, out);
    config.Visit(collector);
  }

 private:
  Setting& Add(const std::string& key, SettingType type) {
    Setting& setting = out_.emplace_back();
    setting.key = key;
    setting.path = path_.empty() ? key : path_ + "." + key;
    setting.type = type;
    return setting;
  }
  template <class Low, class High>
  static void Bound(Setting& setting, Low low, High high) {
    setting.low = json(low).dump();
    setting.high = json(high).dump();
  }
  template <class Low, class High>
  Setting& Put(const char* key, double&, Low low, High high) {
    Setting& setting = Add(key, SettingType::kNumber);
    Bound(setting, low, high);
    return setting;
  }
  // Bounds may be written as doubles (1e6).
  template <class Low, class High>
  Setting& Put(const char* key, std::uint32_t&, Low low, High high) {
    Setting& setting = Add(key, SettingType::kWhole);
    Bound(setting, static_cast<std::uint32_t>(low), static_cast<std::uint32_t>(high));
    return setting;
  }
  template <class Low, class High>
  Setting& Put(const char* key, std::uint64_t&, Low low, High high) {
    Setting& setting = Add(key, SettingType::kWhole);
    Bound(setting, static_cast<std::uint64_t>(low), static_cast<std::uint64_t>(high));
    return setting;
  }
  Setting& Put(const char* key, bool&) { return Add(key, SettingType::kTruth); }
  Setting& Put(const char* key, std::string&) { return Add(key, SettingType::kText); }

  template <class Config>
  static void AddKind(Setting& kinds) {
    Setting& kind = kinds.keys.emplace_back();
    kind.key = Config::kKind;
    kind.path = kinds.path + "." + kind.key;
    kind.type = SettingType::kMap;
    Config config;
    Collect(kind.path, config, kind.keys);
  }
  template <class... Kinds>
  static void AddKinds(Setting& kinds, const std::variant<Kinds...>&) {
    (AddKind<Kinds>(kinds), ...);
  }

  std::string path_;
  std::vector<Setting>& out_;
};

void Flatten(const std::vector<Setting>& settings, std::vector<const Setting*>& out) {
  for (const Setting& setting : settings) {
    out.push_back(&setting);
    Flatten(setting.keys, out);
  }
}

}  // namespace

std::vector<Setting> ExperimentSettings() {
  std::vector<Setting> settings;
  ExperimentConfig config;
  SettingCollector::Collect("", config, settings);
  return settings;
}

std::vector<Setting> FidelitySettings() {
  std::vector<Setting> settings;
  FidelityConfig config;
  SettingCollector::Collect("", config, settings);
  return settings;
}

std::vector<const Setting*> Flattened(const std::vector<Setting>& settings) {
  std::vector<const Setting*> all;
  Flatten(settings, all);
  return all;
}

}  // namespace edgesim
