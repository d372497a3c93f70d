#include "experiments/figure_origin.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "devices/rails_sampler.h"
#include "experiments/files.h"
#include "sim/did_you_mean.h"
#include "sim/energy_meter.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

void AddProvenance(const Provenance& provenance, FigureOrigin& origin) {
  origin.kind = Name(provenance.kind);
  origin.source = provenance.source;
  origin.date = provenance.date;
  origin.method = provenance.method;
}

struct Course {
  double seconds = 0, energy_j = 0;
};

// One request that takes as long as measured answer `i` did.
Course DrawCourse(const DeviceProfile& profile, const RailsSampler& rails,
                  const TokenLatency& latency, std::size_t i, const Noise& noise, Execution& run) {
  run.duration = FromSeconds(latency.output_tokens[i] * latency.seconds_per_output_token[i]);
  rails.Draw(latency.request_class[i], FromSeconds(profile.emission_interval_s), noise, run);
  Course course{.seconds = InSeconds(run.duration)};
  for (const PowerSegment& segment : run.segments)
    course.energy_j += (segment.Sum(kAllRails) * segment.length).value();
  return course;
}

std::string RailNames(const DeviceProfile& profile) {
  std::vector<std::string> names;
  for (const Rail& rail : profile.rails) names.push_back(rail.name);
  return fmt::format("{}", fmt::join(names, " and "));
}

// Mean energy, power and duration of requests as long as the measured answers.
void AddSimulated(const DeviceProfile& profile, const ActionProfile& action,
                  std::vector<FigureOrigin>& out) {
  constexpr std::uint32_t kDraws = 4000;
  const TokenLatency& latency = *action.latency;
  const RailsSampler rails(action.rails);
  Execution run;
  double sum_j = 0, squares = 0, sum_s = 0;
  for (std::uint32_t draw = 0; draw < kDraws; ++draw) {
    const Noise noise{.seed = 1, .replica = 0, .episode = draw, .entity = 0, .phase = Phase::kEval};
    const Course course =
        DrawCourse(profile, rails, latency, draw % latency.output_tokens.size(), noise, run);
    sum_j += course.energy_j;
    squares += course.energy_j * course.energy_j;
    sum_s += course.seconds;
  }
  const double mean_j = sum_j / kDraws;
  const double error_j = std::sqrt(std::max(0.0, squares / kDraws - mean_j * mean_j) / kDraws);
  const Provenance& power = profile.provenance.at(action.rails.front().provenance);
  FigureOrigin energy{
      .field = "energy",
      .value = fmt::format("{:.1f} J per request (standard error {:.1f} J over {} simulated ones)",
                           mean_j, error_j, kDraws),
      .kind = "modelled",
      .source = power.source,
      .date = power.date,
      .method = fmt::format("power ({}, see `power`) over the durations of the {} measured answers "
                            "(see `latency`)",
                            Name(power.kind), latency.output_tokens.size()),
      .not_this = fmt::format("the energy at the plug: it is that of {} alone; nor that of other "
                              "questions: `edgesim actions` has the mean over a workload",
                              RailNames(profile))};
  FigureOrigin mean_power = energy;
  mean_power.field = "mean_power";
  mean_power.value = fmt::format("{:.1f} W while a request runs", sum_j / sum_s);
  mean_power.not_this = "the peak, nor what idling takes";
  out.push_back(energy);
  out.push_back(mean_power);
}

void AddLatency(const DeviceProfile& profile, const TokenLatency& latency,
                std::vector<FigureOrigin>& out) {
  double seconds = 0, tokens = 0;
  for (std::size_t i = 0; i < latency.output_tokens.size(); ++i) {
    seconds += latency.output_tokens[i] * latency.seconds_per_output_token[i];
    tokens += latency.output_tokens[i];
  }
  const auto count = static_cast<double>(latency.output_tokens.size());
  const Provenance& provenance = profile.provenance.at(latency.provenance);
  FigureOrigin origin{
      .field = "latency",
      .value = fmt::format("{:.2f} s per request in the mean, {:.1f} ms per output token",
                           seconds / count, 1e3 * seconds / tokens),
      .not_this = "a time to the first token: prompt processing is spread over the output tokens"};
  AddProvenance(provenance, origin);
  out.push_back(origin);
  origin.field = "tokens";
  origin.value = fmt::format("{:.1f} output tokens in the mean of {} measured answers",
                             tokens / count, latency.output_tokens.size());
  origin.not_this = "a property of the model: the recording bounded the length of answers";
  out.push_back(origin);
}

