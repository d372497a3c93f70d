// Files to begin with: an experiment, a policy in Python, a device on paper.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace edgesim {

struct NewFile {
  std::string name;  // of the file
  std::string text;
  std::string next;  // a line to type
};

// experiment, policy, device.
std::span<const char* const> NewFileKinds();

// Throws InputError for an unknown kind and for a name that the file could not carry: `given`,
// without the file's ending if it has that, becomes the experiment's name or the policy's class.
NewFile MakeNewFile(std::string_view kind, const std::string& given);

}  // namespace edgesim
