#include "calibration/power_columns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "sim/did_you_mean.h"

namespace edgesim {

namespace {

struct Unit {
  std::string_view suffix;
  double to_si;
  bool is_energy;
};
constexpr std::array kUnits = {
    Unit{"_w", 1, false},       Unit{"_mw", 1e-3, false},   Unit{" [W]", 1, false},
    Unit{" [mW]", 1e-3, false}, Unit{" (Watts)", 1, false}, Unit{" (W)", 1, false},
    Unit{" (mW)", 1e-3, false}, Unit{" (J)", 1, true},      Unit{" (mJ)", 1e-3, true}};

std::string_view AfterBar(std::string_view header) {
  return header.substr(header.rfind('|') + 1);  // npos + 1 is 0
}

std::string_view WithoutUnit(std::string_view header) {
  for (const Unit& unit : kUnits) {
    if (header.size() > unit.suffix.size() && header.ends_with(unit.suffix))
      return header.substr(0, header.size() - unit.suffix.size());
  }
  return header;
}

std::optional<PowerColumn> AsPower(const CsvRows& rows, std::size_t column) {
  const std::string_view name = AfterBar(rows.header()[column]);
  for (const Unit& unit : kUnits) {
    if (name.size() <= unit.suffix.size() || !name.ends_with(unit.suffix)) continue;
    return PowerColumn{.rail = std::string(WithoutUnit(name)),
                       .column = column,
                       .to_si = unit.to_si,
                       .is_energy = unit.is_energy};
  }
  return std::nullopt;
}

std::vector<std::size_t> ColumnsNamed(const CsvRows& rows, std::string_view name) {
  using Form = std::string_view (*)(std::string_view);
  constexpr std::array<Form, 4> kForms = {
      [](std::string_view header) { return header; }, AfterBar, WithoutUnit,
      [](std::string_view header) { return WithoutUnit(AfterBar(header)); }};
  std::vector<std::size_t> found;
  for (const Form form : kForms) {
    for (std::size_t i = 0; i < rows.header().size(); ++i) {
      if (form(rows.header()[i]) == name) found.push_back(i);
    }
    if (!found.empty()) break;
  }
  return found;
}

// Splits "NAME#2"; 0 where there is no such ending.
std::size_t TakeOccurrence(std::string_view& name) {
  const std::size_t hash = name.rfind('#');
  std::size_t occurrence = 0;
  if (hash == name.npos) return 0;
  const char* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + hash + 1, end, occurrence);
  if (error != std::errc{} || stop != end) return 0;
  name = name.substr(0, hash);
  return occurrence;
}

PowerColumn Chosen(const CsvRows& rows, const std::string& choice) {
  std::string_view name = choice;
  std::string rail;
  std::vector<std::size_t> found = ColumnsNamed(rows, name);
  if (const std::size_t equals = choice.find('='); found.empty() && equals != choice.npos) {
    rail = choice.substr(0, equals);
    name.remove_prefix(equals + 1);
    found = ColumnsNamed(rows, name);
  }
  std::size_t occurrence = 0;
  if (found.empty()) {
    occurrence = TakeOccurrence(name);
    if (occurrence > 0) found = ColumnsNamed(rows, name);
  }
  if (found.empty()) {
    std::vector<std::string> names;
    for (const PowerColumn& column : PowerColumns(rows)) {
      names.emplace_back(AfterBar(rows.header()[column.column]));
      names.push_back(column.rail);
    }
    rows.FailHeader(
        0, fmt::format("no column '{}'{}{}", name, PowerColumnList(rows), DidYouMean(name, names)));
  }
  if (occurrence > found.size()) {
    rows.FailHeader(found.back(), fmt::format("column '{}' stands {} times, there is no #{}", name,
                                              found.size(), occurrence));
  }
  if (occurrence == 0 && found.size() > 1) {
    const std::string prefix = rail.empty() ? "" : rail + "=";
    rows.FailHeader(found[1],
                    fmt::format("column '{}' stands {} times; choose one: '{}{}#1' to #{}", name,
                                found.size(), prefix, name, found.size()));
  }
  const std::size_t column = found[occurrence == 0 ? 0 : occurrence - 1];
  std::optional<PowerColumn> power = AsPower(rows, column);
  if (!power) {
    rows.FailHeader(column,
                    fmt::format("column '{}' names no unit of power or energy in its header{}",
                                rows.header()[column], PowerColumnList(rows)));
  }
  if (!rail.empty()) power->rail = rail;
  return *power;
}

}  // namespace

std::vector<PowerColumn> PowerColumns(const CsvRows& rows) {
  std::vector<PowerColumn> columns;
  for (std::size_t i = 0; i < rows.header().size(); ++i) {
    if (const auto power = AsPower(rows, i)) columns.push_back(*power);
  }
  return columns;
}

std::vector<PowerColumn> ChosenColumns(const CsvRows& rows,
                                       const std::vector<std::string>& choices) {
  std::vector<PowerColumn> columns;
  for (const std::string& choice : choices) columns.push_back(Chosen(rows, choice));
  return columns;
}

void RefuseTwiceTheSameRail(const CsvRows& rows, const std::vector<PowerColumn>& columns) {
  for (std::size_t b = 0; b < columns.size(); ++b) {
    for (std::size_t a = 0; a < b; ++a) {
      if (columns[a].rail != columns[b].rail) continue;
      rows.FailHeader(
          columns[b].column,
          fmt::format("rail '{}' stands twice, as '{}' and '{}'{}; choose one of them, or rename "
                      "one: 'NAME={}'",
                      columns[a].rail, rows.header()[columns[a].column],
                      rows.header()[columns[b].column],
                      columns[a].to_si == columns[b].to_si ? "" : " in another unit",
                      rows.header()[columns[b].column]));
    }
  }
}

std::string PowerColumnList(const CsvRows& rows) {
  constexpr std::size_t kMost = 12;  // HWiNFO may have a hundred
  const std::vector<PowerColumn> columns = PowerColumns(rows);
  if (columns.empty()) return "; no column names a unit of power (_w, _mw, [W], (Watts), (J))";
  std::vector<std::string> names;
  for (const PowerColumn& column : columns) {
    if (names.size() == kMost) break;
    names.push_back("'" + rows.header()[column.column] + "'");
  }
  return fmt::format("; columns that look like power: {}{}", fmt::join(names, ", "),
                     columns.size() > kMost ? ", ..." : "");
}

}  // namespace edgesim
