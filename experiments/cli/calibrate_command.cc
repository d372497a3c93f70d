#include <fmt/format.h>

#include "devices/host_profile_io.h"
#include "experiments/cli/calibrate_request.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/host_text.h"
#include "experiments/cli/option_checks.h"
#include "experiments/cli/output_file.h"
#include "experiments/cli/progress_bar.h"
#include "experiments/files.h"

namespace edgesim {

namespace {

struct CalibrateArguments {
  std::string out = "host-profile.json";
  CalibrateRequest request;
};

void RunCalibrate(const CalibrateArguments& args) {
  CheckOutputFile("--out", args.out, {});
  HostProfile profile;
  {
    ProgressBar bar;
    profile = CalibrateThisHost(
        args.request, [&](double share, const std::string& what) { bar.Show(share, what); });
  }
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
  calibrate
      ->add_option("--name", args->request.name,
                   "Name of the host in the profile; default this-host")
      ->check(NotEmpty("a name"));
  constexpr std::size_t kMostThreads = 4096;
  calibrate
      ->add_option("--threads", args->request.threads,
                   "Thread counts, e.g. 1,2; default 1, 2, 4, ... and all cores")
      ->delimiter(',')
      ->check(WholeNumber(1, kMostThreads));
  calibrate->add_flag("--quick", args->request.quick,
                      "About a minute: fewer shapes, shorter rounds");
  calibrate->footer("Leave the machine alone meanwhile: a busy one is refused, not averaged.");
  calibrate->callback([args] { RunCalibrate(*args); });
}

}  // namespace edgesim
