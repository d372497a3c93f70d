#include "devices/op_schedule.h"

#include <algorithm>
#include <optional>

namespace edgesim {

CostBreakdown TopologicalCost(const OpGraph& graph, const OpCost& cost) {
  CostBreakdown sum;
  for (const OpId op : TopologicalOrder(graph)) {
    const double one = cost(op);
    sum.total += one;
    sum.by_kind[graph[op].kind] += one;
    sum.by_role[graph[op].role] += one;
  }
  return sum;
}

OpSchedule CriticalPath(const OpGraph& graph, const OpCost& cost, const OpUnit& unit,
                        const TransferCost& transfer) {
  const std::size_t n = boost::num_vertices(graph);
  OpSchedule schedule{.start_s = std::vector<double>(n), .finish_s = std::vector<double>(n)};
  std::vector<std::size_t> unit_of(n);
  std::vector<double> free_s;                  // of each unit
  std::vector<double> path_s(n);               // longest path that ends with this operation
  std::vector<std::optional<OpId>> before(n);  // on that path
  for (const OpId op : TopologicalOrder(graph)) {
    unit_of[op] = unit(op);
    if (unit_of[op] >= free_s.size()) {
      free_s.resize(unit_of[op] + 1);
      schedule.busy_s.resize(unit_of[op] + 1);
    }
    double arrived_s = 0;
    for (auto [edge, end] = boost::in_edges(op, graph); edge != end; ++edge) {
      const OpId from = boost::source(*edge, graph);
      const double way_s = unit_of[from] == unit_of[op]
                               ? 0
                               : transfer(graph[*edge].bytes, unit_of[from], unit_of[op]);
      arrived_s = std::max(arrived_s, schedule.finish_s[from] + way_s);
      if (!before[op] || path_s[from] + way_s > path_s[op]) {
        path_s[op] = path_s[from] + way_s;
        before[op] = from;
      }
    }
    const double cost_s = cost(op);
    path_s[op] += cost_s;
    schedule.start_s[op] = std::max(arrived_s, free_s[unit_of[op]]);
    schedule.finish_s[op] = free_s[unit_of[op]] = schedule.start_s[op] + cost_s;
    schedule.busy_s[unit_of[op]] += cost_s;
    schedule.makespan_s = std::max(schedule.makespan_s, schedule.finish_s[op]);
  }
  if (n == 0) return schedule;
  std::optional<OpId> at =
      static_cast<OpId>(std::max_element(path_s.begin(), path_s.end()) - path_s.begin());
  schedule.longest_path_s = path_s[*at];
  for (; at; at = before[*at]) schedule.longest_path.push_back(*at);
  std::reverse(schedule.longest_path.begin(), schedule.longest_path.end());
  return schedule;
}

}  // namespace edgesim
