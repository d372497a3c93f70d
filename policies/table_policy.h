// A policy that is a table: what to choose, by requests left, class, and energy left.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "policies/context.h"

namespace edgesim {

struct PolicyTable {
  // action[i] from from_j[i] on; from_j rises and begins with 0, energies in joules.
  struct Ladder {
    std::vector<double> from_j;
    std::vector<ActionId> action;
    friend bool operator==(const Ladder&, const Ladder&) = default;
  };
  std::uint32_t requests = 0;
  std::uint32_t classes = 1;
  std::vector<Ladder> ladders;  // [requests left - 1][class]

  const Ladder& LadderOf(std::uint32_t requests_left, std::uint32_t class_id) const;
  // Arguments out of range are clamped.
  ActionId Choose(Joules left, std::uint32_t requests_left, std::uint32_t class_id) const;
};

struct TableConfig {
  static constexpr const char* kKind = "table";
  static constexpr PolicySort kSort = PolicySort::kRule;
  // InputError where no table was read, or it has not the context's classes and actions.
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
  std::string file;   // of `edgesim policy export`
  PolicyTable table;  // its content, in the actions and classes of the experiment
  template <class V>
  void Visit(V& v) {
    v.Required("file", file);
  }
};

class TablePolicy final : public Policy {
 public:
  explicit TablePolicy(PolicyTable table) : table_(std::move(table)) {}
  ActionId Act(const Observation& seen, const Noise&) override {
    return table_.Choose(seen.energy_left, seen.requests_left.value_or(table_.requests),
                         seen.class_id);
  }

 private:
  PolicyTable table_;
};

}  // namespace edgesim
