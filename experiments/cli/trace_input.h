// What a command is told about traces on its command line, and the requests read from them.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "calibration/request_trace.h"

namespace edgesim {

struct TraceArguments {
  std::vector<std::string> recordings;      // in any format that ImportTrace reads
  std::string format;                       // of recordings; "" = by content
  std::vector<std::string> rails;           // of recordings; empty = the format's default
  std::string group_column, action_column;  // of recordings
  std::string samples, requests;            // or two csv tables, see JoinTraces
};

// Adds the positional TRACE... and --format, --rails, --group, --action, --traces, --requests.
void AddTraceOptions(CLI::App& command, TraceArguments& args);

struct TraceInput {
  TraceSet traces;
  std::vector<std::string> files;  // names without folders, in the order given
  std::vector<std::string> notes;  // what reading changed or noticed, "<file>: <note>"
  std::string recorded;            // first day by the recordings' own clocks, ISO 8601; else ""
};

// Reads the files as a stream: a pipe will do, and no more than the chosen columns is held. Throws
// InputError, one line: no file given or one that is missing, empty, a folder, compressed or in no
// known format, and whatever ImportTrace, FromRecordings and JoinTraces refuse.
TraceInput ReadTraceInput(const TraceArguments& args);

// The files that are read, for a check that none is overwritten.
std::vector<std::string> InputFiles(const TraceArguments& args);

}  // namespace edgesim
