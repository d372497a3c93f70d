// Where the Python side of edgesim is: the interpreter and the folder of the package.
#pragma once

#include <filesystem>
#include <string>

namespace edgesim {

struct PythonPlaces {
  std::string wanted;              // EDGESIM_PYTHON; "" where it is not set
  std::string built_for;           // the interpreter of the build; "" where it had none
  std::filesystem::path binary;    // this program
  std::filesystem::path built_in;  // where the build put the package
  std::string path;                // PATH
};
// Of this process.
PythonPlaces ThesePlaces();

// EDGESIM_PYTHON, the interpreter of the build, or python3 of PATH: the first that there is; a
// wanted one is never passed over. Throws InputError that says what to install.
std::filesystem::path FindInterpreter(const PythonPlaces& places);

// The folder that holds edgesim/__init__.py: beside the binary, as python or ../python, or where
// the build put it. Throws InputError that says what to install.
std::filesystem::path FindPackage(const PythonPlaces& places);

// `folder` in front of what PYTHONPATH says now.
std::string PythonPathWith(const std::filesystem::path& folder, const char* now);

}  // namespace edgesim
