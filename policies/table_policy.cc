#include "policies/table_policy.h"

#include <algorithm>

#include "sim/input_error.h"

namespace edgesim {

const PolicyTable::Ladder& PolicyTable::LadderOf(std::uint32_t requests_left,
                                                 std::uint32_t class_id) const {
  const std::size_t row = std::clamp(requests_left, 1U, requests) - 1;
  return ladders[row * classes + std::min(class_id, classes - 1)];
}

ActionId PolicyTable::Choose(Joules left, std::uint32_t requests_left,
                             std::uint32_t class_id) const {
  const Ladder& ladder = LadderOf(requests_left, class_id);
  const auto above = std::upper_bound(ladder.from_j.begin(), ladder.from_j.end(), left.value());
  const auto step = std::max<std::ptrdiff_t>(0, above - ladder.from_j.begin() - 1);
  return ladder.action[static_cast<std::size_t>(step)];
}

std::unique_ptr<Policy> TableConfig::Make(const PolicyContext& context) const {
  if (table.ladders.empty()) throw InputError("policy table: no table was read");
  if (table.classes != context.classes) {
    throw InputError("policy table: the table has " + std::to_string(table.classes) +
                     " classes, the experiment " + std::to_string(context.classes));
  }
  for (const PolicyTable::Ladder& ladder : table.ladders) {
    for (const ActionId action : ladder.action) {
      if (action >= context.actions && action != kReject)
        throw InputError("policy table: it names action " + std::to_string(action) + " of " +
                         std::to_string(context.actions));
    }
  }
  return std::make_unique<TablePolicy>(table);
}

}  // namespace edgesim
