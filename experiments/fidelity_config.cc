#include "experiments/fidelity_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "experiments/yaml_reader.h"
#include "sim/did_you_mean.h"

namespace edgesim {

namespace {

void CheckTraces(const TracesConfig& traces, const YamlDocument& document) {
  const bool pair = traces.samples || traces.requests;
  if (pair && !traces.recordings.empty()) {
    document.Fail("traces.recordings",
                  "'traces' has both 'recordings' and 'samples' with 'requests'; give one kind");
  }
  if (!pair && traces.recordings.empty())
    document.Fail("traces", "'traces' needs 'samples' and 'requests', or 'recordings'");
  if (pair && !(traces.samples && traces.requests)) {
    document.Fail("traces", fmt::format("'{}' is missing in traces",
                                        traces.samples ? "requests" : "samples"));
  }
  if (pair) {
    const auto refuse = [&](const char* key, bool given) {
      if (!given) return;
      document.Fail(fmt::format("traces.{}", key),
                    fmt::format("'{}' is for 'recordings'; 'samples' and 'requests' take all "
                                "columns '<rail>_w'",
                                key));
    };
    refuse("rails", !traces.rails.empty());
    refuse("group_column", traces.group_column.has_value());
    refuse("action_column", traces.action_column.has_value());
    refuse("format", traces.format != "auto");
  }
  if (traces.action_column && !traces.group_column) {
    document.Fail("traces.action_column",
                  "'action_column' needs 'group_column', which tells requests apart");
  }
}

}  // namespace

void CheckFidelity(const FidelityConfig& config, const YamlDocument& document) {
  CheckTraces(config.traces, document);
  std::vector<std::string> names;
  for (std::size_t m = 0; m < config.models.size(); ++m) {
    const FidelityModelConfig& model = config.models[m];
    names.push_back(model.name);
    if (model.words.empty()) {
      document.Fail(
          fmt::format("models.{}", m),
          fmt::format("model '{}' has no words; give 'all', or a key per rail", model.name));
    }
  }
  if (!config.compare) return;
  const auto expect = [&](const char* key, const std::string& value) {
    if (std::find(names.begin(), names.end(), value) != names.end()) return;
    document.Fail(fmt::format("compare.{}", key),
                  fmt::format("there is no model '{}'; there is {}{}", value,
                              fmt::join(names, ", "), DidYouMean(value, names)));
  };
  expect("reference", config.compare->reference);
  expect("against", config.compare->against);
  if (config.compare->reference == config.compare->against)
    document.Fail("compare.against", "a model is compared with itself");
}

}  // namespace edgesim
