// What can be refused about the file to write before any work is done.
#pragma once

#include <string>
#include <vector>

namespace edgesim {

// Throws InputError where `file`, given by `option`, is a folder or no name, lies in a folder that
// is not there or cannot be written to, or is one of `inputs`.
void CheckOutputFile(const std::string& option, const std::string& file,
                     const std::vector<std::string>& inputs);

}  // namespace edgesim
