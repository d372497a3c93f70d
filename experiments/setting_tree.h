// What can be set in an experiment or in a comparison, as a tree: found by asking the config
// structs, so it knows what they read, the ranges they check and the defaults they have.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace edgesim {

enum class SettingType {
  kText,
  kName,  // letters, digits, '-', '_' and '.'; a text that must be given
  kNumber,
  kWhole,    // a whole number
  kTruth,    // true or false
  kChoice,   // one of `choices`
  kChoices,  // a list of some of them, not empty
  kNames,    // a list of different texts
  kWords,    // a list of texts
  kNumbers,  // a number or a list of numbers
  kMap,      // with keys of its own
  kMaps,     // a list of maps with different names
  kKind,     // the name of a kind, or a map with the key `kind` and that kind's own
  kKinds,    // a list of such
  kOthers,   // every key that is not named beside it: a text
};

struct Setting {
  std::string key;   // "*" for kOthers
  std::string path;  // of keys from the root with dots between; "*" is any entry of a list
  SettingType type = SettingType::kText;
  bool required = false;
  // As JSON; null where there is none, or where it follows from other settings.
  std::optional<std::string> standard;
  std::string low, high;  // of numbers, as JSON
  std::vector<std::string> choices;
  // Of a map or of the maps of a list: its keys. Of kinds: one map per kind, whose key is its name.
  std::vector<Setting> keys;
};

std::vector<Setting> ExperimentSettings();
std::vector<Setting> FidelitySettings();

// All settings of the tree in order, each before what is in it.
std::vector<const Setting*> Flattened(const std::vector<Setting>& settings);

}  // namespace edgesim
