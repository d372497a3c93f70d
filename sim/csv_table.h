// A csv text as columns found by header name, never by position.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace edgesim {

class CsvTable {
 public:
  // `name` (usually the file's) opens every error line. Throws InputError.
  CsvTable(std::string_view text, std::string name);

  const std::string& name() const { return name_; }
  std::size_t rows() const { return rows_.size(); }
  const std::vector<std::string>& header() const { return header_; }

  // Position of a column; throws InputError listing the columns there are.
  std::size_t Column(std::string_view name) const;
  const std::string& Text(std::size_t row, std::size_t column) const {
    return rows_[row].cells[column];
  }

  std::size_t Line(std::size_t row) const { return rows_[row].line; }

  // A finite number; throws InputError with file and line.
  double Number(std::size_t row, std::size_t column) const;

  // A whole number from `least` to 4294967295; throws likewise.
  std::uint32_t Count(std::size_t row, std::size_t column, std::uint32_t least) const;

 private:
  struct Row {
    std::size_t line;  // in the text, from 1
    std::vector<std::string> cells;
  };
  std::string name_;
  std::vector<std::string> header_;
  std::vector<Row> rows_;
};

}  // namespace edgesim
