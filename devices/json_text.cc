#include "devices/json_text.h"

#include <cstddef>

namespace edgesim {

std::string WithShortArrays(const std::string& json) {
  std::string out;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const std::size_t end =
        json[i] == '[' ? json.find_first_of("[]{}\"", i + 1) : std::string::npos;
    if (end == std::string::npos || json[end] != ']') {
      out += json[i];
      continue;
    }
    for (; i <= end; ++i) {
      if (json[i] == '\n') {
        out += json[i - 1] == ',' ? " " : "";
        i = json.find_first_not_of(' ', i + 1) - 1;
      } else {
        out += json[i];
      }
    }
    --i;
  }
  return out;
}

}  // namespace edgesim
