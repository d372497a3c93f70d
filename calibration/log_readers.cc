#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "calibration/clock_text.h"
#include "calibration/trace_builder.h"
#include "calibration/trace_readers.h"
#include "sim/did_you_mean.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

[[noreturn]] void Fail(const LineReader& lines, std::size_t column, std::string_view what) {
  throw InputError(fmt::format("{}:{}:{}: {}", lines.name(), lines.line_number(), column, what));
}

struct Choice {
  std::string rail, name;
};
std::vector<Choice> Choices(const std::vector<std::string>& rails) {
  std::vector<Choice> choices;
  for (const std::string& rail : rails) {
    const std::size_t equals = rail.find('=');
    if (equals == rail.npos) {
      choices.push_back({rail, rail});
    } else {
      choices.push_back({rail.substr(0, equals), rail.substr(equals + 1)});
    }
  }
  return choices;
}

struct Reading {
  std::string_view name;
  double watts;
};

// The rails of a tegrastats line: "NAME 5971mW/5991mW" is the present value and the average since
// the start.
void TegrastatsReadings(std::string_view line, std::vector<Reading>& readings) {
  readings.clear();
  std::string_view previous;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    double milliwatts = 0;
    const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), milliwatts);
    const std::string_view rest(stop, static_cast<std::size_t>(word.data() + word.size() - stop));
    if (error == std::errc{} && rest.starts_with("mW/") && rest.ends_with("mW"))
      readings.push_back({previous, milliwatts / 1000});
    if (!word.empty()) previous = word;
  }
}

std::vector<Choice> TegrastatsRails(const LineReader& lines, const ImportOptions& options,
                                    const std::vector<Reading>& readings) {
  std::vector<std::string> names;
  for (const Reading& reading : readings) names.emplace_back(reading.name);
  if (names.empty()) {
    Fail(lines, 1,
         "no rail such as 'VDD_IN 5971mW/5971mW'; tegrastats of JetPack 5 and later writes them");
  }
  if (!options.rails.empty()) {
    const std::vector<Choice> choices = Choices(options.rails);
    for (const Choice& choice : choices) {
      if (std::find(names.begin(), names.end(), choice.name) != names.end()) continue;
      Fail(lines, 1,
           fmt::format("no rail '{}'; the rails are {}{}", choice.name, fmt::join(names, ", "),
                       DidYouMean(choice.name, names)));
    }
    return choices;
  }
  for (const char* input : {"VDD_IN", "POM_5V_IN"}) {
    if (std::find(names.begin(), names.end(), input) != names.end()) return Choices({input});
  }
  return Choices(names);
}

}  // namespace

PowerTrace ReadTegrastats(LineReader& lines, const ImportOptions& options) {
  constexpr std::size_t kTimeChars = 19;  // 04-19-2026 01:31:10
  if (!options.group_column.empty())
    throw InputError(lines.name() + ": tegrastats has no column to group by");

  std::vector<Reading> readings;
  std::vector<std::int64_t> second;  // of each line
  std::vector<Choice> rails;
  std::vector<std::vector<double>> rail_w;
  for (std::string_view line; lines.Next(line);) {
    const auto time_ms = UsDateTimeMs(line.substr(0, kTimeChars));
    TegrastatsReadings(line, readings);
    if (!time_ms) {
      Fail(lines, 1,
           "no time such as '04-19-2026 01:31:10' at the line's start; tegrastats of JetPack 5 and "
           "later writes it");
    }
    if (rails.empty()) {
      rails = TegrastatsRails(lines, options, readings);
      rail_w.resize(rails.size());
    }
    if (!second.empty() && *time_ms / 1000 < second.back())
      Fail(lines, 1, "time goes back; one recording per file is expected");
    second.push_back(*time_ms / 1000);
    const std::size_t length = line.size();
    for (std::size_t r = 0; r < rails.size(); ++r) {
      const auto found =
          std::find_if(readings.begin(), readings.end(),
                       [&](const Reading& reading) { return reading.name == rails[r].name; });
      if (found == readings.end()) {
        Fail(lines, length + 1,
             fmt::format(
                 "no rail '{}' in this line{}", rails[r].name,
                 lines.AtEnd() ? ": the recording was cut off in its last line; remove it" : ""));
      }
      rail_w[r].push_back(found->watts);
    }
  }

  // Whole seconds only, so the lines of one second are spread evenly over it: line k of n, from 0,
  // was written at (k + 1/2) / n. The recording begins and ends inside a second: there the lines
  // keep the mean period of the seconds between, the first ones counted back from the second's end.
  std::vector<std::string> names;
  for (const Choice& rail : rails) names.push_back(rail.rail);
  TraceBuilder builder(lines.name(), names, 1);
  const auto last_second = std::lower_bound(second.begin(), second.end(), second.back());
  const auto after_first = std::upper_bound(second.begin(), second.end(), second.front());
  double inner_lines = 0, inner_seconds = 0;
  for (auto it = after_first; it < last_second; ++it) {
    ++inner_lines;
    if (*it != *(it - 1)) ++inner_seconds;
  }
  std::vector<double> watts(rails.size());
  for (std::size_t begin = 0; begin < second.size();) {
    const std::size_t end = static_cast<std::size_t>(
        std::upper_bound(second.begin() + static_cast<std::ptrdiff_t>(begin), second.end(),
                         second[begin]) -
        second.begin());
    const auto n = static_cast<double>(end - begin);
    const bool first = begin == 0, last = end == second.size();
    // Never wider than the second has room for.
    const double period_s =
        (first || last) && inner_lines > 0 ? std::min(1 / n, inner_seconds / inner_lines) : 1 / n;
    const double start_s = first && !last ? 1 - n * period_s : 0;
    for (std::size_t i = begin; i < end; ++i) {
      for (std::size_t r = 0; r < rails.size(); ++r) watts[r] = rail_w[r][i];
      builder.Add(static_cast<double>(second[begin]) + start_s +
                      (static_cast<double>(i - begin) + 0.5) * period_s,
                  watts, "");
    }
    begin = end;
  }
  if (second.size() > static_cast<std::size_t>(inner_seconds) + 2)
    builder.Note("times have whole seconds only: lines of one second are spread evenly over it");
  return builder.Finish();
}

