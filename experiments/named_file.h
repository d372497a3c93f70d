#pragma once

#include <filesystem>
#include <string>

#include "experiments/load.h"

namespace edgesim {

// The file that a config names: a value with a slash or the extension is a path from the config's
// folder; else a name in `folder`, which ships with edgesim. Throws InputError at the value of
// `key` where there is none.
std::filesystem::path FindNamedFile(const LoadedExperiment& loaded, const std::string& key,
                                    const std::string& value, const std::filesystem::path& folder,
                                    const std::string& extension);

// Its text, also where it is attached. Throws InputError as ReadTextFile does.
std::string ReadNamedFile(const LoadedExperiment& loaded, const std::filesystem::path& path);

}  // namespace edgesim
