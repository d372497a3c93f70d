// What a run leaves behind: the text it prints and the files of its folder.
#pragma once

#include <map>
#include <string>

#include "experiments/runner.h"
#include "experiments/summary.h"

namespace edgesim {

// How a run came about; nothing of it changes a figure.
struct RunFacts {
  int threads = 1;
  double seconds = 0;
  std::string config;        // absolute path of its file; empty where there is none
  std::string resumed_from;  // run folder; empty: it began anew
};

// The tables, what is assumed, and the verdicts, as `edgesim run` prints them.
std::string RunText(const BuiltExperiment& built, const RunSummary& summary);

// By name: summary.json, evaluation.csv, curves.csv, config.resolved.yaml, manifest.json, attached
// files, and policies/ where the run kept them. The manifest holds what differs between two equal
// runs: date, host, times, paths.
std::map<std::string, std::string> FolderFiles(const BuiltExperiment& built,
                                               const RunResult& result, const RunSummary& summary,
                                               const RunFacts& facts);

}  // namespace edgesim
