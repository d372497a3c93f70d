#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "experiments/cli/commands.h"
#include "experiments/cli/output_file.h"
#include "experiments/compare.h"
#include "experiments/files.h"
#include "sim/input_error.h"
#include "sim/version.h"

namespace edgesim {

namespace {

std::string CompareJson(const std::string& base, const std::string& fresh,
                        const CompareOptions& options, const std::vector<CompareLine>& lines) {
  nlohmann::ordered_json json = {{"edgesim", kVersion},
                                 {"base", base},
                                 {"new", fresh},
                                 {"margin", options.margin},
                                 {"cap_tolerance", options.cap_tolerance},
                                 {"lines", nlohmann::ordered_json::array()}};
  for (const CompareLine& line : lines) {
    json["lines"].push_back({{"policy", line.policy},
                             {"what", line.what},
                             {"verdict", line.verdict},
                             {"broken", line.broken}});
  }
  return json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

void AddCompareCommand(CLI::App& app) {
  struct Arguments {
    std::string base, fresh, json;
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
  compare->add_option("--json", args->json, "Also write every check as JSON to this file");
  compare->callback([args, compare] {
    for (const double share : {args->options.margin, args->options.cap_tolerance}) {
      if (!(share >= 0 && share <= 1))
        throw InputError("--margin and --cap-tolerance must be 0 to 1");
    }
    const bool as_json = compare->count("--json") > 0;
    if (as_json) CheckOutputFile("--json", args->json, {});
    const std::vector<CompareLine> lines = Compare(args->base, args->fresh, args->options);
    if (as_json)
      WriteTextFile(args->json, CompareJson(args->base, args->fresh, args->options, lines));
    int broken = 0;
    for (const CompareLine& line : lines) {
      broken += line.broken;
      fmt::print("{}  {}, {}: {}\n", line.broken ? "BROKEN" : "ok    ", line.policy, line.what,
                 line.verdict);
    }
    fmt::print("{}\n", broken > 0 ? fmt::format("{} broken", broken) : "no regression");
    if (broken > 0) throw CLI::RuntimeError(1);
  });
}

}  // namespace edgesim
