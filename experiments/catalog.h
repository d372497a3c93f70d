// The models that ship with edgesim, by name.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "devices/model_card.h"

namespace edgesim {

// All cards of devices/catalog/models, ordered by name. Throws InputError where a file is broken,
// and where two cards answer to one name.
std::vector<ModelCard> ShippedModelCards();

// The card whose name or alias this is, case ignored; or, where it holds a slash or ends in .json,
// the card in that file, relative to `folder`. Its mixtures may be the shipped ones. Throws
// InputError that names what is near. Quantisations are looked up by FindQuantization.
ModelCard FindModelCard(const std::string& name_or_path, const std::filesystem::path& folder = ".");

}  // namespace edgesim
