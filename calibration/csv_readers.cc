#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "calibration/clock_text.h"
#include "calibration/csv_rows.h"
#include "calibration/power_columns.h"
#include "calibration/trace_builder.h"
#include "calibration/trace_readers.h"
#include "sim/did_you_mean.h"

namespace edgesim {

namespace {

std::vector<std::size_t> GroupColumns(const CsvRows& rows, const std::string& names) {
  std::vector<std::size_t> columns;
  for (std::size_t begin = 0; begin < names.size();) {
    const std::size_t end = std::min(names.find('+', begin), names.size());
    const std::string name = names.substr(begin, end - begin);
    columns.push_back(rows.Find(name));
    if (columns.back() == rows.header().size()) {
      rows.FailHeader(0,
                      fmt::format("no column '{}' to group by; the columns are {}{}", name,
                                  fmt::join(rows.header(), ", "), DidYouMean(name, rows.header())));
    }
    begin = end + 1;
  }
  return columns;
}

std::string Group(const CsvRows& rows, const std::vector<std::size_t>& columns) {
  std::string group;
  for (const std::size_t column : columns) {
    if (!group.empty()) group += '/';
    group += rows.Text(column);
  }
  return group;
}

// Power from the rows of one csv: a column as it stands, or a counter of energy as the mean since
// the row before.
class PowerCells {
 public:
  explicit PowerCells(std::vector<PowerColumn> columns)
      : columns_(std::move(columns)), watts_(columns_.size()), joules_(columns_.size()) {}

  std::vector<std::string> Rails() const {
    std::vector<std::string> rails;
    for (const PowerColumn& column : columns_) rails.push_back(column.rail);
    return rails;
  }

  // False where a counter gives no power: in the first row, at a time that stands still, and where
  // the counter goes back. It has wrapped or was reset, and its range is not in the file.
  bool Read(CsvRows& rows, double t_s, const std::string& group) {
    const double step_s = t_s - last_t_s_;
    const bool begins = !began_ || group != last_group_;
    bool complete = true;
    if (!begins && step_s == 0 && HasCounters()) return false;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const double value = rows.Number(columns_[i].column) * columns_[i].to_si;
      if (!columns_[i].is_energy) {
        watts_[i] = value;
        continue;
      }
      const double step_j = value - joules_[i];
      joules_[i] = value;
      if (begins) {
        complete = false;
      } else if (step_j < 0) {
        ++wraps_;
        complete = false;
      } else {
        watts_[i] = step_j / step_s;
      }
    }
    began_ = true;
    last_t_s_ = t_s;
    last_group_ = group;
    return complete;
  }

  const std::vector<double>& watts() const { return watts_; }
  std::size_t wraps() const { return wraps_; }

 private:
  bool HasCounters() const {
    return std::any_of(columns_.begin(), columns_.end(),
                       [](const PowerColumn& column) { return column.is_energy; });
  }

  std::vector<PowerColumn> columns_;
  std::vector<double> watts_, joules_;
  bool began_ = false;
  double last_t_s_ = 0;
  std::string last_group_;
  std::size_t wraps_ = 0;
};

// All rows of a csv. `time` gives a row's time in units of 1 / per_second s, or nothing for a row
// to be passed over; `time_column` is where to point when it goes back.
template <class Time>
PowerTrace ReadRows(CsvRows& rows, const LineReader& lines, const ImportOptions& options,
                    const std::vector<PowerColumn>& columns, std::size_t time_column,
                    double per_second, const Time& time) {
  RefuseTwiceTheSameRail(rows, columns);
  const std::vector<std::size_t> group_columns = GroupColumns(rows, options.group_column);
  PowerCells cells(columns);
  TraceBuilder builder(lines.name(), cells.Rails(), per_second);
  while (rows.Next()) {
    const std::optional<double> at = time();
    if (!at) continue;
    std::string group = Group(rows, group_columns);
    if (builder.GoesBack(*at, group)) {
      rows.Fail(time_column,
                fmt::format("time goes back{}",
                            group.empty() ? "; if the file holds several runs, name the column "
                                            "that tells them apart as the group"
                                          : " in group '" + group + "'"));
    }
    if (cells.Read(rows, *at / per_second, group))
      builder.Add(*at, cells.watts(), std::move(group));
  }
  if (rows.repeated_headers() > 0)
    builder.Note(fmt::format("{} repeated header lines passed over", rows.repeated_headers()));
  if (cells.wraps() > 0) {
    builder.Note(
        fmt::format("{} samples left out where an energy counter went back", cells.wraps()));
  }
  return builder.Finish();
}

void RequireColumn(const CsvRows& rows, std::size_t column, std::string_view name,
                   std::string_view format) {
  if (column < rows.header().size()) return;
  rows.FailHeader(0, fmt::format("no column '{}', which {} has; the columns are {}", name, format,
                                 fmt::join(rows.header(), ", ")));
}

}  // namespace

