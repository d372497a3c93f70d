#pragma once

#include <string>
#include <string_view>

#include "devices/profile.h"

namespace edgesim {

inline constexpr int kProfileSchemaVersion = 2;

// Reads a profile from JSON text. `name` (usually the file's) opens every error line; the error
// names the place as a JSON pointer. Throws InputError.
DeviceProfile ParseProfile(std::string_view json, const std::string& name);

// The same profile as JSON text, numbers rounded to 6 significant digits.
std::string FormatProfile(const DeviceProfile& profile);

}  // namespace edgesim
