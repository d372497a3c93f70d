#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "experiments/cli/commands.h"
#include "experiments/cli/new_files.h"
#include "experiments/cli/python_home.h"
#include "experiments/files.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

// A line that runs `script` with the interpreter and the package of this edgesim.
std::string PythonLine(const std::string& script) {
  try {
    const PythonPlaces places = ThesePlaces();
    PythonPlaces plain = places;
    plain.wanted = plain.built_for = "";
    const std::string folder = FindPackage(places).string();
    const char* const now = std::getenv("PYTHONPATH");
    const bool found = fmt::format(":{}:", now == nullptr ? "" : now).find(":" + folder + ":") !=
                       std::string::npos;
    const std::filesystem::path python = FindInterpreter(places);
    std::error_code error;
    const bool usual = std::filesystem::equivalent(python, FindInterpreter(plain), error);
    return fmt::format("{}{} {}", found ? "" : "PYTHONPATH=" + folder + " ",
                       usual ? "python3" : python.string(), script);
  } catch (const InputError&) {  // `edgesim doctor` says what is missing
    return "python3 " + script;
  }
}

}  // namespace

void AddNewCommand(CLI::App& app) {
  struct Arguments {
    std::string kind, name;
  };
  auto args = std::make_shared<Arguments>();
  CLI::App* create = app.add_subcommand(
      "new",
      "Write a commented file to begin with, which runs at once: an experiment, a policy "
      "in Python, a device on paper");
  create->add_option("kind", args->kind, "What the file is to be")
      ->required()
      ->check(
          CLI::IsMember(std::vector<std::string>(NewFileKinds().begin(), NewFileKinds().end())));
  create
      ->add_option("name", args->name,
                   "Its name: NAME.yaml or, of a policy, NAME.py is written into this folder")
      ->required();
  create->callback([args] {
    const NewFile file = MakeNewFile(args->kind, args->name);
    std::error_code error;
    if (std::filesystem::exists(std::filesystem::symlink_status(file.name, error)))
      throw InputError(file.name + ": exists; it is not replaced");
    WriteTextFile(file.name, file.text);
    fmt::print("{} is written. Next: {}\n", file.name,
               args->kind == "policy" ? PythonLine(file.name) : file.next);
  });
  create->footer("Example: edgesim new experiment first");
}

}  // namespace edgesim