const json* At(const json& root, const std::string& path) {
  const json::json_pointer pointer("/" + path);
  return root.contains(pointer) ? &root.at(pointer) : nullptr;
}

// By the longest prefix of `field` that has one.
const json* ProvenanceOf(const json& card, std::string field) {
  const json& all = card["provenance"];
  while (true) {
    if (all.contains(field)) return &all[field];
    const std::size_t slash = field.rfind('/');
    if (slash == std::string::npos) return nullptr;
    field.resize(slash);
  }
}

std::string TextOf(const json& object, const char* key) {
  const json value = object.is_object() ? object.value(key, json()) : json();
  return value.is_string() ? value.get<std::string>() : "unknown";
}

json ReadObject(const fs::path& file) {
  json object = json::parse(ReadTextFile(file), nullptr, false);
  if (!object.is_object()) throw InputError(file.string() + ": is no complete JSON object");
  return object;
}

// "14.03 [14.01, 14.05]"; empty for what is no estimate.
std::string EstimateText(const json& figure) {
  if (figure.is_number()) return fmt::format("{:.6g}", figure.get<double>());
  if (!figure.is_object() || !figure.contains("mean") || !figure["mean"].is_number()) return "";
  std::string text = fmt::format("{:.6g}", figure["mean"].get<double>());
  const json interval = figure.value("ci95", json());
  if (interval.is_array() && interval.size() == 2 && interval[0].is_number())
    text += fmt::format(" [{:.6g}, {:.6g}]", interval[0].get<double>(), interval[1].get<double>());
  return text;
}

}  // namespace

std::vector<FigureOrigin> OriginsOfAction(const DeviceProfile& profile, std::size_t at,
                                          const fs::path& file) {
  const ActionProfile& action = profile.actions[at];
  std::vector<FigureOrigin> origins;
  if (action.latency) {
    AddSimulated(profile, action, origins);
    AddLatency(profile, *action.latency, origins);
  }
  std::vector<std::string> states;
  for (std::size_t r = 0; r < profile.rails.size(); ++r) {
    std::vector<std::string> sizes;
    for (const PowerClass& kind : action.rails[r].classes)
      sizes.push_back(std::to_string(kind.hsmm.states.size()));
    states.push_back(
        fmt::format("{}: {} states", profile.rails[r].name, fmt::join(sizes, " and ")));
  }
  FigureOrigin power{.field = "power",
                     .value = fmt::format("hidden semi-Markov models, {}", fmt::join(states, ", ")),
                     .not_this = "a mean: each request draws a course of its own"};
  AddProvenance(profile.provenance.at(action.rails.front().provenance), power);
  origins.push_back(power);
  for (const Rail& rail : profile.rails) {
    FigureOrigin idle{.field = "idle_" + rail.name,
                      .value = rail.idle_w ? fmt::format("{:.6g} W", *rail.idle_w) : "unknown",
                      .not_this = "counted, unless an experiment says `idle: assumed`"};
    if (rail.idle_w) AddProvenance(profile.provenance.at(rail.idle_provenance), idle);
    origins.push_back(idle);
  }
  FigureOrigin sampling{.field = "sampling",
                        .value = fmt::format("{:.6g} s", profile.emission_interval_s),
                        .not_this = "a bound on how fast real power changes"};
  AddProvenance(profile.provenance.at(profile.interval_provenance), sampling);
  origins.push_back(sampling);
  for (const Outlier& outlier : profile.outliers) {
    if (outlier.action != action.spec.name) continue;
    FigureOrigin odd{.field = "outlier",
                     .value = fmt::format("request {}: {}", outlier.request, outlier.why),
                     .not_this = "left out: it is part of the fit"};
    AddProvenance(profile.provenance.at(action.rails.front().provenance), odd);
    origins.push_back(odd);
  }
  for (FigureOrigin& origin : origins) origin.file = file.string();
  return origins;
}

