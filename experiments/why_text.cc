#include "experiments/why_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "experiments/text_table.h"

namespace edgesim {

namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> Cells(const WhyStep& step) {
  const auto figure = [&](double value, int decimals) {
    return step.dispatched ? fmt::format("{:.{}f}", value, decimals) : std::string("-");
  };
  return {std::to_string(step.request),
          step.class_name,
          fmt::format("{:.1f}", step.energy_left_j),
          step.requests_left > 0 ? std::to_string(step.requests_left) : "-",
          step.action + (step.masked ? " *" : ""),
          figure(step.energy_j, 1) + (step.dispatched && !step.completed ? " cut" : ""),
          figure(step.reward, 3),
          figure(step.latency_s, 2),
          step.dispatched ? (step.cap_exceeded ? "yes" : "no") : "-",
          step.optimal.empty() ? "-" : step.optimal,
          step.loss ? fmt::format("{:.4f}", *step.loss) : "-"};
}

Json StepJson(const WhyStep& step) {
  Json json = {{"request", step.request},
               {"class", step.class_name},
               {"energy_left_j", step.energy_left_j},
               {"requests_left", step.requests_left > 0 ? Json(step.requests_left) : Json()},
               {"action", step.action},
               {"completed", step.completed},
               {"energy_j", step.dispatched ? Json(step.energy_j) : Json()},
               {"reward", step.dispatched ? Json(step.reward) : Json()},
               {"latency_s", step.dispatched ? Json(step.latency_s) : Json()},
               {"cap_exceeded", step.dispatched ? Json(step.cap_exceeded) : Json()},
               {"optimum", step.optimal.empty() ? Json() : Json(step.optimal)},
               {"loss", step.loss ? Json(*step.loss) : Json()},
               {"masked", nullptr}};
  if (step.masked) {
    json["masked"] = {{"action", step.masked->wanted},
                      {"exceedance", step.masked->exceedance},
                      {"exceedance_upper95", step.masked->upper95},
                      {"epsilon", step.masked->epsilon}};
  }
  return json;
}

}  // namespace

std::string WhyText(const WhyEpisode& why) {
  std::vector<std::vector<std::string>> rows = {{"request", "class", "left, J", "requests left",
                                                 "choice", "spent, J", "earned", "latency, s",
                                                 "over cap", "optimum", "loss by plan"}};
  for (const WhyStep& step : why.steps) rows.push_back(Cells(step));
  std::string text = fmt::format("{}, replica {}, evaluation episode {}\n\n{}\n", why.policy,
                                 why.replica, why.episode, TextTable(rows));
  for (const WhyStep& step : why.steps) {
    if (!step.masked) continue;
    text += fmt::format(
        "* request {}: the shield masks {}: exceedance {:.4f}, upper 95 % bound {:.4f} > {:g}\n",
        step.request, step.masked->wanted, step.masked->exceedance, step.masked->upper95,
        step.masked->epsilon);
  }
  text += fmt::format("total: reward {:.6f}, {:.4f} J, {} served, {} cut, {} rejected, {} unserved",
                      why.row.reward, why.row.energy_j, why.row.served, why.row.cut,
                      why.row.rejected, why.row.unserved);
  if (why.optimum_row) {
    text += fmt::format("; {} on the same noise: {:.6f}; difference {:+.6f}\n", why.optimum,
                        why.optimum_row->reward, why.row.reward - why.optimum_row->reward);
  } else {
    text += fmt::format("; no optimum: {}\n", why.no_optimum_because);
  }
  return text;
}

std::string WhyJson(const WhyEpisode& why) {
  Json steps = Json::array();
  for (const WhyStep& step : why.steps) steps.push_back(StepJson(step));
  const bool known = why.optimum_row.has_value();
  const Json json = {
      {"policy", why.policy},
      {"replica", why.replica},
      {"episode", why.episode},
      {"steps", steps},
      {"reward", why.row.reward},
      {"energy_j", why.row.energy_j},
      {"served", why.row.served},
      {"cut", why.row.cut},
      {"rejected", why.row.rejected},
      {"unserved", why.row.unserved},
      {"optimum", known ? Json(why.optimum) : Json()},
      {"optimum_reward", known ? Json(why.optimum_row->reward) : Json()},
      {"difference", known ? Json(why.row.reward - why.optimum_row->reward) : Json()}};
  return json.dump(2) + "\n";
}

}  // namespace edgesim
