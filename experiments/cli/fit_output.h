// The files that `edgesim fit` writes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "devices/profile.h"

namespace edgesim {

struct FitOutput {
  std::string profile;
  std::string report;     // "" = none
  bool ensemble = false;  // a folder beside the profile: my.json, my.boot/001.json ...
};

// Throws InputError where something could not be written, or would replace an input or what no fit
// has written. Writes nothing.
void CheckOutput(const FitOutput& output, const std::vector<std::string>& inputs);

// Writes the members 001.json, 002.json ... beside their folder and moves it into place; an
// ensemble of before is replaced. Returns the folder. Throws InputError.
std::filesystem::path WriteEnsemble(const std::string& profile,
                                    const std::vector<DeviceProfile>& members);

}  // namespace edgesim
