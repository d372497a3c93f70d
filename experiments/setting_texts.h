// What each setting means, in one line of Markdown: the one source of the settings page, the JSON
// Schema and what editors show.
#pragma once

#include <span>
#include <string_view>

namespace edgesim {

struct SettingText {
  // Of paths (experiments/setting_tree.h). "*" stands for any one key, "**." in front for any path;
  // the first text of the list that fits is a setting's.
  std::string_view pattern;
  std::string_view meaning;
  // In place of the default where that is no value; empty: the config's own default, or none.
  std::string_view standard = {};
};

std::span<const SettingText> ExperimentTexts();
std::span<const SettingText> FidelityTexts();

bool Fits(std::string_view pattern, std::string_view path);

// Null where no text fits.
const SettingText* FindText(std::span<const SettingText> texts, std::string_view path);

}  // namespace edgesim
