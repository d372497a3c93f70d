#include "experiments/settings_schema.h"

#include <nlohmann/json.hpp>

namespace edgesim {

namespace {

using Json = nlohmann::ordered_json;

class SchemaWriter {
 public:
  explicit SchemaWriter(std::span<const SettingText> texts) : texts_(texts) {}

  // A map with these keys and no others.
  Json Map(const std::vector<Setting>& keys) const {
    Json properties = Json::object(), required = Json::array(), others = false;
    for (const Setting& setting : keys) {
      if (setting.type == SettingType::kOthers) {
        others = Described(setting, Text());
        continue;
      }
      properties[setting.key] = Described(setting, Value(setting));
      if (setting.standard) properties[setting.key]["default"] = Json::parse(*setting.standard);
      if (setting.required) required.push_back(setting.key);
    }
    Json map = {{"type", "object"}, {"properties", properties}};
    if (!required.empty()) map["required"] = required;
    map["additionalProperties"] = others;
    return map;
  }

 private:
  Json Described(const Setting& setting, Json schema) const {
    const SettingText* text = FindText(texts_, setting.path);
    if (text != nullptr) schema["description"] = text->meaning;
    return schema;
  }

  static Json Text() { return {{"type", "string"}, {"minLength", 1}}; }
  static Json Name() {
    return {{"type", "string"}, {"pattern", "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$"}};
  }
  static Json Number(const Setting& setting, const char* type) {
    return {{"type", type},
            {"minimum", Json::parse(setting.low)},
            {"maximum", Json::parse(setting.high)}};
  }
  static Json List(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }

  Json Value(const Setting& setting) const {
    switch (setting.type) {
      case SettingType::kText:
      case SettingType::kOthers:
        return Text();
      case SettingType::kName:
        return Name();
      case SettingType::kNumber:
        return Number(setting, "number");
      case SettingType::kWhole:
        return Number(setting, "integer");
      case SettingType::kTruth:
        return {{"type", "boolean"}};
      case SettingType::kChoice:
        return {{"enum", setting.choices}};
      case SettingType::kChoices: {
        Json list = List({{"enum", setting.choices}});
        list["minItems"] = 1;
        list["uniqueItems"] = true;
        return list;
      }
      case SettingType::kNames: {
        Json list = List({{"type", "string"}});
        list["uniqueItems"] = true;
        return list;
      }
      case SettingType::kWords:
        return List(Text());
      case SettingType::kNumbers: {
        Json list = List(Number(setting, "number"));
        list["minItems"] = 1;
        return {{"oneOf", {Number(setting, "number"), list}}};
      }
      case SettingType::kMap:
        return Map(setting.keys);
      case SettingType::kMaps: {
        Json list = List(Map(setting.keys));
        list["minItems"] = 1;
        return list;
      }
      case SettingType::kKind:
        return OneOfKinds(setting);
      case SettingType::kKinds:
        return List(OneOfKinds(setting));
    }
    return {};
  }

  // A kind without keys that it needs may be just its name.
  Json OneOfKinds(const Setting& setting) const {
    Json names = Json::array(), one_of = Json::array();
    for (const Setting& kind : setting.keys) {
      Json map = Described(kind, Map(kind.keys));
      const bool needs_keys = map.contains("required");
      if (!needs_keys) {
        names.push_back(kind.key);
        map["required"] = Json::array();
      }
      map["required"].insert(map["required"].begin(), "kind");
      Json properties = {{"kind", {{"const", kind.key}}}};
      properties.update(map["properties"]);
      map["properties"] = properties;
      one_of.push_back(map);
    }
    one_of.insert(one_of.begin(), Json{{"enum", names}, {"description", "just the kind's name"}});
    return {{"oneOf", one_of}};
  }

  std::span<const SettingText> texts_;
};

}  // namespace

std::string SettingsSchema(const std::string& title, const std::vector<Setting>& settings,
                           std::span<const SettingText> texts) {
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", title}};
  schema.update(SchemaWriter(texts).Map(settings));
  return schema.dump(2) + "\n";
}

std::string ExperimentSchema() {
  return SettingsSchema("An experiment of edgesim", ExperimentSettings(), ExperimentTexts());
}

std::string FidelitySchema() {
  return SettingsSchema("A comparison of power models by edgesim", FidelitySettings(),
                        FidelityTexts());
}

}  // namespace edgesim
