// Recorded power as the common tools write it: HWiNFO, tegrastats, PTDaemon, EnergiBridge, csv.
#pragma once

#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace edgesim {

struct PowerTrace {                // one recording, as the sensor gave it
  std::string name;                // of the file
  std::vector<std::string> rails;  // e.g. "gpu", "VDD_IN", "system", "wall"
  double origin_s = 0;             // what the file's clock showed at t_s = 0
  std::vector<double> t_s;         // since the first sample; never decreasing within a group
  std::vector<std::vector<double>> rail_w;  // [rail][sample]
  std::vector<std::string> group;  // per sample: which request or run it belongs to; else ""
  std::vector<std::string> notes;  // what reading changed or noticed, one line each
};

struct ImportOptions {
  std::string format;  // "" = by content; generic, hwinfo, tegrastats, spl, energibridge
  std::vector<std::string> rails;  // header names to take; empty = the default of the format;
                                   // renamed by "gpu=GPU Power [W]", the second of two columns of
                                   // one name is "GPU Power [W]#2"
  std::string group_column;        // of csv formats and spl; several joined by '+'; empty = none
};

// Reads line by line: only the chosen columns are held. By format:
//   generic       csv with t_s or t_ms and columns "<rail>_w" or "<rail>_mw"; takes all of them.
//   hwinfo        csv with Date, Time and columns "... [W]"; takes the CPU package as "cpu" and the
//                 GPU as "gpu".
//   tegrastats    takes the board's input (VDD_IN, POM_5V_IN) where there is one, for the other
//                 rails are parts of it; else every rail. The present value, not the average.
//   spl           PTDaemon's log; takes Watts as "wall".
//   energibridge  csv with Time (epoch, ms); takes every "... (Watts)" column, or without one the
//                 counters of package and memory, "... (J)", as mean power since the row before.
// Throws InputError, "file:line:column: ...": other formats, columns that are not there or have no
// unit of power, cells that are no numbers, time that goes back within a group, cut-off files.
PowerTrace ImportTrace(std::istream& in, const std::string& name, const ImportOptions& options);

// The format of a text that begins with `head`; InputError with the list of formats when none fits.
std::string DetectFormat(std::string_view head, const std::string& name);

}  // namespace edgesim
