#include "calibration/request_table.h"

#include <fmt/format.h>

#include <map>

#include "calibration/device_fit.h"
#include "sim/input_error.h"

namespace edgesim {

void CheckRequestNames(const CsvTable& requests) {
  const std::size_t action = requests.Column("action"), request = requests.Column("question_id");
  std::map<std::string, std::size_t> first_row;  // by the profile's name
  for (std::size_t row = 0; row < requests.rows(); ++row) {
    const auto refuse = [&](const std::string& what) {
      throw InputError(fmt::format("{}:{}: {}", requests.name(), requests.Line(row), what));
    };
    const std::string& name = requests.Text(row, action);
    if (name.empty()) refuse("the action has no name; give one, e.g. qwen3-4b-q6_k");
    if (requests.Text(row, request).empty())
      refuse("the question_id is empty; number the requests, e.g. 1, 2, 3");
    const auto [at, is_new] = first_row.emplace(ProfileActionName(name), row);
    if (is_new || requests.Text(at->second, action) == name) continue;
    refuse(
        fmt::format("action '{}' differs from '{}' of line {} in case only; a profile would "
                    "name both '{}'",
                    name, requests.Text(at->second, action), requests.Line(at->second), at->first));
  }
}

}  // namespace edgesim
