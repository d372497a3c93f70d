#include "experiments/cli/fit_output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <regex>

#include "devices/profile_io.h"
#include "experiments/cli/output_file.h"
#include "experiments/files.h"
#include "sim/input_error.h"

namespace edgesim {

namespace fs = std::filesystem;

namespace {

fs::path EnsembleFolder(const std::string& profile) {
  return fs::path(profile).replace_extension(".boot");
}

bool IsMember(const fs::path& file) {
  static const std::regex form(R"([0-9]{3,}\.json)");
  return std::regex_match(file.filename().string(), form);
}

void CheckFolder(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) return;
  if (!fs::is_directory(folder, error))
    throw InputError(folder.string() + " is in the way of the ensemble's folder");
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!IsMember(entry.path()))
      throw InputError(fmt::format("{} holds {}, which is no profile of an ensemble; move it away",
                                   folder.string(), entry.path().filename().string()));
  }
}

}  // namespace

void CheckOutput(const FitOutput& output, const std::vector<std::string>& inputs) {
  CheckOutputFile("--out", output.profile, inputs);
  if (!output.report.empty()) {
    CheckOutputFile("--report", output.report, inputs);
    const auto whole = [](const std::string& file) {
      return fs::absolute(file).lexically_normal();
    };
    if (whole(output.report) == whole(output.profile))
      throw InputError("--report and --out are the same file");
  }
  if (output.ensemble) CheckFolder(EnsembleFolder(output.profile));
}

fs::path WriteEnsemble(const std::string& profile, const std::vector<DeviceProfile>& members) {
  const fs::path folder = EnsembleFolder(profile),
                 part = fmt::format("{}.part-{}", folder.string(), getpid());
  std::error_code error;
  try {
    fs::create_directory(part);
    for (std::size_t m = 0; m < members.size(); ++m)
      WriteTextFile(part / fmt::format("{:03}.json", m + 1), FormatProfile(members[m]));
    fs::remove_all(folder);
    fs::rename(part, folder);
  } catch (const std::exception& failure) {
    fs::remove_all(part, error);
    throw InputError(folder.string() + ": cannot be written: " + failure.what());
  }
  return folder;
}

}  // namespace edgesim
