#include "calibration/csv_rows.h"

#include <csv.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "sim/input_error.h"

namespace edgesim {

namespace {

bool IsUtf8(std::string_view text) {
  std::size_t follow = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (follow > 0) {
      if ((byte & 0xC0) != 0x80) return false;
      --follow;
    } else if (byte >= 0x80) {
      follow = byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : 1;
      if (byte < 0xC2 || byte > 0xF4) return false;
    }
  }
  return follow == 0;
}

std::string ToUtf8(std::string_view text) {
  if (IsUtf8(text)) return std::string(text);
  std::string utf8;
  for (const char c : text) {  // Latin-1: bytes are code points
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      utf8 += c;
    } else {
      utf8 += static_cast<char>(0xC0 | (byte >> 6));
      utf8 += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return utf8;
}

}  // namespace

// libcsv on one line at a time. The cells of a line lie in one string that is used again.
struct CsvRows::Splitter {
  Splitter() { csv_init(&parser, CSV_STRICT); }
  ~Splitter() { csv_free(&parser); }
  Splitter(const Splitter&) = delete;
  Splitter& operator=(const Splitter&) = delete;

  static void OnCell(void* cell, std::size_t size, void* self) {
    auto& splitter = *static_cast<Splitter*>(self);
    splitter.text.append(static_cast<const char*>(cell), size);
    splitter.ends.push_back(splitter.text.size());
  }
  static void OnLine(int, void* self) { static_cast<Splitter*>(self)->complete = true; }

  // Position where libcsv stopped, or line.size() + 1.
  std::size_t Split(std::string_view line) {
    text.clear();
    ends.clear();
    complete = false;
    const std::size_t read = csv_parse(&parser, line.data(), line.size(), OnCell, OnLine, this);
    return read < line.size() ? read : read + csv_parse(&parser, "\n", 1, OnCell, OnLine, this);
  }

  // Where cell `index` begins in the line, from 1.
  static std::size_t ColumnOf(std::string_view line, std::size_t index) {
    Splitter fresh;
    std::size_t at = 0;
    while (at < line.size() && fresh.ends.size() < index)
      csv_parse(&fresh.parser, &line[at++], 1, OnCell, OnLine, &fresh);
    return at + 1;
  }

  std::string_view Cell(std::size_t index) const {
    const std::size_t begin = index == 0 ? 0 : ends[index - 1];
    return std::string_view(text).substr(begin, ends[index] - begin);
  }

  csv_parser parser;
  std::string text;
  std::vector<std::size_t> ends;
  bool complete = false;
};

CsvRows::CsvRows(LineReader& lines) : lines_(lines), splitter_(std::make_unique<Splitter>()) {
  if (!ReadCells()) return;  // cannot be: the reader refuses an empty stream
  header_line_ = line_;
  header_line_number_ = lines_.line_number();
  for (std::size_t i = 0; i < splitter_->ends.size(); ++i)
    header_.push_back(ToUtf8(splitter_->Cell(i)));
  if (header_.back().empty()) header_.pop_back();
  if (header_.size() <= 1 && line_.find_first_of(";\t") != line_.npos) {
    Fail(0,
         "cells are separated by semicolons or tabs; write commas between cells, and decimal "
         "points");
  }
}

CsvRows::~CsvRows() = default;

bool CsvRows::ReadCells() {
  std::string_view line;
  if (!lines_.Next(line)) return false;
  line_ = line;
  const std::size_t stopped_at = splitter_->Split(line_);
  if (stopped_at <= line_.size() || !splitter_->complete) {
    throw InputError(fmt::format("{}:{}:{}: not a csv line: a quote is missing or too many",
                                 lines_.name(), lines_.line_number(),
                                 std::min(stopped_at, line_.size()) + 1));
  }
  return true;
}

std::size_t CsvRows::Find(std::string_view name) const {
  const auto at = std::find(header_.begin(), header_.end(), name);
  if (at != header_.end() && std::find(at + 1, header_.end(), name) != header_.end()) {
    const auto again = std::find(at + 1, header_.end(), name);
    FailHeader(static_cast<std::size_t>(again - header_.begin()),
               fmt::format("column '{}' stands twice", name));
  }
  return static_cast<std::size_t>(at - header_.begin());
}

bool CsvRows::Next() {
  for (;;) {
    if (!ReadCells()) return false;
    if (line_ != header_line_) break;
    ++repeated_headers_;
  }
  std::size_t cells = splitter_->ends.size();
  if (cells > 2 && Cell(0).empty() && Cell(1).empty()) return true;
  if (cells == header_.size() + 1 && Cell(cells - 1).empty()) --cells;
  if (cells == header_.size()) return true;
  const std::string counts = fmt::format("{} cells, the header has {}", cells, header_.size());
  if (cells > header_.size())
    Fail(header_.size(), counts + ": decimal commas? Write decimal points");
  // AtEnd may move the reader's buffer, but line_ is a copy.
  Fail(cells, lines_.AtEnd() ? counts + ": the recording was cut off in its last line; remove it"
                             : counts);
}

std::string_view CsvRows::Cell(std::size_t column) const {
  return column < splitter_->ends.size() ? splitter_->Cell(column) : std::string_view();
}

double CsvRows::Number(std::size_t column) {
  const std::string_view cell = Cell(column);
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error == std::errc{} && end == cell.data() + cell.size() && std::isfinite(value))
    return value;
  const std::string& title = header_[column];
  if (cell.empty()) Fail(column, fmt::format("column '{}' is empty, a number is expected", title));
  Fail(column,
       fmt::format("column '{}': '{}' is not a finite number{}", title, ToUtf8(cell),
                   cell.find(',') != cell.npos ? ": write decimal points, not commas" : ""));
}

std::string CsvRows::Text(std::size_t column) const { return ToUtf8(Cell(column)); }

void CsvRows::Fail(std::size_t column, std::string_view what) const {
  throw InputError(fmt::format("{}:{}:{}: {}", lines_.name(), lines_.line_number(),
                               Splitter::ColumnOf(line_, column), what));
}

void CsvRows::FailHeader(std::size_t column, std::string_view what) const {
  throw InputError(fmt::format("{}:{}:{}: {}", lines_.name(), header_line_number_,
                               Splitter::ColumnOf(header_line_, column), what));
}

}  // namespace edgesim
