#include "sim/csv_table.h"

#include <csv.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "sim/input_error.h"

namespace edgesim {

CsvTable::CsvTable(std::string_view text, std::string name) : name_(std::move(name)) {
  struct Sink {
    std::vector<std::vector<std::string>> lines{{}};
  } sink;
  csv_parser parser;
  csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI);
  const auto on_cell = [](void* cell, std::size_t size, void* out) {
    static_cast<Sink*>(out)->lines.back().emplace_back(static_cast<const char*>(cell), size);
  };
  const auto on_line = [](int, void* out) { static_cast<Sink*>(out)->lines.emplace_back(); };
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const bool ok =
      csv_parse(&parser, text.data(), text.size(), on_cell, on_line, &sink) == text.size() &&
      csv_fini(&parser, on_cell, on_line, &sink) == 0;
  const std::size_t stopped_at = sink.lines.size();
  csv_free(&parser);
  if (!ok) throw InputError(fmt::format("{}:{}: not a csv line", name_, stopped_at));

  // libcsv skips empty lines, so the numbers are those of a file without any.
  std::size_t line = 0;
  for (std::vector<std::string>& cells : sink.lines) {
    if (cells.empty()) continue;
    ++line;
    if (header_.empty()) {
      header_ = std::move(cells);
    } else if (cells.size() != header_.size()) {
      throw InputError(fmt::format("{}:{}: {} cells, the header has {}", name_, line, cells.size(),
                                   header_.size()));
    } else {
      rows_.push_back({line, std::move(cells)});
    }
  }
  if (header_.size() == 1 && header_[0].find_first_of(";\t") != std::string::npos) {
    throw InputError(name_ +
                     ":1: cells are separated by semicolons or tabs; write commas between cells, "
                     "and decimal points");
  }
  if (header_.empty()) throw InputError(name_ + ":1: the file is empty, a csv header is expected");
}

std::size_t CsvTable::Column(std::string_view name) const {
  const auto at = std::find(header_.begin(), header_.end(), name);
  if (at == header_.end()) {
    throw InputError(fmt::format("{}:1: no column '{}'; the columns are {}", name_, name,
                                 fmt::join(header_, ", ")));
  }
  return static_cast<std::size_t>(at - header_.begin());
}

double CsvTable::Number(std::size_t row, std::size_t column) const {
  const std::string& cell = rows_[row].cells[column];
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc{} || end != cell.data() + cell.size() || !std::isfinite(value)) {
    throw InputError(fmt::format("{}:{}: column '{}': '{}' is not a finite number", name_,
                                 rows_[row].line, header_[column], cell));
  }
  return value;
}

std::uint32_t CsvTable::Count(std::size_t row, std::size_t column, std::uint32_t least) const {
  const std::string& cell = rows_[row].cells[column];
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc{} || end != cell.data() + cell.size() || value < least) {
    throw InputError(fmt::format("{}:{}: column '{}': '{}' is not a whole number of {} or more",
                                 name_, rows_[row].line, header_[column], cell, least));
  }
  return value;
}

}  // namespace edgesim
