#pragma once

#include <ctime>
#include <string>

namespace edgesim {

// The date in UTC, ISO 8601.
inline std::string Today() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[16];
  std::strftime(text, sizeof text, "%Y-%m-%d", &utc);
  return text;
}

}  // namespace edgesim
