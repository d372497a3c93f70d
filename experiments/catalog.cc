#include "experiments/catalog.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "devices/model_card_io.h"
#include "experiments/files.h"
#include "sim/did_you_mean.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

namespace fs = std::filesystem;

fs::path CatalogDir() { return ShareDir() / "devices/catalog"; }

ModelCard ReadCard(const fs::path& path, const MixtureCatalog& mixtures) {
  return ParseModelCard(ReadTextFile(path), path.string(), mixtures);
}

MixtureCatalog ReadMixtures() {
  const fs::path path = CatalogDir() / "mixtures.json";
  return ParseMixtureCatalog(ReadTextFile(path), path.string());
}

// "llama" of "llama-3.2-1b".
std::string Family(const std::string& name) {
  const auto end =
      std::find_if(name.begin(), name.end(), [](unsigned char c) { return std::isalpha(c) == 0; });
  return {name.begin(), end};
}

[[noreturn]] void FailUnknown(const std::string& asked, const std::string& lower,
                              const std::vector<ModelCard>& cards) {
  std::vector<std::string> names, near, known;
  for (const ModelCard& card : cards) {
    names.push_back(card.name);
    known.push_back(card.name);
    known.insert(known.end(), card.aliases.begin(), card.aliases.end());
    if (Family(card.name) == Family(lower)) near.push_back(card.name);
  }
  throw InputError(fmt::format("unknown model '{}'; there is {}{}", asked,
                               fmt::join(near.empty() ? names : near, ", "),
                               DidYouMean(lower, known)));
}

}  // namespace

std::vector<ModelCard> ShippedModelCards() {
  const MixtureCatalog mixtures = ReadMixtures();
  std::vector<ModelCard> cards;
  std::map<std::string, std::string> owner;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(CatalogDir() / "models", error)) {
    if (entry.path().extension() == ".json") cards.push_back(ReadCard(entry.path(), mixtures));
  }
  std::sort(cards.begin(), cards.end(),
            [](const ModelCard& a, const ModelCard& b) { return a.name < b.name; });
  for (const ModelCard& card : cards) {
    std::vector<std::string> names = card.aliases;
    names.push_back(card.name);
    for (const std::string& name : names) {
      const auto [other, is_new] = owner.emplace(name, card.name);
      if (!is_new) {
        throw InputError(fmt::format("{}: models '{}' and '{}' both answer to '{}'",
                                     CatalogDir().string(), other->second, card.name, name));
      }
    }
  }
  return cards;
}

ModelCard FindModelCard(const std::string& name_or_path, const fs::path& folder) {
  if (name_or_path.find('/') != std::string::npos || fs::path(name_or_path).extension() == ".json")
    return ReadCard((folder / name_or_path).lexically_normal(), ReadMixtures());
  std::string lower = name_or_path;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::vector<ModelCard> cards = ShippedModelCards();
  for (const ModelCard& card : cards) {
    if (card.name == lower ||
        std::find(card.aliases.begin(), card.aliases.end(), lower) != card.aliases.end())
      return card;
  }
  FailUnknown(name_or_path, lower, cards);
}

}  // namespace edgesim
