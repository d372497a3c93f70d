#include <fmt/ranges.h>

#include <cstdio>

#include "experiments/cli/commands.h"
#include "experiments/settings_page.h"
#include "experiments/settings_schema.h"

namespace edgesim {

void AddSchemaCommand(CLI::App& app) {
  struct Arguments {
    std::string what = "experiment";
    bool markdown = false;
  };
  auto args = std::make_shared<Arguments>();
  CLI::App* schema = app.add_subcommand(
      "schema", "Print the JSON Schema of config files, for editors, or the tables of settings");
  schema->add_option("what", args->what, "Config files of `edgesim run` or of `edgesim fidelity`")
      ->check(CLI::IsMember({"experiment", "fidelity"}))
      ->capture_default_str();
  schema->add_flag("--markdown", args->markdown, "The tables of docs/settings.md instead");
  schema->callback([args] {
    const bool fidelity = args->what == "fidelity";
    const std::string text =
        args->markdown
            ? fmt::format("{}", fmt::join(fidelity ? FidelityTables() : ExperimentTables(), "\n"))
        : fidelity ? FidelitySchema()
                   : ExperimentSchema();
    std::fwrite(text.data(), 1, text.size(), stdout);
  });
}

}  // namespace edgesim
