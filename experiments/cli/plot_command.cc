#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "experiments/cli/commands.h"
#include "experiments/cli/terminal_facts.h"
#include "experiments/files.h"
#include "experiments/run_folder.h"
#include "experiments/run_plot.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

struct PlotArguments {
  std::string run;
  std::string policy;
  std::uint32_t replica = 0, episode = 0;
};

TextPlot CourseOf(const PlotArguments& args, const std::string& policy) {
  const RunFolder run(args.run);
  const BuiltExperiment& built = run.built();
  const Contestant& contestant = run.Find(policy);
  if (args.episode >= built.config.episodes.eval) {
    throw InputError(fmt::format("{}: the run has no evaluation episode {}, allowed: 0 to {}",
                                 args.run, args.episode, built.config.episodes.eval - 1));
  }
  const std::unique_ptr<Policy> frozen = run.Restore(contestant, args.replica);
  TextPlot plot = PowerPlot(RecordCourse(built, contestant, *frozen, args.replica, args.episode),
                            built.world.limits.cap);
  plot.title = fmt::format("{}, replica {}, evaluation episode {}: {}", policy, args.replica,
                           args.episode, plot.title);
  return plot;
}

void Plot(const PlotArguments& args) {
  const TerminalFacts facts = ThisTerminal();
  constexpr std::size_t kRows = 20, kWidest = 120;
  const PlotStyle style{.columns = std::min(facts.columns, kWidest),
                        .rows = kRows,
                        .braille = facts.utf8,
                        .colors = facts.colors};
  const std::filesystem::path folder = args.run, summary = folder / "summary.json",
                              curves = folder / "curves.csv";
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error))
    throw InputError(
        fmt::format("{}: {}; a run folder of `edgesim run` is needed", args.run,
                    std::filesystem::exists(folder, error) ? "is no folder" : "no such folder"));
  const RunFigures figures = ReadRunFigures(ReadTextFile(summary), summary.string());
  const TextPlot training = TrainingPlot(ReadTextFile(curves), curves.string(), figures);
  const TextPlot power = CourseOf(args, args.policy.empty() ? figures.best : args.policy);
  const std::string text = training.curves.empty()
                               ? DrawPlot(power, style)
                               : DrawPlot(training, style) + "\n" + DrawPlot(power, style);
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace

void AddPlotCommand(CLI::App& app) {
  auto args = std::make_shared<PlotArguments>();
  CLI::App* plot = app.add_subcommand(
      "plot", "Draw a finished run in the terminal: training curves, and the power of one episode");
  plot->add_option("run", args->run, "Run folder of `edgesim run`")->required()->type_name("DIR");
  plot->add_option("--policy", args->policy, "Whose episode; default the best policy's");
  plot->add_option("--replica", args->replica, "Replica, from 0")->capture_default_str();
  plot->add_option("--episode", args->episode, "Evaluation episode, from 0")->capture_default_str();
  plot->callback([args] { Plot(*args); });
}

}  // namespace edgesim
