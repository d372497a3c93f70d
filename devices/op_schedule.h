// Costs of a whole pass: their sum, where it arises, and the time when several units share the
// work.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <vector>

#include "devices/op_graph.h"

namespace edgesim {

// Cost of one operation of a graph, >= 0; seconds where a schedule is made of it.
using OpCost = std::function<double(OpId)>;
// The unit that runs an operation: 0, 1, ...
using OpUnit = std::function<std::size_t(OpId)>;
// Seconds until a tensor of so many bytes that one unit made can be read by another.
using TransferCost =
    std::function<double(double bytes, std::size_t from_unit, std::size_t to_unit)>;

struct CostBreakdown {
  double total = 0;
  std::map<OpKind, double> by_kind;
  std::map<TensorRole, double> by_role;  // kNone: operations without weights
};

// One unit runs everything, one operation after the other.
CostBreakdown TopologicalCost(const OpGraph& graph, const OpCost& cost);

struct OpSchedule {
  std::vector<double> start_s;  // of each operation
  std::vector<double> finish_s;
  std::vector<double> busy_s;  // of each unit
  double makespan_s = 0;
  // No order of work on any number of units with the same costs and places can be faster than the
  // longest path, transfers included.
  double longest_path_s = 0;
  std::vector<OpId> longest_path;  // from a source to a sink
};

// Each unit takes its operations in topological order, one at a time, each as soon as its operands
// have arrived; transfers delay the consumer and occupy nobody. Between operations of one unit a
// transfer costs nothing.
OpSchedule CriticalPath(const OpGraph& graph, const OpCost& cost, const OpUnit& unit,
                        const TransferCost& transfer);

}  // namespace edgesim