PowerTrace ReadSpl(LineReader& lines, const ImportOptions& options) {
  // Cells come in pairs of name and value, the mark (of the run) last.
  const std::vector<Choice> rails =
      Choices(options.rails.empty() ? std::vector<std::string>{"wall=Watts"} : options.rails);
  std::vector<std::string> names;
  for (const Choice& rail : rails) {
    if (rail.name != "Watts") {
      throw InputError(fmt::format("{}: no power named '{}' in PTDaemon's log; it has 'Watts'",
                                   lines.name(), rail.name));
    }
    names.push_back(rail.rail);
  }
  TraceBuilder builder(lines.name(), names, 1000);
  std::vector<double> watts(rails.size());
  struct Cell {
    std::string_view text;
    std::size_t column;
  };
  std::vector<Cell> cells;
  for (std::string_view line; lines.Next(line);) {
    cells.clear();
    for (std::size_t begin = 0; begin <= line.size();) {
      const std::size_t end = std::min(line.find(',', begin), line.size());
      cells.push_back({line.substr(begin, end - begin), begin + 1});
      begin = end + 1;
    }
    const auto value = [&](std::string_view name) {
      const Cell* found = nullptr;
      for (std::size_t i = 0; i + 1 < cells.size(); i += 2) {
        if (cells[i].text != name) continue;
        if (found != nullptr) {
          Fail(lines, cells[i].column,
               fmt::format("'{}' stands twice: logs of several channels are not read", name));
        }
        found = &cells[i + 1];
      }
      if (found == nullptr) {
        const std::size_t column = line.size() + 1;
        Fail(lines, column,
             fmt::format("no '{}' in this line{}", name,
                         lines.AtEnd() ? ": the recording was cut off in its last "
                                         "line; remove it"
                                       : ", expected Time,...,Watts,...,..."));
      }
      return *found;
    };
    const Cell time = value("Time"), power = value("Watts");
    const std::string group =
        options.group_column.empty() ? "" : std::string(value(options.group_column).text);
    const auto time_ms = UsDateTimeMs(time.text);
    if (!time_ms) {
      Fail(lines, time.column,
           fmt::format("'{}' is no time, expected MM-DD-YYYY HH:MM:SS.mmm", time.text));
    }
    double w = 0;
    const char* end = power.text.data() + power.text.size();
    const auto [stop, error] = std::from_chars(power.text.data(), end, w);
    if (error != std::errc{} || stop != end || !std::isfinite(w))
      Fail(lines, power.column, fmt::format("'{}' is not a finite number of watts", power.text));
    const auto at = static_cast<double>(*time_ms);
    if (builder.GoesBack(at, group)) Fail(lines, time.column, "time goes back");
    std::fill(watts.begin(), watts.end(), w);
    builder.Add(at, watts, group);
  }
  return builder.Finish();
}

}  // namespace edgesim
