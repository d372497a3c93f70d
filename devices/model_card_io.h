#pragma once

#include <string>
#include <string_view>

#include "devices/model_card.h"

namespace edgesim {

inline constexpr int kModelCardSchemaVersion = 1;

// Both read JSON text strictly. `name` (usually the file's) opens every error line; the error names
// the place as a JSON pointer: unknown and missing keys, wrong types, impossible shapes, a figure
// without provenance. Throw InputError.
MixtureCatalog ParseMixtureCatalog(std::string_view json, const std::string& name);
ModelCard ParseModelCard(std::string_view json, const std::string& name,
                         const MixtureCatalog& mixtures);

}  // namespace edgesim
