#include "calibration/line_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/input_error.h"

namespace edgesim {

namespace {
constexpr std::size_t kChunk = 64 * 1024;
constexpr std::size_t kLongestLine = 1024 * 1024;  // HWiNFO with every sensor: some 20 KiB
constexpr std::string_view kBlank = " \t\r\n";

bool IsBlank(std::string_view text) { return text.find_first_not_of(kBlank) == text.npos; }
}  // namespace

LineReader::LineReader(std::istream& in, std::string name) : in_(in), name_(std::move(name)) {
  Refill();
  const std::string_view head = buffer_;
  const auto refuse = [&](std::string_view what) {
    throw InputError(fmt::format("{}:1:1: {}", name_, what));
  };
  if (head.starts_with("\x1F\x8B")) refuse("compressed: use zcat");
  if (head.starts_with("PK\x03\x04")) refuse("compressed: use unzip");
  if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF"))
    refuse("UTF-16 text: save it as UTF-8 (PowerShell: | Out-File -Encoding utf8)");
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (head.starts_with(kByteOrderMark)) begin_ = kByteOrderMark.size();
  if (AtEnd()) refuse("the file is empty, a recording of power is expected");
}

bool LineReader::Refill() {
  buffer_.erase(0, begin_);
  begin_ = 0;
  const std::size_t had = buffer_.size();
  buffer_.resize(had + kChunk);
  in_.read(buffer_.data() + had, static_cast<std::streamsize>(kChunk));
  buffer_.resize(had + static_cast<std::size_t>(in_.gcount()));
  if (in_.bad()) throw InputError(fmt::format("{}: reading failed", name_));
  return buffer_.size() > had;
}

bool LineReader::Next(std::string_view& line) {
  line_number_ += std::exchange(blank_lines_, 0);
  std::size_t searched = begin_;
  for (;;) {
    const std::size_t end = buffer_.find('\n', searched);
    if (end == buffer_.npos) {
      const std::size_t rest = buffer_.size() - begin_;
      if (rest > kLongestLine) {
        throw InputError(fmt::format("{}:{}:1: no line end within 1 MiB: not a text recording",
                                     name_, line_number_ + 1));
      }
      const bool more = Refill();
      searched = begin_ + rest;
      if (more) continue;
      if (IsBlank(buffer_)) return false;
      throw InputError(fmt::format(
          "{}:{}:{}: the last line has no line end: the recording was cut off there; remove the "
          "line, or end it if it is whole",
          name_, line_number_ + 1, buffer_.size() + 1));
    }
    ++line_number_;
    line = std::string_view(buffer_).substr(begin_, end - begin_);
    begin_ = searched = end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!IsBlank(line)) return true;
  }
}

bool LineReader::AtEnd() {
  while (IsBlank(std::string_view(buffer_).substr(begin_))) {
    blank_lines_ += static_cast<std::size_t>(
        std::count(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_), buffer_.end(), '\n'));
    begin_ = buffer_.size();
    if (!Refill()) return true;
  }
  return false;
}

}  // namespace edgesim
