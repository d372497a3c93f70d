#include "calibration/fidelity_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "calibration/device_fit.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

// Folds by name, so that a request is in the same fold under all actions.
std::map<std::string, int> Folds(const TraceSet& traces, int folds) {
  std::map<std::string, int> fold_of;
  for (const RequestTrace& trace : traces.requests) fold_of.emplace(trace.request, 0);
  if (folds < 2 || static_cast<std::size_t>(folds) > fold_of.size()) {
    throw InputError(fmt::format("folds: {} is not between 2 and the number of requests, {}", folds,
                                 fold_of.size()));
  }
  int next = 0;
  for (auto& [request, fold] : fold_of) fold = next++ % folds;
  return fold_of;
}

HeldOut WholeRequest(const RequestTrace& trace, std::size_t rails, double interval_s) {
  HeldOut item;
  item.name = trace.request;
  for (std::size_t r = 0; r < rails; ++r) {
    item.grid_w.push_back(OnGrid(trace, r, interval_s));
    item.energy_j += MeasuredEnergy(trace, r);
  }
  std::size_t cell = 0;
  for (const double t : trace.t_s) {
    if (t < 0) continue;
    if (t > trace.duration_s) break;
    while (std::isnan(item.grid_w[0][cell])) ++cell;
    item.t_s.push_back(t);
    item.cell.push_back(cell++);
  }
  item.task.steps = item.grid_w[0].size();
  item.task.seconds_per_token = trace.duration_s / trace.output_tokens;
  item.output_tokens = trace.output_tokens;
  return item;
}

// Readings [from, to) of a recording's grid.
std::vector<std::vector<double>> Cut(const std::vector<std::vector<double>>& grid, std::size_t from,
                                     std::size_t to) {
  std::vector<std::vector<double>> part;
  for (const auto& x : grid)
    part.emplace_back(x.begin() + static_cast<std::ptrdiff_t>(from),
                      x.begin() + static_cast<std::ptrdiff_t>(to));
  return part;
}

// Blocks of readings [from, to), each predicted from all that came before it since `from`.
void AddBlocks(const std::string& name, const std::vector<std::vector<double>>& grid,
               std::size_t from, std::size_t to, std::size_t block, double interval_s,
               std::vector<HeldOut>& held_out) {
  constexpr std::size_t kFirst = 10;  // readings that tell where the first block begins
  for (std::size_t begin = from + std::min(block, kFirst); begin + block <= to; begin += block) {
    HeldOut item;
    item.name = fmt::format("{} at {:.1f} s", name, static_cast<double>(begin) * interval_s);
    item.grid_w = Cut(grid, begin, begin + block);
    item.task.steps = block;
    item.task.past = Cut(grid, from, begin);
    for (std::size_t t = 0; t < block; ++t) {
      if (std::isnan(item.grid_w[0][t])) continue;
      item.t_s.push_back(static_cast<double>(t) * interval_s);
      item.cell.push_back(t);
    }
    if (item.t_s.size() >= 2) held_out.push_back(std::move(item));
  }
}

void PlanRequests(const TraceSet& traces, int folds, FidelityPlan& plan) {
  const std::map<std::string, int> fold_of = Folds(traces, folds);
  const auto groups = ByAction(traces);
  for (int fold = 0; fold < folds; ++fold) {
    for (std::size_t a = 0; a < groups.size(); ++a) {
      FidelityPart part{.action = a, .train = {}, .train_tokens = {}, .held_out = {}};
      RequestGroup kept;
      for (const RequestTrace* trace : groups[a].second) {
        if (fold_of.at(trace->request) == fold) {
          part.held_out.push_back(WholeRequest(*trace, traces.rails.size(), plan.interval_s));
        } else {
          kept.push_back(trace);
          part.train_tokens.push_back(trace->output_tokens);
        }
      }
      if (part.held_out.empty()) continue;
      if (kept.empty()) {
        throw InputError(groups[a].first +
                         ": too few requests for this many folds, one fold holds them all");
      }
      part.train = OnGrid(traces, kept, plan.interval_s);
      plan.parts.push_back(std::move(part));
    }
  }
}

void PlanRecordings(const TraceSet& traces, double split_share, double block_s,
                    FidelityPlan& plan) {
  const auto block = static_cast<std::size_t>(std::round(block_s / plan.interval_s));
  if (block < 2) {
    throw InputError(fmt::format("block_s: {} s is less than two sampling periods of {:.3g} s",
                                 block_s, plan.interval_s));
  }
  const auto groups = ByAction(traces);
  for (std::size_t a = 0; a < groups.size(); ++a) {
    for (const bool first_held_out : {false, true}) {
      FidelityPart part{.action = a, .train = {}, .train_tokens = {}, .held_out = {}};
      for (std::size_t r = 0; r < traces.rails.size(); ++r)
        part.train.rails.push_back(
            {.interval_s = plan.interval_s,
             .watts = {},
             .mid_stay = true,
             .quantum_w = traces.quantum_w.empty() ? 0 : traces.quantum_w[r]});
      for (const RequestTrace* trace : groups[a].second) {
        std::vector<std::vector<double>> grid;
        for (std::size_t r = 0; r < traces.rails.size(); ++r)
          grid.push_back(OnGrid(*trace, r, plan.interval_s));
        const std::size_t n = grid[0].size();
        const auto at = static_cast<std::size_t>(split_share * static_cast<double>(n));
        const std::size_t from = first_held_out ? 0 : at, to = first_held_out ? at : n;
        AddBlocks(trace->request, grid, from, to, block, plan.interval_s, part.held_out);
        const auto train = Cut(grid, first_held_out ? at : 0, first_held_out ? n : at);
        for (std::size_t r = 0; r < grid.size(); ++r) part.train.rails[r].watts.push_back(train[r]);
        part.train.seconds_per_token.push_back(NAN);
        part.train_tokens.push_back(NAN);
      }
      if (part.held_out.empty()) {
        throw InputError(fmt::format("{}: a part of the recording is shorter than a block of {} s",
                                     groups[a].first, block_s));
      }
      plan.parts.push_back(std::move(part));
    }
  }
}

}  // namespace

FidelityPlan PlanFidelity(const TraceSet& traces, int folds, double split_share, double block_s) {
  FidelityPlan plan;
  plan.interval_s = MeanSamplingPeriod(traces);
  for (const auto& group : ByAction(traces)) plan.actions.push_back(ProfileActionName(group.first));
  if (traces.mid_stay) {
    PlanRecordings(traces, split_share, block_s, plan);
  } else {
    PlanRequests(traces, folds, plan);
  }
  return plan;
}

}  // namespace edgesim
