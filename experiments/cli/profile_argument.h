// The device profile a command is given, and the action of it that is meant.
#pragma once

#include <cstddef>
#include <string>

#include "devices/profile.h"

namespace edgesim {

// A profile's file, or the name of one that ships with edgesim. Throws InputError.
DeviceProfile ReadProfile(const std::string& argument);

// Position in profile.actions; "" means the only one there is. `option` opens the error line, which
// ends with what there is and a suggestion. Upper and lower case are alike.
std::size_t FindAction(const DeviceProfile& profile, const std::string& name,
                       const std::string& option);

}  // namespace edgesim
