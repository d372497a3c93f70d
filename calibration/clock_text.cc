#include "calibration/clock_text.h"

#include <charconv>
#include <chrono>

namespace edgesim {

namespace {

// Takes a whole number of at most `digits` digits from the front.
std::optional<int> TakeNumber(std::string_view& text, std::size_t digits) {
  int value = 0;
  const char* last = text.data() + std::min(text.size(), digits);
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

bool Take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::int64_t> DateMs(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::milliseconds(std::chrono::sys_days(date).time_since_epoch()).count();
}

// H:M:S with or without milliseconds, the whole text.
std::optional<std::int64_t> TimeOfDayMs(std::string_view text) {
  const auto hour = TakeNumber(text, 2);
  if (!hour || !Take(text, ':')) return std::nullopt;
  const auto minute = TakeNumber(text, 2);
  if (!minute || !Take(text, ':')) return std::nullopt;
  const auto second = TakeNumber(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  int millisecond = 0;
  if (Take(text, '.')) {
    const auto fraction = TakeNumber(text, 3);
    if (!fraction) return std::nullopt;
    millisecond = *fraction;
  }
  if (!text.empty()) return std::nullopt;
  return ((std::int64_t{*hour} * 60 + *minute) * 60 + *second) * 1000 + millisecond;
}

}  // namespace

std::optional<std::int64_t> UsDateTimeMs(std::string_view text) {
  const auto month = TakeNumber(text, 2);
  if (!month || !Take(text, '-')) return std::nullopt;
  const auto day = TakeNumber(text, 2);
  if (!day || !Take(text, '-')) return std::nullopt;
  const auto year = TakeNumber(text, 4);
  if (!year || !Take(text, ' ')) return std::nullopt;
  const auto date = DateMs(*year, *month, *day);
  const auto time = TimeOfDayMs(text);
  if (!date || !time) return std::nullopt;
  return *date + *time;
}

std::optional<std::int64_t> DottedDateMs(std::string_view text) {
  const auto day = TakeNumber(text, 2);
  if (!day || !Take(text, '.')) return std::nullopt;
  const auto month = TakeNumber(text, 2);
  if (!month || !Take(text, '.')) return std::nullopt;
  const auto year = TakeNumber(text, 4);
  if (!year || !text.empty()) return std::nullopt;
  return DateMs(*year, *month, *day);
}

std::optional<std::int64_t> HwinfoTimeMs(std::string_view text) { return TimeOfDayMs(text); }

}  // namespace edgesim
