// Dates and times of day as the tools write them. No time zones: differences alone are used.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace edgesim {

// "04-19-2026 01:31:10" with or without ".mmm" (tegrastats, PTDaemon): ms since 1970-01-01.
std::optional<std::int64_t> UsDateTimeMs(std::string_view text);

// "16.9.2025": ms since 1970-01-01 (HWiNFO).
std::optional<std::int64_t> DottedDateMs(std::string_view text);

// "18:6:33.19": ms since midnight. HWiNFO writes milliseconds without leading zeros: 19 ms.
std::optional<std::int64_t> HwinfoTimeMs(std::string_view text);

}  // namespace edgesim
