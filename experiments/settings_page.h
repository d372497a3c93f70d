// The tables of docs/settings.md, in Markdown.
#pragma once

#include <string>
#include <vector>

namespace edgesim {

// Each a block of lines that begins with a comment that names it. Of experiments: settings,
// actions, cascades, kinds that know the decision model, learners, the kinds' own keys.
std::vector<std::string> ExperimentTables();
std::vector<std::string> FidelityTables();

}  // namespace edgesim
