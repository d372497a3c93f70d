// What can be refused about the file to write before any work is done.
#pragma once

#include <string>
#include <vector>

namespace edgesim {

// Throws InputError where `out` is a folder or no name, lies in a folder that is not there, or is
// one of `inputs`.
void CheckOutputFile(const std::string& out, const std::vector<std::string>& inputs);

}  // namespace edgesim
