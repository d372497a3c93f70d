#include <cstdio>
#include <cstdlib>
#include <thread>

#include "experiments/cli/app.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/doctor_report.h"
#include "experiments/cli/measuring_clock.h"
#include "experiments/cli/this_host.h"
#include "experiments/cli/today.h"
#include "experiments/files.h"

namespace edgesim {

void AddDoctorCommand(CLI::App& app) {
  auto json = std::make_shared<bool>(false);
  CLI::App* doctor = app.add_subcommand(
      "doctor", "Say what edgesim finds on this machine and what to do where something is amiss");
  doctor->add_flag("--json", *json, "JSON instead of text");
  doctor->callback([json] {
    constexpr double kSeconds = 1;
    const HostIdentity host = ThisHost();
    const char* data = std::getenv("EDGESIM_DATA_DIR");
    const std::vector<Finding> findings = {ProcessorFinding(host),
                                           KernelsFinding(),
                                           ThreadsFinding(std::thread::hardware_concurrency()),
                                           NoiseFinding(MeasuringClock(), kSeconds),
                                           ShippedFinding(ShareDir()),
                                           PythonFinding(ThesePlaces()),
                                           HostProfileFinding("host-profile.json", host, Today()),
                                           DataFinding(data != nullptr ? data : ""),
                                           TerminalFinding(ThisTerminal())};
    const std::string text = *json ? DoctorJson(findings) : DoctorText(findings);
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (AnyBroken(findings)) throw CLI::RuntimeError(kRegression);
  });
}

}  // namespace edgesim
