#include "experiments/cli/doctor_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <tbb/version.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "devices/profile_io.h"
#include "experiments/files.h"
#include "experiments/read_host_profile.h"
#include "experiments/record/child_process.h"
#include "kernels/isa.h"
#include "sim/input_error.h"
#include "sim/version.h"

namespace edgesim {

namespace {

namespace fs = std::filesystem;

constexpr double kNoisy = 0.05;  // relative interquartile range
constexpr int kOldDays = 180;

// A million multiplications and additions that the compiler cannot leave out.
double Work() {
  constexpr int kSteps = 1'000'000;
  volatile double start = 1;
  double sum = start;
  for (int i = 0; i < kSteps; ++i) sum = sum * 0.999999 + 1e-6;
  start = sum;
  return start;
}

// Days since 1970-01-01 of YYYY-MM-DD...; null where it is no date.
std::optional<int> DaysOf(const std::string& date) {
  int year = 0;
  unsigned month = 0, day = 0;
  if (std::sscanf(date.c_str(), "%4d-%2u-%2u", &year, &month, &day) != 3) return std::nullopt;
  const std::chrono::year_month_day when{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!when.ok()) return std::nullopt;
  return static_cast<int>(std::chrono::sys_days(when).time_since_epoch().count());
}

std::string LastLine(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

const char* NameOf(Health health) {
  constexpr const char* kNames[] = {"ok", "note", "broken"};
  return kNames[static_cast<std::size_t>(health)];
}

}  // namespace

Finding ProcessorFinding(const HostIdentity& host) {
  const auto size = [](const std::optional<std::size_t>& bytes) {
    return bytes ? fmt::format("{} KiB", *bytes / 1024) : std::string("unknown");
  };
  return {"processor", fmt::format("{}; caches {}, {}, {}", host.cpu, size(host.l1d_bytes),
                                   size(host.l2_bytes), size(host.l3_bytes))};
}

Finding KernelsFinding() {
  std::vector<std::string> runs, not_here;
  const std::vector<kernels::Isa>& available = kernels::AvailableIsas();
  for (const kernels::Isa isa : {kernels::Isa::kScalar, kernels::Isa::kAvx2, kernels::Isa::kAvxVnni,
                                 kernels::Isa::kAvx512Vnni}) {
    const bool is = std::find(available.begin(), available.end(), isa) != available.end();
    (is ? runs : not_here).emplace_back(kernels::NameOf(isa));
  }
  Finding finding{"kernels",
                  fmt::format("{} is used; runs {}", kernels::NameOf(kernels::FastestIsa()),
                              fmt::join(runs, ", "))};
  if (!not_here.empty())
    finding.found += fmt::format("; not on this processor {}", fmt::join(not_here, ", "));
  if (kernels::FastestIsa() == kernels::Isa::kScalar) {
    finding.health = Health::kNote;
    finding.advice = "`calibrate` and `exercise` are slow here; simulations are not";
  }
  return finding;
}

Finding ThreadsFinding(std::size_t cores) {
  return {"threads", fmt::format("{}; TBB {}, built with {}", cores, TBB_runtime_version(),
                                 TBB_VERSION_STRING)};
}

Finding NoiseFinding(const HostClock& clock, double seconds) {
  std::vector<double> times;
  const double start = clock.seconds(), stolen = clock.stolen_s(), others = clock.others_s();
  constexpr std::size_t kMost = 2000;
  while (times.size() < kMost && clock.seconds() - start < seconds) {
    const double before = clock.seconds();
    Work();
    times.push_back(clock.seconds() - before);
  }
  const double took = clock.seconds() - start;
  std::sort(times.begin(), times.end());
  const auto at = [&](double share) {
    return times.empty()
               ? 0.0
               : times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))];
  };
  const double spread = at(0.5) > 0 ? (at(0.75) - at(0.25)) / at(0.5) : 0;
  Finding finding{
      "noise",
      fmt::format("a timed loop spreads by {:.1f} % (interquartile range of {} rounds in "
                  "{:.1f} s), slowest {:.0f} % above the median; meanwhile {:.2f} s "
                  "stolen, {:.2f} s of other processes",
                  100 * spread, times.size(), took, at(0.5) > 0 ? 100 * (at(1) / at(0.5) - 1) : 0,
                  clock.stolen_s() - stolen, clock.others_s() - others)};
  if (spread > kNoisy) {
    finding.health = Health::kNote;
    finding.advice =
        "end other work before `calibrate` and `exercise`, which refuse a busy machine; results "
        "of `run` do not depend on it";
  }
  return finding;
}

Finding PythonFinding(const PythonPlaces& places) {
  Finding finding{"python", "", Health::kNote};
  try {
    const fs::path python = FindInterpreter(places);
    const fs::path folder = FindPackage(places);
    finding.found = fmt::format("{}, package in {}", python.string(), folder.string());
    constexpr double kTimeout_s = 20;
    const ToolOutput imported = OutputOf(
        {"/usr/bin/env", "PYTHONPATH=" + folder.string(), python.string(), "-c",
         "import sys\nsys.path[:] = [p for p in sys.path if p]\ntry:\n  import edgesim\nexcept "
         "Exception as error:\n  print(error)\n  "
         "sys.exit(1)\nprint(sys.version.split()[0], getattr(edgesim, '__version__', 'unknown'))"},
        kTimeout_s);
    const std::string said = LastLine(imported.text);
    if (imported.ok) {
      const std::size_t space = said.find(' ');
      finding.found += fmt::format(": Python {} imports edgesim {}", said.substr(0, space),
                                   space == std::string::npos ? "" : said.substr(space + 1));
      finding.health = Health::kFine;
    } else {
      finding.found += fmt::format(": `import edgesim` fails: {}", said);
      finding.advice =
          "build all of edgesim, install Debian's python3-numpy python3-pandas "
          "python3-matplotlib python3-jinja2, or set "
          "EDGESIM_PYTHON to the interpreter edgesim was built for";
    }
  } catch (const InputError& none) {
    finding.found = "none";
    finding.advice = none.what();
  }
  return finding;
}

