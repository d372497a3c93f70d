#include <fmt/format.h>

#include <set>

#include "calibration/host_calibration.h"
#include "devices/host_profile_io.h"
#include "experiments/catalog.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/host_text.h"
#include "experiments/cli/measuring_clock.h"
#include "experiments/cli/option_checks.h"
#include "experiments/cli/output_file.h"
#include "experiments/cli/progress_bar.h"
#include "experiments/cli/this_host.h"
#include "experiments/cli/today.h"
#include "experiments/files.h"
#include "sim/input_error.h"
#include "sim/version.h"

namespace edgesim {

namespace {

struct CalibrateArguments {
  std::string out = "host-profile.json", name = "this-host";
  std::vector<std::size_t> threads;
  bool quick = false;
};

// 1, 2, 4, ... and all cores.
std::vector<std::size_t> DefaultThreads(std::size_t cores) {
  std::vector<std::size_t> threads;
  for (std::size_t n = 1; n < cores; n *= 2) threads.push_back(n);
  threads.push_back(cores);
  return threads;
}

void RunCalibrate(const CalibrateArguments& args) {
  CheckOutputFile("--out", args.out, {});
  const HostIdentity host = ThisHost();
  const std::set<std::size_t> wanted(args.threads.begin(), args.threads.end());
  for (const std::size_t threads : wanted) {
    if (threads > host.cores) {
      throw InputError(fmt::format("--threads: {} threads, but this machine has {} core{}", threads,
                                   host.cores, host.cores == 1 ? "" : "s"));
    }
  }
  CalibrationOptions options{
      .mode = args.quick ? CalibrationMode::kQuick : CalibrationMode::kFull,
      .threads = wanted.empty() ? DefaultThreads(host.cores)
                                : std::vector<std::size_t>(wanted.begin(), wanted.end()),
      .isa = kernels::FastestIsa()};
  if (args.quick) options.timing.round_s = 0.02;
  // Several times the last cache, in whole pages.
  constexpr std::size_t kTimes = 6;
  options.timing.cold_bytes =
      std::max(options.timing.cold_bytes, kTimes * host.l3_bytes.value_or(0));
  HostProfile profile;
  {
    ProgressBar bar;
    profile = Calibrate(ShippedModelCards(), options, MeasuringClock(),
                        [&](double share, const std::string& what) { bar.Show(share, what); });
  }
  profile.name = args.name;
  profile.date = Today();
  profile.version = kVersion;
  profile.host = host;
  profile.provenance[""] = {.kind = ProvenanceKind::kCalibrated,
                            .source = "edgesim calibrate on this host",
                            .date = profile.date,
                            .method =
                                "medians of kernel timings; laws by least squares over "
                                "logarithms, checked on passes of made-up models"};
  CheckQuality(profile, args.out);
  WriteTextFile(args.out, FormatHostProfile(profile));
  fmt::print("{}", CalibrationText(profile, args.out));
}

}  // namespace

void AddCalibrateCommand(CLI::App& app) {
  auto args = std::make_shared<CalibrateArguments>();
  CLI::App* calibrate = app.add_subcommand(
      "calibrate", "Measure this machine's kernels and write a host profile for `predict`");
  calibrate->add_option("--out", args->out, "Host profile to write; default host-profile.json")
      ->check(NotEmpty("a file"));
  calibrate->add_option("--name", args->name, "Name of the host in the profile; default this-host")
      ->check(NotEmpty("a name"));
  constexpr std::size_t kMostThreads = 4096;
  calibrate
      ->add_option("--threads", args->threads,
                   "Thread counts, e.g. 1,2; default 1, 2, 4, ... and all cores")
      ->delimiter(',')
      ->check(WholeNumber(1, kMostThreads));
  calibrate->add_flag("--quick", args->quick, "About a minute: fewer shapes, shorter rounds");
  calibrate->footer("Leave the machine alone meanwhile: a busy one is refused, not averaged.");
  calibrate->callback([args] { RunCalibrate(*args); });
}

}  // namespace edgesim
