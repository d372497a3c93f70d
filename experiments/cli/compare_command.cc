#include <fmt/format.h>

#include "experiments/cli/commands.h"
#include "experiments/compare.h"

namespace edgesim {

void AddCompareCommand(CLI::App& app) {
  struct Arguments {
    std::string base, fresh;
    CompareOptions options;
  };
  auto args = std::make_shared<Arguments>();
  CLI::App* compare = app.add_subcommand("compare",
                                         "Gate a new run against a base run: exit 1 if a policy "
                                         "got worse or a constraint that held is broken");
  compare->add_option("base", args->base, "Run folder to measure against")->required();
  compare->add_option("new", args->fresh, "Run folder of the same experiment")->required();
  compare
      ->add_option("--margin", args->options.margin, "Share of the base reward a policy may lose")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  compare
      ->add_option("--cap-tolerance", args->options.cap_tolerance,
                   "Share of requests that may exceed the power cap")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  compare->callback([args] {
    int broken = 0;
    for (const CompareLine& line : Compare(args->base, args->fresh, args->options)) {
      broken += line.broken;
      fmt::print("{}  {}, {}: {}\n", line.broken ? "BROKEN" : "ok    ", line.policy, line.what,
                 line.verdict);
    }
    fmt::print("{}\n", broken > 0 ? fmt::format("{} broken", broken) : "no regression");
    if (broken > 0) throw CLI::RuntimeError(1);
  });
}

}  // namespace edgesim
