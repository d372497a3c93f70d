#include "experiments/cli/python_home.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "sim/input_error.h"

namespace edgesim {

namespace {

namespace fs = std::filesystem;

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

bool Runs(const fs::path& file) {
  std::error_code error;
  return fs::is_regular_file(file, error) && access(file.c_str(), X_OK) == 0;
}

// A name without a slash is looked up in PATH; empty where there is none.
fs::path Program(const std::string& name, const std::string& path) {
  if (name.empty()) return {};
  if (name.find('/') != std::string::npos) return Runs(name) ? fs::path(name) : fs::path();
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    const fs::path file = fs::path(path.substr(begin, end - begin)) / name;
    if (end > begin && Runs(file)) return file;
    begin = end + 1;
  }
  return {};
}

}  // namespace

PythonPlaces ThesePlaces() {
  std::error_code error;
  return {.wanted = Variable("EDGESIM_PYTHON"),
          .built_for = EDGESIM_PYTHON_EXECUTABLE,
          .binary = fs::read_symlink("/proc/self/exe", error),
          .built_in = EDGESIM_PYTHON_DIR,
          .path = Variable("PATH")};
}

fs::path FindInterpreter(const PythonPlaces& places) {
  if (!places.wanted.empty()) {
    const fs::path wanted = Program(places.wanted, places.path);
    if (!wanted.empty()) return wanted;
    throw InputError(
        fmt::format("EDGESIM_PYTHON is '{}', which is no program; set it to a Python 3 or unset it",
                    places.wanted));
  }
  for (const std::string& name : {places.built_for, std::string("python3")}) {
    const fs::path found = Program(name, places.path);
    if (!found.empty()) return found;
  }
  throw InputError(
      "no Python is found; install Debian's python3 python3-numpy python3-pandas "
      "python3-matplotlib python3-jinja2, or set EDGESIM_PYTHON to an interpreter that has them");
}

fs::path FindPackage(const PythonPlaces& places) {
  std::vector<fs::path> folders;
  if (!places.binary.empty()) {
    const fs::path beside = places.binary.parent_path();
    folders = {beside / "python", beside.parent_path() / "python"};
  }
  folders.push_back(places.built_in);
  std::error_code error;
  for (const fs::path& folder : folders) {
    if (fs::exists(folder / "edgesim/__init__.py", error)) return folder;
  }
  throw InputError(fmt::format(
      "the Python package edgesim is not in {}; install Debian's python3-dev python3-numpy "
      "pybind11-dev, then configure and build edgesim again",
      places.built_in.string()));
}

std::string PythonPathWith(const fs::path& folder, const char* now) {
  if (now == nullptr || *now == '\0') return folder.string();
  return folder.string() + ":" + now;
}

}  // namespace edgesim
