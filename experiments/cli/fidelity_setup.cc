#include "experiments/cli/fidelity_setup.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include "calibration/device_fit.h"
#include "calibration/model_spec.h"
#include "calibration/power_trace.h"
#include "calibration/trace_set.h"
#include "devices/published_hsmm.h"
#include "experiments/files.h"
#include "sim/did_you_mean.h"
#include "sim/input_error.h"
#include "sim/rng.h"

namespace edgesim {

namespace {

namespace fs = std::filesystem;

// The text of a file that the config names at `key`.
std::string Read(const LoadedFidelity& loaded, const std::string& key, const std::string& value,
                 FidelityRun& run) {
  const fs::path path = loaded.directory / value;
  std::error_code error;
  if (!fs::exists(path, error) || fs::is_directory(path, error))
    loaded.document.Fail(key, fmt::format("no file '{}'", path.string()));
  std::string text = ReadTextFile(path);
  constexpr std::string_view kGzip = "\x1f\x8b";
  if (text.starts_with(kGzip)) {
    loaded.document.Fail(
        key, fmt::format("'{}' is compressed; unpack it, e.g. zcat {} > {}", path.string(),
                         path.filename().string(), path.stem().string()));
  }
  run.inputs.push_back({value, fmt::format("{:016x}", HashName(text))});
  return text;
}

const std::vector<std::string> kKinds = {"auto", "iid", "replay", "tcn", "published"};

// The words for one rail of a model; `place` begins errors about them.
void CheckWords(const std::string& words, const std::string& place) {
  if (std::find(kKinds.begin(), kKinds.end(), words) != kKinds.end()) return;
  try {
    ParseModelSpec(words, place);
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}; or one of {}{}", error.what(), fmt::join(kKinds, ", "),
                                 DidYouMean(words, kKinds)));
  }
}

ModelChoice Choose(const LoadedFidelity& loaded, std::size_t m,
                   const std::vector<std::string>& rails) {
  const FidelityModelConfig& model = loaded.config.models[m];
  ModelChoice choice{.name = model.name, .rails = {}};
  for (const auto& [key, words] : model.words) {
    const std::string path = fmt::format("models.{}.{}", m, key);
    if (key != "all" && std::find(rails.begin(), rails.end(), key) == rails.end()) {
      loaded.document.Fail(path, fmt::format("the traces have no rail '{}'; allowed: all, {}{}",
                                             key, fmt::join(rails, ", "), DidYouMean(key, rails)));
    }
    CheckWords(words, loaded.document.Place(path));
  }
  for (const std::string& rail : rails) {
    auto found = model.words.find(rail);
    if (found == model.words.end()) found = model.words.find("all");
    if (found == model.words.end()) {
      loaded.document.Fail(fmt::format("models.{}", m),
                           fmt::format("model '{}' says nothing about the rail '{}'; add it, or "
                                       "'all'",
                                       model.name, rail));
    }
    choice.rails.push_back(found->second);
  }
  return choice;
}

}  // namespace

TraceSet ReadTraces(const LoadedFidelity& loaded, FidelityRun& run) {
  const TracesConfig& config = loaded.config.traces;
  if (config.samples) {
    const std::string samples = Read(loaded, "traces.samples", *config.samples, run);
    const std::string requests = Read(loaded, "traces.requests", *config.requests, run);
    return JoinTraces(CsvTable(samples, *config.samples), CsvTable(requests, *config.requests));
  }
  ImportOptions options{.format = config.format == "auto" ? "" : config.format,
                        .rails = config.rails,
                        .group_column = config.group_column.value_or("")};
  if (config.action_column)
    options.group_column = *config.action_column + "+" + *config.group_column;
  std::vector<PowerTrace> recordings;
  for (std::size_t i = 0; i < config.recordings.size(); ++i) {
    std::istringstream in(
        Read(loaded, fmt::format("traces.recordings.{}", i), config.recordings[i], run));
    recordings.push_back(
        ImportTrace(in, fs::path(config.recordings[i]).filename().string(), options));
  }
  return FromRecordings(recordings, {.action_in_group = config.action_column.has_value()},
                        &run.notes);
}

FidelityOptions MakeOptions(const LoadedFidelity& loaded, const TraceSet& traces,
                            FidelityRun& run) {
  const FidelityConfig& config = loaded.config;
  FidelityOptions options{.folds = static_cast<int>(config.folds),
                          .split_share = config.split_share,
                          .block_s = config.block_s,
                          .draws = static_cast<int>(config.draws),
                          .seeds = static_cast<int>(config.seeds),
                          .restarts = static_cast<int>(config.restarts),
                          .seed = config.seed,
                          .cap_w = config.cap_w.value_or(0)};
  std::set<std::string> requests, actions;
  for (const RequestTrace& trace : traces.requests) {
    requests.insert(trace.request);
    actions.insert(trace.action);
  }
  if (!traces.mid_stay && requests.size() < config.folds) {
    loaded.document.Fail("folds", fmt::format("'folds' is {}, but there are {} different requests",
                                              config.folds, requests.size()));
  }
  std::set<std::string> published_rails;
  for (std::size_t m = 0; m < config.models.size(); ++m) {
    ModelChoice choice = Choose(loaded, m, traces.rails);
    std::vector<std::string> published;
    for (std::size_t r = 0; r < choice.rails.size(); ++r) {
      if (choice.rails[r] == "published") published.push_back(traces.rails[r]);
    }
    if (!published.empty() && !config.published) {
      if (config.compare &&
          (config.compare->reference == choice.name || config.compare->against == choice.name)) {
        loaded.document.Fail(
            "compare", fmt::format("'{}' is compared, but 'published' is not given", choice.name));
      }
      run.notes.push_back(
          fmt::format("{}: left out, for 'published' gives no folder of models", choice.name));
      continue;
    }
    published_rails.insert(published.begin(), published.end());
    options.models.push_back(std::move(choice));
  }
  if (options.models.empty()) loaded.document.Fail("models", "no model is left to compare");
  for (const std::string& action : actions) {
    for (const std::string& rail : published_rails) {
      const std::string file = fmt::format("{}/{}/{}_hsmm.json", *config.published, action, rail);
      options.published[{ProfileActionName(action), rail}] =
          ParsePublishedHsmm(Read(loaded, "published", file, run), file);
    }
  }
  if (config.compare) {
    options.reference = config.compare->reference;
    options.against = config.compare->against;
  }
  return options;
}

}  // namespace edgesim
