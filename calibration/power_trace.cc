#include "calibration/power_trace.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "calibration/line_reader.h"
#include "calibration/trace_readers.h"
#include "sim/did_you_mean.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

struct Format {
  std::string_view name;
  std::string_view looks_like;
  PowerTrace (*read)(LineReader&, const ImportOptions&);
  bool (*fits)(std::string_view first_line);
};

bool Has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

bool HasCell(std::string_view line, std::string_view cell) {
  while (!line.empty()) {
    const std::size_t end = std::min(line.find_first_of(",;\t"), line.size());
    std::string_view one = line.substr(0, end);
    if (one.size() > 1 && one.starts_with('"') && one.ends_with('"'))
      one = one.substr(1, one.size() - 2);
    if (one == cell) return true;
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return false;
}

constexpr std::array kFormats = {
    Format{"tegrastats", "04-19-2026 01:31:10 RAM ... VDD_IN 5971mW/5971mW", ReadTegrastats,
           [](std::string_view line) {
             return Has(line, "RAM ") && (Has(line, "mW/") || Has(line, "GR3D_FREQ"));
           }},
    Format{"spl", "Time,03-02-2023 13:38:13.142,Watts,14.24,...", ReadSpl,
           [](std::string_view line) { return line.starts_with("Time,") && Has(line, ",Watts,"); }},
    Format{"energibridge", "header Delta,Time,...,SYSTEM_POWER (Watts)", ReadEnergiBridge,
           [](std::string_view line) { return HasCell(line, "Delta") && HasCell(line, "Time"); }},
    Format{"hwinfo", "header Date,Time,...,\"GPU Power [W]\"", ReadHwinfo,
           [](std::string_view line) { return HasCell(line, "Date") && HasCell(line, "Time"); }},
    Format{"generic", "header t_s,<rail>_w or t_ms,<rail>_mw", ReadGenericCsv,
           [](std::string_view line) { return HasCell(line, "t_s") || HasCell(line, "t_ms"); }},
};

}  // namespace

std::string DetectFormat(std::string_view head, const std::string& name) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (head.starts_with(kByteOrderMark)) head.remove_prefix(kByteOrderMark.size());
  const std::size_t begin = std::min(head.find_first_not_of("\r\n\t "), head.size());
  std::string_view line = head.substr(begin, head.find_first_of("\r\n", begin) - begin);
  for (const Format& format : kFormats) {
    if (format.fits(line)) return std::string(format.name);
  }
  std::vector<std::string> known;
  for (const Format& format : kFormats)
    known.push_back(fmt::format("{} ({})", format.name, format.looks_like));
  throw InputError(fmt::format("{}:1:1: not a known recording of power; the formats are {}", name,
                               fmt::join(known, "; ")));
}

PowerTrace ImportTrace(std::istream& in, const std::string& name, const ImportOptions& options) {
  LineReader lines(in, name);
  const std::string wanted =
      options.format.empty() ? DetectFormat(lines.Head(), name) : options.format;
  std::vector<std::string> names;
  for (const Format& format : kFormats) {
    if (format.name == wanted) return format.read(lines, options);
    names.emplace_back(format.name);
  }
  throw InputError(fmt::format("{}: unknown format '{}', allowed: {}{}", name, wanted,
                               fmt::join(names, ", "), DidYouMean(wanted, names)));
}

}  // namespace edgesim
