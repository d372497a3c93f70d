// A csv stream row by row in bounded memory: columns by header name, errors at file:line:column.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "calibration/line_reader.h"

namespace edgesim {

class CsvRows {
 public:
  // Reads the header. Header cells that are not UTF-8 are taken as Latin-1; an empty one at the end
  // (a comma at each line's end) is dropped.
  explicit CsvRows(LineReader& lines);
  ~CsvRows();
  CsvRows(const CsvRows&) = delete;
  CsvRows& operator=(const CsvRows&) = delete;

  const std::vector<std::string>& header() const { return header_; }

  // Position of the one column of this name; header().size() where there is none. A name that
  // stands twice is an InputError.
  std::size_t Find(std::string_view name) const;

  // The next row; the header line repeated is skipped. As many cells as the header, or InputError;
  // a row whose first two cells are empty (HWiNFO's line of device names) may have any number.
  bool Next();

  // A cell of this row, "" beyond its end; valid until the next call of Next.
  std::string_view Cell(std::size_t column) const;
  double Number(std::size_t column);           // finite, or InputError
  std::string Text(std::size_t column) const;  // as UTF-8

  std::size_t repeated_headers() const { return repeated_headers_; }

  // Throw InputError at a cell of this row or of the header.
  [[noreturn]] void Fail(std::size_t column, std::string_view what) const;
  [[noreturn]] void FailHeader(std::size_t column, std::string_view what) const;

 private:
  struct Splitter;
  bool ReadCells();

  LineReader& lines_;
  std::unique_ptr<Splitter> splitter_;
  std::string line_, header_line_;
  std::size_t header_line_number_ = 0, repeated_headers_ = 0;
  std::vector<std::string> header_;
};

}  // namespace edgesim
