// JSON Schema (draft 2020-12) of config files, for editors and for checks without edgesim. It knows
// types, ranges, choices and keys; what settings mean to one another only `edgesim run` checks.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "experiments/setting_texts.h"
#include "experiments/setting_tree.h"

namespace edgesim {

// `title` names the whole. Descriptions are the texts; settings without one have none.
std::string SettingsSchema(const std::string& title, const std::vector<Setting>& settings,
                           std::span<const SettingText> texts);

std::string ExperimentSchema();
std::string FidelitySchema();

}  // namespace edgesim
