#include <fmt/format.h>

#include <cstdio>

#include "experiments/cli/commands.h"
#include "experiments/why.h"
#include "experiments/why_text.h"

namespace edgesim {

void AddWhyCommand(CLI::App& app) {
  struct Arguments {
    std::string run;
    std::string policy;
    std::uint32_t episode = 0, replica = 0;
    bool json = false;
  };
  auto args = std::make_shared<Arguments>();
  CLI::App* why = app.add_subcommand("why",
                                     "Replay an evaluation episode of a finished run, choice by "
                                     "choice, beside what the optimum would have chosen");
  why->add_option("run", args->run, "Run folder of `edgesim run`")->required();
  why->add_option("--policy", args->policy, "Name of the policy in that run")->required();
  why->add_option("--episode", args->episode, "Evaluation episode, from 0")->required();
  why->add_option("--replica", args->replica, "Replica, from 0")->capture_default_str();
  why->add_flag("--json", args->json, "JSON instead of text");
  why->callback([args] {
    const RunFolder run(args->run);
    const WhyEpisode episode = ReplayEpisode(run, args->policy, args->replica, args->episode);
    const std::string text = args->json ? WhyJson(episode) : WhyText(episode);
    std::fwrite(text.data(), 1, text.size(), stdout);
  });
}

}  // namespace edgesim
