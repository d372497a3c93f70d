// A text stream line by line in bounded memory, with line numbers for errors.
#pragma once

#include <istream>
#include <string>
#include <string_view>

namespace edgesim {

class LineReader {
 public:
  // `name` (usually the file's) opens every error line. Throws InputError for an empty stream and
  // for bytes that are no text: compressed, UTF-16. A UTF-8 byte order mark is skipped.
  LineReader(std::istream& in, std::string name);

  const std::string& name() const { return name_; }

  // The first lines, as far as they lie within the first 64 KiB. Only before the first Next.
  std::string_view Head() const { return std::string_view(buffer_).substr(begin_); }

  // The next line that is not blank, without its end (LF or CR LF); valid until the next call. A
  // last line without an end is an InputError: the recording was cut off there.
  bool Next(std::string_view& line);

  std::size_t line_number() const { return line_number_; }  // of the last line, from 1

  // Whether nothing but blank lines follows.
  bool AtEnd();

 private:
  bool Refill();  // false at the end of the stream

  std::istream& in_;
  std::string name_;
  std::string buffer_;
  std::size_t begin_ = 0;  // of what has not been given out
  std::size_t line_number_ = 0;
  std::size_t blank_lines_ = 0;  // passed over by AtEnd since the last line
};

}  // namespace edgesim
