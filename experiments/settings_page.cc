#include "experiments/settings_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <nlohmann/json.hpp>

#include "experiments/config.h"
#include "experiments/setting_texts.h"
#include "experiments/setting_tree.h"

namespace edgesim {

namespace {

using nlohmann::json;

// 10000000 and 0.05, not 1e+07 and 0.050000.
std::string NumberText(const json& number) {
  return number.is_number_float() ? fmt::format("{:.12g}", number.get<double>()) : number.dump();
}

std::string ValueText(const json& value) {
  if (value.is_number()) return NumberText(value);
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  std::vector<std::string> entries;
  for (const json& entry : value) entries.push_back(ValueText(entry));
  return fmt::format("[{}]", fmt::join(entries, ", "));
}

std::string Standard(const Setting& setting, const SettingText& text) {
  if (!text.standard.empty()) return std::string(text.standard);
  if (setting.standard) return ValueText(json::parse(*setting.standard));
  return setting.required ? "required" : "none";
}

std::string Allowed(const Setting& setting) {
  if (!setting.low.empty()) {
    return fmt::format("{} to {}", NumberText(json::parse(setting.low)),
                       NumberText(json::parse(setting.high)));
  }
  if (setting.type == SettingType::kTruth) return "true, false";
  return fmt::format("{}", fmt::join(setting.choices, ", "));
}

class Page {
 public:
  Page(std::span<const SettingText> texts, const char* name) : texts_(texts) {
    out_ = fmt::format("<!-- `edgesim schema --markdown`: {} -->\n", name);
  }

  void Head(std::initializer_list<const char*> columns) {
    out_ += fmt::format("| {} |\n", fmt::join(columns, " | "));
    for (std::size_t i = 0; i < columns.size(); ++i) out_ += "|---";
    out_ += "|\n";
  }
  void Keys(const std::vector<Setting>& settings, const std::string& prefix) {
    Head({"key", "default", "allowed", "meaning"});
    Rows(settings, prefix);
  }
  // Not into maps of a list nor into kinds of policies, which have tables of their own.
  void Rows(const std::vector<Setting>& settings, const std::string& prefix) {
    for (const Setting& setting : settings) {
      const std::string key =
          setting.type == SettingType::kOthers ? prefix + "KEY" : prefix + setting.key;
      Row(key, setting);
      if (setting.type == SettingType::kMap) Rows(setting.keys, key + ".");
      if (setting.type == SettingType::kKind) {
        for (const Setting& kind : setting.keys) Rows(kind.keys, key + ".");
      }
    }
  }
  void Row(const std::string& key, const Setting& setting) {
    const SettingText& text = TextOf(setting);
    out_ += fmt::format("| `{}` | {} | {} | {} |\n", key, Standard(setting, text), Allowed(setting),
                        text.meaning);
  }
  const SettingText& TextOf(const Setting& setting) const {
    static constexpr SettingText kNone{};
    const SettingText* text = FindText(texts_, setting.path);
    return text != nullptr ? *text : kNone;
  }
  void Line(const std::string& line) { out_ += line; }
  const std::string& text() const { return out_; }

 private:
  std::span<const SettingText> texts_;
  std::string out_;
};

const Setting& At(const std::vector<Setting>& settings, std::string_view key) {
  const auto at = std::find_if(settings.begin(), settings.end(),
                               [&](const Setting& setting) { return setting.key == key; });
  return *at;
}

bool OfEveryKind(const Setting& key) { return key.key == "name" || key.key == "shield"; }

std::map<std::string, PolicySort> Sorts() {
  std::map<std::string, PolicySort> sorts;
  const auto add = [&]<class... Kinds>(const std::variant<Kinds...>&) {
    (sorts.emplace(Kinds::kKind, Kinds::kSort), ...);
  };
  add(PolicyKind{});
  return sorts;
}

std::string KindsTable(const Setting& kinds, bool learners) {
  Page page(ExperimentTexts(), learners ? "learners" : "rules and planners");
  page.Head({learners ? "learner" : "rule or planner", "what it does", "own keys (default)"});
  const std::map<std::string, PolicySort> sorts = Sorts();
  for (const Setting& kind : kinds.keys) {
    if ((sorts.at(kind.key) == PolicySort::kLearner) != learners) continue;
    std::vector<std::string> own;
    for (const Setting& key : kind.keys) {
      if (OfEveryKind(key)) continue;
      own.push_back(fmt::format("`{}` ({})", key.key, Standard(key, page.TextOf(key))));
    }
    page.Line(fmt::format("| `{}` | {} | {} |\n", kind.key, page.TextOf(kind).meaning,
                          own.empty() ? "-" : fmt::format("{}", fmt::join(own, ", "))));
  }
  return page.text();
}

// A row for each key with one meaning and one range, whichever kinds have it.
std::string OwnKeysTable(const Setting& kinds) {
  Page page(ExperimentTexts(), "keys of kinds");
  page.Head({"own key", "allowed", "meaning", "of"});
  struct Row {
    std::string start, kinds;
  };
  std::vector<Row> rows;
  for (const Setting& kind : kinds.keys) {
    for (const Setting& key : kind.keys) {
      if (OfEveryKind(key)) continue;
      const std::string start =
          fmt::format("| `{}` | {} | {} | ", key.key, Allowed(key), page.TextOf(key).meaning);
      const auto same = std::find_if(rows.begin(), rows.end(),
                                     [&](const Row& row) { return row.start == start; });
      if (same == rows.end()) {
        rows.push_back({start, kind.key});
      } else {
        same->kinds += ", " + kind.key;
      }
    }
  }
  for (const Row& row : rows) page.Line(row.start + row.kinds + " |\n");
  return page.text();
}

}  // namespace

std::vector<std::string> ExperimentTables() {
  const std::vector<Setting> settings = ExperimentSettings();
  const Setting& kinds = At(settings, "policies");
  Page all(ExperimentTexts(), "experiment");
  all.Keys(settings, "");
  for (const Setting& key : kinds.keys.front().keys) {
    if (OfEveryKind(key)) all.Rows({key}, "policies.NAME.");
  }
  Page actions(ExperimentTexts(), "device.synthetic.actions and remotes");
  actions.Keys(At(settings, "remotes").keys, "");
  Page cascades(ExperimentTexts(), "cascades");
  cascades.Keys(At(settings, "cascades").keys, "");
  return {all.text(),
          actions.text(),
          cascades.text(),
          KindsTable(kinds, false),
          KindsTable(kinds, true),
          OwnKeysTable(kinds)};
}

std::vector<std::string> FidelityTables() {
  const std::vector<Setting> settings = FidelitySettings();
  Page all(FidelityTexts(), "comparison");
  all.Keys(settings, "");
  all.Rows(At(settings, "models").keys, "models.");
  return {all.text()};
}

}  // namespace edgesim
