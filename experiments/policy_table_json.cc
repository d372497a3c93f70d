#include "experiments/policy_table_json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/did_you_mean.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

using Json = nlohmann::ordered_json;
constexpr const char* kRejectName = "reject";

// Position of a name; InputError where there is none.
std::uint32_t Position(const std::vector<std::string>& names, const std::string& name,
                       const std::string& what) {
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) {
    throw InputError(fmt::format("no {} '{}'; there is {}{}", what, name, fmt::join(names, ", "),
                                 DidYouMean(name, names)));
  }
  return static_cast<std::uint32_t>(at - names.begin());
}

void ReadTables(const Json& tables, PolicyTableFile& file) {
  PolicyTable& table = file.table;
  table.ladders.resize(std::size_t{table.requests} * table.classes);
  for (const Json& entry : tables) {
    const auto left = entry.at("requests_left").get<std::uint32_t>();
    if (left < 1 || left > table.requests)
      throw InputError(fmt::format("requests_left is {}, allowed: 1 to {}", left, table.requests));
    const std::uint32_t c = Position(file.classes, entry.at("class").get<std::string>(), "class");
    PolicyTable::Ladder& ladder = table.ladders[std::size_t{left - 1} * table.classes + c];
    const std::string at =
        fmt::format("the table of {} requests left, class {}", left, file.classes[c]);
    if (!ladder.from_j.empty()) throw InputError(at + " stands twice");
    entry.at("from_j").get_to(ladder.from_j);
    for (const Json& action : entry.at("action"))
      ladder.action.push_back(Position(file.actions, action.get<std::string>(), "action"));
    const std::vector<double>& from = ladder.from_j;
    const bool rises =
        std::adjacent_find(from.begin(), from.end(), std::greater_equal<>()) == from.end();
    if (from.empty() || from[0] != 0 || !rises || ladder.action.size() != from.size())
      throw InputError(at + ": from_j must begin with 0, rise, and have one action each");
  }
  for (std::size_t i = 0; i < table.ladders.size(); ++i) {
    if (!table.ladders[i].from_j.empty()) continue;
    throw InputError(fmt::format("no table of {} requests left, class {}", i / table.classes + 1,
                                 file.classes[i % table.classes]));
  }
}

}  // namespace

void NameRejections(PolicyTableFile& file) {
  for (PolicyTable::Ladder& ladder : file.table.ladders) {
    for (ActionId& action : ladder.action) {
      if (action != kReject) continue;
      auto at = std::find(file.actions.begin(), file.actions.end(), kRejectName);
      if (at == file.actions.end()) at = file.actions.insert(at, kRejectName);
      action = static_cast<ActionId>(at - file.actions.begin());
    }
  }
}

std::string PolicyTableJson(const PolicyTableFile& file) {
  const PolicyTable& table = file.table;
  const Json head = {{"schema_version", kPolicyTableVersion},
                     {"provenance",
                      {{"edgesim", file.edgesim},
                       {"policy", file.policy},
                       {"kind", file.kind},
                       {"config_hash", file.config_hash},
                       {"seed", file.seed},
                       {"replica", file.replica}}},
                     {"actions", file.actions},
                     {"classes", file.classes},
                     {"budget_j", file.budget_j},
                     {"requests", table.requests}};
  std::string text = head.dump(2);
  text.resize(text.size() - 2);  // "\n}"
  text += ",\n  \"tables\": [";
  for (std::size_t i = 0; i < table.ladders.size(); ++i) {
    std::vector<std::string> names;
    for (const ActionId action : table.ladders[i].action) names.push_back(file.actions[action]);
    const Json entry = {{"requests_left", i / table.classes + 1},
                        {"class", file.classes[i % table.classes]},
                        {"from_j", table.ladders[i].from_j},
                        {"action", names}};
    text += (i == 0 ? "\n    " : ",\n    ") + entry.dump();
  }
  return text + "\n  ]\n}\n";
}

PolicyTableFile ParsePolicyTable(const std::string& text, const std::string& name) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object())
    throw InputError(name + ": not a policy table, or cut: it is no complete JSON object");
  PolicyTableFile file;
  try {
    if (const auto version = json.at("schema_version").get<std::int64_t>();
        version != kPolicyTableVersion) {
      throw InputError(
          fmt::format("schema_version is {}, this edgesim reads {}", version, kPolicyTableVersion));
    }
    const Json& provenance = json.at("provenance");
    provenance.at("edgesim").get_to(file.edgesim);
    provenance.at("policy").get_to(file.policy);
    provenance.at("kind").get_to(file.kind);
    provenance.at("config_hash").get_to(file.config_hash);
    provenance.at("seed").get_to(file.seed);
    provenance.at("replica").get_to(file.replica);
    json.at("actions").get_to(file.actions);
    json.at("classes").get_to(file.classes);
    json.at("budget_j").get_to(file.budget_j);
    json.at("requests").get_to(file.table.requests);
    constexpr std::uint32_t kMostRequests = 1'000'000;
    if (file.actions.empty() || file.classes.empty() || file.table.requests < 1 ||
        file.table.requests > kMostRequests || !(file.budget_j > 0)) {
      throw InputError("actions, classes, requests and budget_j must not be empty or 0");
    }
    file.table.classes = static_cast<std::uint32_t>(file.classes.size());
    ReadTables(json.at("tables"), file);
  } catch (const nlohmann::json::exception& error) {
    throw InputError(fmt::format("{}: not a policy table: {}", name, error.what()));
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", name, error.what()));
  }
  return file;
}

PolicyTable TableFor(const PolicyTableFile& file, const std::vector<std::string>& actions,
                     const std::vector<std::string>& classes, const std::string& name) {
  const auto sorted = [](std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    return names;
  };
  const auto refuse = [&](const char* what, const auto& theirs, const auto& ours) {
    throw InputError(
        fmt::format("{}: it has the {} {}, the experiment {}; a table runs only with "
                    "those it was made for",
                    name, what, fmt::join(theirs, ", "), fmt::join(ours, ", ")));
  };
  const auto has = [](const std::vector<std::string>& names, const std::string& word) {
    return std::find(names.begin(), names.end(), word) != names.end();
  };
  std::vector<std::string> ours = actions;
  if (has(file.actions, kRejectName) && !has(actions, kRejectName)) ours.emplace_back(kRejectName);
  if (sorted(ours) != sorted(file.actions)) refuse("actions", file.actions, actions);
  if (sorted(classes) != sorted(file.classes)) refuse("classes", file.classes, classes);
  PolicyTable table{.requests = file.table.requests, .classes = file.table.classes, .ladders = {}};
  for (std::uint32_t left = 1; left <= table.requests; ++left) {
    for (const std::string& name_of_class : classes) {
      PolicyTable::Ladder ladder =
          file.table.LadderOf(left, Position(file.classes, name_of_class, "class"));
      for (ActionId& action : ladder.action) {
        action = Position(ours, file.actions[action], "action");
        if (action >= actions.size()) action = kReject;
      }
      table.ladders.push_back(std::move(ladder));
    }
  }
  return table;
}

}  // namespace edgesim