std::vector<FigureOrigin> OriginsOfCard(const std::string& text, const fs::path& file) {
  const json card = json::parse(text, nullptr, false);
  if (!card.is_object() || !card.contains("provenance") || !card["provenance"].is_object())
    throw InputError(file.string() + ": is no model card");
  std::vector<std::string> fields;
  for (const char* field :
       {"parameters", "shape", "kv_bytes_per_token", "file_bytes", "quantizations"}) {
    fields.emplace_back(field);
    if (const json* value = At(card, field); value != nullptr && value->is_object()) {
      for (const auto& [key, inside] : value->items()) fields.push_back(field + ("/" + key));
    }
  }
  std::vector<FigureOrigin> origins;
  for (const std::string& field : fields) {
    const json* value = At(card, field);
    const json* provenance = ProvenanceOf(card, field);
    const bool known = value != nullptr && !value->is_null();
    FigureOrigin origin{
        .field = field, .value = known ? value->dump() : "unknown", .file = file.string()};
    if (known && provenance != nullptr) {
      origin.kind = TextOf(*provenance, "kind");
      origin.source = TextOf(*provenance, "source");
      origin.date = TextOf(*provenance, "date");
      origin.method = TextOf(*provenance, "method");
    }
    if (field.starts_with("file_bytes"))
      origin.not_this = "the memory it takes: docs/predicting.md";
    if (known && field == "parameters")
      origin.not_this = "counted from the shape: it is as published";
    origins.push_back(origin);
  }
  return origins;
}

std::vector<FigureOrigin> OriginsOfResult(const fs::path& run, const std::string& policy) {
  const fs::path file = run / "summary.json";
  const json summary = ReadObject(file), manifest = ReadObject(run / "manifest.json");
  const json policies = summary.value("policies", json::object());
  if (!policies.is_object() || !policies.contains(policy)) {
    std::vector<std::string> names;
    for (const auto& [name, figures] : policies.items()) names.push_back(name);
    throw InputError(fmt::format("{}: the run has no policy '{}'; there is {}{}", run.string(),
                                 policy, fmt::join(names, ", "), DidYouMean(policy, names)));
  }
  const json& experiment = summary.value("experiment", json::object());
  const auto whole = [&](const char* key) {
    const json value = experiment.value(key, json());
    return value.is_number() ? value.dump() : "unknown";
  };
  std::vector<FigureOrigin> origins;
  for (const auto& [field, figure] : policies[policy].items()) {
    const std::string value = EstimateText(figure);
    if (value.empty()) continue;
    origins.push_back(
        {.field = field,
         .value = value,
         .file = file.string(),
         .kind = "simulated",
         .source =
             fmt::format("edgesim {}, {}, seed {}; profile hash {}, tables hash {}",
                         TextOf(manifest, "edgesim"), TextOf(manifest, "config"), whole("seed"),
                         TextOf(manifest, "profile_hash"), TextOf(manifest, "tables_hash")),
         .date = TextOf(manifest, "finished"),
         .method =
             fmt::format("mean over {} replicas of {} evaluation episodes each [95 % interval]",
                         whole("replicas"), whole("episodes_eval")),
         .not_this = "a measurement: device and workload are models; `edgesim why` replays an "
                     "episode"});
  }
  return origins;
}

const FigureOrigin& FindOrigin(const std::vector<FigureOrigin>& origins, const std::string& thing,
                               const std::string& field) {
  std::vector<std::string> fields;
  for (const FigureOrigin& origin : origins) {
    if (origin.field == field) return origin;
    fields.push_back(origin.field);
  }
  throw InputError(fmt::format("{} has no '{}'; there is {}{}", thing, field,
                               fmt::join(fields, ", "), DidYouMean(field, fields)));
}

std::string OriginText(const std::string& thing, const FigureOrigin& origin) {
  std::string text = fmt::format("{}.{} = {}\n", thing, origin.field, origin.value);
  for (const auto& [name, line] : {std::pair("kind", &origin.kind),
                                   {"file", &origin.file},
                                   {"source", &origin.source},
                                   {"date", &origin.date},
                                   {"method", &origin.method},
                                   {"it is not", &origin.not_this}}) {
    if (!line->empty()) text += fmt::format("  {:<10}{}\n", name, *line);
  }
  return text;
}

std::string OriginList(const std::string& thing, const std::vector<FigureOrigin>& origins) {
  std::size_t width = 0;
  for (const FigureOrigin& origin : origins) width = std::max(width, origin.field.size());
  std::string text = thing + "\n";
  for (const FigureOrigin& origin : origins) {
    text += fmt::format("  {:<{}}  {}{}\n", origin.field, width, origin.value,
                        origin.kind.empty() ? "" : fmt::format(" ({})", origin.kind));
  }
  return text;
}

}  // namespace edgesim