Finding HostProfileFinding(const fs::path& file, const HostIdentity& host,
                           const std::string& today) {
  Finding finding{"host profile", "", Health::kNote};
  std::error_code error;
  if (!fs::exists(file, error)) {
    finding.found = file.string() + " is not in this folder";
    finding.advice =
        "`edgesim calibrate` measures this machine for `predict`; simulations do not need it";
    return finding;
  }
  try {
    const HostProfile profile = ReadHostProfile(file);
    const std::optional<int> then = DaysOf(profile.date), now = DaysOf(today);
    const std::string age =
        then && now ? fmt::format("{} days old", *now - *then) : "of unknown age";
    finding.found =
        fmt::format("{}: '{}' of {}, {}", file.string(), profile.name, profile.date, age);
    if (profile.host.cpu != host.cpu || profile.host.isa != host.isa) {
      finding.advice = fmt::format(
          "it is that of another machine ({}, {}); measure this one with "
          "`edgesim calibrate`, or predict with --other-host",
          profile.host.cpu, profile.host.isa);
    } else if (then && now && *now - *then > kOldDays) {
      finding.advice = "kernels and system may have changed; `edgesim calibrate` measures again";
    } else {
      finding.health = Health::kFine;
    }
  } catch (const InputError& broken) {
    finding.found = broken.what();
    finding.advice = "`edgesim calibrate` writes a new one";
  }
  return finding;
}

Finding ShippedFinding(const fs::path& share) {
  Finding finding{"shipped files", share.string()};
  try {
    const auto count = [&](const char* folder, const char* extension) {
      std::size_t files = 0;
      std::error_code error;
      for (const auto& entry : fs::directory_iterator(share / folder, error))
        files += entry.path().extension() == extension;
      if (files == 0)
        throw InputError(fmt::format("{}: holds no {} file", (share / folder).string(), extension));
      return files;
    };
    const std::size_t profiles = count("devices/profiles", ".json"),
                      cards = count("devices/catalog/models", ".json"),
                      tables = count("workloads/data", ".csv"),
                      configs = count("experiments/configs", ".yaml");
    for (const auto& entry : fs::directory_iterator(share / "devices/profiles")) {
      if (entry.path().extension() == ".json")
        ParseProfile(ReadTextFile(entry.path()), entry.path().string());
    }
    finding.found += fmt::format(": {} profiles, {} model cards, {} tables, {} experiments",
                                 profiles, cards, tables, configs);
  } catch (const InputError& broken) {
    finding.found = broken.what();
    finding.health = Health::kBroken;
    finding.advice =
        "get edgesim's sources again into that folder; names of profiles, tables and "
        "models are looked up there";
  }
  return finding;
}

Finding DataFinding(const std::string& folder) {
  Finding finding{"recorded traces", folder};
  std::error_code error;
  if (folder.empty()) {
    finding.found = "EDGESIM_DATA_DIR is not set; only tests of fits need it";
  } else if (!fs::is_directory(folder, error)) {
    finding.found = folder + " is no folder";
    finding.health = Health::kNote;
    finding.advice = "set EDGESIM_DATA_DIR to the folder of recorded traces or unset it";
  }
  return finding;
}

Finding TerminalFinding(const TerminalFacts& facts) {
  Finding finding{"terminal", fmt::format("{}, {} columns, {}, {}",
                                          facts.terminal ? "a terminal" : "a file or pipe",
                                          facts.columns, facts.utf8 ? "UTF-8" : "no UTF-8",
                                          facts.colors ? "colours" : "no colours")};
  if (!facts.utf8) {
    finding.health = Health::kNote;
    finding.advice = "plots are ASCII; LC_ALL=C.UTF-8 makes them finer";
  }
  return finding;
}

bool AnyBroken(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& one) { return one.health == Health::kBroken; });
}

std::string DoctorText(const std::vector<Finding>& findings) {
  std::string text = fmt::format("edgesim {}\n", kVersion);
  std::size_t notes = 0, broken = 0;
  for (const Finding& finding : findings) {
    text += fmt::format("{:<7}{:<16}{}\n", NameOf(finding.health), finding.what, finding.found);
    if (!finding.advice.empty()) text += fmt::format("{:<23}-> {}\n", "", finding.advice);
    notes += finding.health == Health::kNote;
    broken += finding.health == Health::kBroken;
  }
  return text + (broken > 0 ? fmt::format("{} broken\n", broken)
                            : fmt::format("nothing is broken; notes: {}\n", notes));
}

std::string DoctorJson(const std::vector<Finding>& findings) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const Finding& finding : findings) {
    all.push_back({{"what", finding.what},
                   {"health", NameOf(finding.health)},
                   {"found", finding.found},
                   {"advice", finding.advice.empty() ? nlohmann::ordered_json(nullptr)
                                                     : nlohmann::ordered_json(finding.advice)}});
  }
  const nlohmann::ordered_json json = {{"edgesim", kVersion}, {"findings", all}};
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace edgesim
