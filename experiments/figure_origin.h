// Where a figure comes from: its value with source, date and method, for `edgesim explain`.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "devices/profile.h"

namespace edgesim {

struct FigureOrigin {
  std::string field;   // "energy"
  std::string value;   // with its unit; "unknown" where nobody says
  std::string file;    // it is written in; "" where it is computed
  std::string kind;    // measured, calibrated, modelled, assumed or simulated
  std::string source;  // where it can be checked
  std::string date;    // ISO 8601
  std::string method;
  std::string not_this;  // what it must not be taken for; "" where nothing suggests itself
};

// Of an action of a measured device: power, latency, idle and sampling, as the profile has them.
std::vector<FigureOrigin> OriginsOfAction(const DeviceProfile& profile, std::size_t action,
                                          const std::filesystem::path& file);

// Of a model's card, by the text of its file; parts of its figures, e.g. shape/vocab, too. Throws
// InputError for what is no card.
std::vector<FigureOrigin> OriginsOfCard(const std::string& json, const std::filesystem::path& file);

// Of a policy in a run folder, from its summary.json and manifest.json. Throws InputError for an
// unknown policy and for what is no finished run.
std::vector<FigureOrigin> OriginsOfResult(const std::filesystem::path& run,
                                          const std::string& policy);

// The one of this field; throws InputError that names what there is. `thing` opens the line.
const FigureOrigin& FindOrigin(const std::vector<FigureOrigin>& origins, const std::string& thing,
                               const std::string& field);

// Lines of text; of one figure everything, of several the field, the value and the kind.
std::string OriginText(const std::string& thing, const FigureOrigin& origin);
std::string OriginList(const std::string& thing, const std::vector<FigureOrigin>& origins);

}  // namespace edgesim
