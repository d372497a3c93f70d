#include <fmt/format.h>

#include "experiments/cli/commands.h"
#include "experiments/compare.h"
#include "sim/input_error.h"

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
      ->capture_default_str();
  compare
      ->add_option("--cap-tolerance", args->options.cap_tolerance,
                   "Share of requests that may exceed the power cap")
      ->capture_default_str();
  compare->callback([args] {
    for (const double share : {args->options.margin, args->options.cap_tolerance}) {
      if (!(share >= 0 && share <= 1))
        throw InputError("--margin and --cap-tolerance must be 0 to 1");
    }
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
