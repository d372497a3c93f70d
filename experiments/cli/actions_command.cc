#include <fmt/format.h>

#include "experiments/actions_table.h"
#include "experiments/cli/commands.h"

namespace edgesim {

void AddActionsCommand(CLI::App& app) {
  struct Arguments {
    std::string config;
    std::vector<std::string> overrides;
  };
  auto args = std::make_shared<Arguments>();
  CLI::App* actions = app.add_subcommand(
      "actions", "Print what each action of an experiment costs and earns, and how that is known");
  actions->add_option("config", args->config, "Experiment file (YAML)")->required();
  actions->add_option("--set", args->overrides, "Change a setting, as in `edgesim run`")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->take_all();
  actions->callback([args] {
    fmt::print("{}", ActionsTable(*Build(LoadExperiment(args->config, args->overrides))));
  });
}

}  // namespace edgesim