PowerTrace ReadGenericCsv(LineReader& lines, const ImportOptions& options) {
  CsvRows rows(lines);
  std::size_t column = rows.Find("t_s");
  const bool seconds = column < rows.header().size();
  if (const std::size_t milliseconds = rows.Find("t_ms"); !seconds) {
    column = milliseconds;
  } else if (milliseconds < rows.header().size()) {
    rows.FailHeader(milliseconds, "time stands twice, as 't_s' and 't_ms'; leave one out");
  }
  RequireColumn(rows, column, "t_s' or 't_ms", "a generic trace");
  const std::vector<PowerColumn> columns =
      options.rails.empty() ? PowerColumns(rows) : ChosenColumns(rows, options.rails);
  if (columns.empty()) {
    rows.FailHeader(0, fmt::format("no column '<rail>_w' or '<rail>_mw'; the columns are {}",
                                   fmt::join(rows.header(), ", ")));
  }
  return ReadRows(rows, lines, options, columns, column, seconds ? 1 : 1000,
                  [&] { return std::optional(rows.Number(column)); });
}

PowerTrace ReadHwinfo(LineReader& lines, const ImportOptions& options) {
  CsvRows rows(lines);
  const std::size_t date_column = rows.Find("Date"), time_column = rows.Find("Time");
  RequireColumn(rows, time_column, "Time", "an HWiNFO log");
  const bool dated = date_column < rows.header().size();

  std::vector<PowerColumn> columns;
  if (!options.rails.empty()) {
    columns = ChosenColumns(rows, options.rails);
  } else {
    // Package and GPU alone: most other columns of W are parts of them, or limits.
    struct Default {
      std::string_view rail;
      std::vector<std::string_view> names;  // by HWiNFO's language
    };
    for (const Default& one : {Default{"cpu", {"CPU Package Power [W]", "CPU 封装功率 [W]"}},
                               Default{"gpu", {"GPU Power [W]", "GPU 功率 [W]"}}}) {
      for (const std::string_view name : one.names) {
        const bool there =
            std::any_of(rows.header().begin(), rows.header().end(), [&](const std::string& header) {
              return header == name || header.ends_with("|" + std::string(name));
            });
        if (!there) continue;
        columns.push_back(ChosenColumns(rows, {fmt::format("{}={}", one.rail, name)}).front());
        break;
      }
    }
    if (columns.empty()) {
      rows.FailHeader(0,
                      "neither 'CPU Package Power [W]' nor 'GPU Power [W]' is there; choose rails" +
                          PowerColumnList(rows));
    }
  }

  constexpr double kDayMs = 86'400'000;
  double days_ms = 0, last = 0;
  bool began = false;
  return ReadRows(rows, lines, options, columns, time_column, 1000, [&]() -> std::optional<double> {
    // HWiNFO ends a log with a line that names the device of each column.
    if (rows.Cell(0).empty() && rows.Cell(1).empty()) return std::nullopt;
    const auto time = HwinfoTimeMs(rows.Cell(time_column));
    if (!time) {
      rows.Fail(time_column,
                fmt::format("'{}' is no time, expected H:M:S.ms", rows.Text(time_column)));
    }
    double at = static_cast<double>(*time) + days_ms;
    if (dated) {
      const auto date = DottedDateMs(rows.Cell(date_column));
      if (!date) {
        rows.Fail(date_column,
                  fmt::format("'{}' is no date, expected D.M.YYYY", rows.Text(date_column)));
      }
      at += static_cast<double>(*date);
    }
    // Past midnight without a new date: half a day back can be nothing else.
    if (began && at < last - kDayMs / 2 && at >= last - kDayMs) {
      days_ms += kDayMs;
      at += kDayMs;
    }
    began = true;
    last = at;
    return at;
  });
}

PowerTrace ReadEnergiBridge(LineReader& lines, const ImportOptions& options) {
  CsvRows rows(lines);
  // Time is when the row's values were collected; Delta how much later the row was written
  // (EnergiBridge, src/main.rs). The second row therefore repeats the time of the first.
  const std::size_t time_column = rows.Find("Time");
  RequireColumn(rows, time_column, "Time", "an EnergiBridge log");
  std::vector<PowerColumn> columns;
  if (!options.rails.empty()) {
    columns = ChosenColumns(rows, options.rails);
  } else {
    bool package = false;
    for (const PowerColumn& column : PowerColumns(rows)) {
      if (!column.is_energy) columns.push_back(column);
    }
    if (columns.empty()) {
      for (const PowerColumn& column : PowerColumns(rows)) {
        // PP0, PP1 and the cores are parts of the package. "PACAKGE" is how early versions write
        // it.
        const bool is_package = column.rail == "CPU_ENERGY" || column.rail == "PACKAGE_ENERGY" ||
                                column.rail == "PACAKGE_ENERGY";
        if ((is_package && !package) || column.rail == "DRAM_ENERGY") columns.push_back(column);
        package = package || is_package;
      }
    }
    if (columns.empty()) {
      rows.FailHeader(0, "neither a column '... (Watts)' nor the energy of a package is there" +
                             PowerColumnList(rows));
    }
    for (PowerColumn& column : columns) {  // SYSTEM_POWER: system
      for (const std::string_view ending : {"_POWER", "_ENERGY"}) {
        if (column.rail.ends_with(ending)) column.rail.resize(column.rail.size() - ending.size());
      }
      std::transform(column.rail.begin(), column.rail.end(), column.rail.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      });
    }
  }
  return ReadRows(rows, lines, options, columns, time_column, 1000,
                  [&] { return std::optional(rows.Number(time_column)); });
}

}  // namespace edgesim
