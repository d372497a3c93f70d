#include "devices/profile_io.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "devices/hsmm_io.h"
#include "sim/device.h"

namespace edgesim {

namespace {

using Cursor = JsonCursor;

class ProfileReader {
 public:
  explicit ProfileReader(const Cursor& root) : root_(root) {}

  DeviceProfile Read() {
    if (const double version = root_["schema_version"].Number(); version != kProfileSchemaVersion) {
      root_["schema_version"].Fail(fmt::format(
          "this edgesim reads version {}; {}", kProfileSchemaVersion,
          version > kProfileSchemaVersion ? "a newer edgesim is needed" : "fit the profile again"));
    }
    profile_.name = root_["name"].Text();
    profile_.description = root_["description"].Text();
    for (const auto& [key, at] : root_["provenance"].Members())
      profile_.provenance[key] = ReadProvenance(at);
    profile_.emission_interval_s = root_["emission_interval_s"].Positive();
    profile_.interval_provenance = ProvenanceKey(root_["emission_interval_provenance"]);
    for (const Cursor& at : root_["rails"].Items()) {
      Rail rail{.name = at["name"].Text(), .idle_w = {}, .idle_provenance = {}};
      if (!at["idle_w"].IsNull()) {
        rail.idle_w = at["idle_w"].Number(0);
        rail.idle_provenance = ProvenanceKey(at["idle_provenance"]);
      }
      profile_.rails.push_back(std::move(rail));
    }
    if (profile_.rails.empty() || profile_.rails.size() > kMaxRails) {
      root_["rails"].Fail(fmt::format("needs 1 to {} rails", kMaxRails));
    }
    for (const Cursor& at : root_["actions"].Items()) {
      profile_.actions.push_back(ReadAction(at));
      for (std::size_t a = 0; a + 1 < profile_.actions.size(); ++a) {
        if (profile_.actions[a].spec.name == profile_.actions.back().spec.name)
          at["name"].Fail("stands twice");
      }
    }
    if (profile_.actions.empty()) root_["actions"].Fail("is empty");
    for (const Cursor& at : root_["outliers"].Items()) {
      profile_.outliers.push_back({at["action"].Text(), at["request"].Text(), at["why"].Text()});
    }
    return std::move(profile_);
  }

 private:
  std::string ProvenanceKey(const Cursor& at) const {
    std::string key = at.Text();
    if (!profile_.provenance.contains(key)) at.Fail(fmt::format("'{}' is not in /provenance", key));
    return key;
  }

  ActionProfile ReadAction(const Cursor& at) const {
    ActionProfile action;
    action.spec = {at["name"].Text(), at["model"].Text(), at["quantization"].Text()};
    action.classes = ReadClasses(at["classes"]);
    if (!at["latency"].IsNull()) action.latency = ReadLatency(at["latency"], action.classes);
    for (const Rail& rail : profile_.rails)
      action.rails.push_back(ReadRail(at["power"][rail.name], action.classes));
    return action;
  }

  static std::size_t ReadClasses(const Cursor& at) {
    constexpr double kMost = 100;
    const double classes = at.Number();
    if (classes != std::floor(classes) || classes < 1 || classes > kMost)
      at.Fail(fmt::format("must be a whole number from 1 to {}", kMost));
    return static_cast<std::size_t>(classes);
  }

  TokenLatency ReadLatency(const Cursor& at, std::size_t classes) const {
    TokenLatency latency;
    for (const Cursor& item : at["seconds_per_output_token"].Items())
      latency.seconds_per_output_token.push_back(item.Positive());
    for (const Cursor& item : at["output_tokens"].Items())
      latency.output_tokens.push_back(item.Positive());
    for (const Cursor& item : at["request_class"].Items()) {
      const double index = item.Number(0);
      if (index != std::floor(index) || index >= static_cast<double>(classes))
        item.Fail(fmt::format("must be a class, 0 to {}", classes - 1));
      latency.request_class.push_back(static_cast<std::size_t>(index));
    }
    if (latency.output_tokens.size() != latency.seconds_per_output_token.size() ||
        latency.request_class.size() != latency.output_tokens.size() ||
        latency.output_tokens.empty()) {
      at.Fail(
          "needs as many output_tokens and request_class as seconds_per_output_token, and at least "
          "one");
    }
    if (!std::is_sorted(latency.seconds_per_output_token.begin(),
                        latency.seconds_per_output_token.end())) {
      at["seconds_per_output_token"].Fail("must be ascending");
    }
    latency.provenance = ProvenanceKey(at["provenance"]);
    return latency;
  }

  RailPowerModel ReadRail(const Cursor& at, std::size_t classes) const {
    RailPowerModel rail;
    rail.provenance = ProvenanceKey(at["provenance"]);
    for (const Cursor& item : at["classes"].Items()) {
      rail.classes.push_back(
          {.hsmm = ReadHsmm(item, profile_.emission_interval_s),
           .level = {item["level"]["shared_w"].Number(), item["level"]["own_w"].Number(0)}});
    }
    if (rail.classes.size() != 1 && rail.classes.size() != classes)
      at["classes"].Fail(fmt::format("needs 1 or {} entries", classes));
    return rail;
  }

  Cursor root_;
  DeviceProfile profile_;
};

}  // namespace

DeviceProfile ParseProfile(std::string_view json, const std::string& name) {
  return ProfileReader(JsonCursor::Parse(json, name)).Read();
}

}  // namespace edgesim
