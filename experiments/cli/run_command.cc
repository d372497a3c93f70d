#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "experiments/cli/commands.h"
#include "experiments/cli/terminal.h"
#include "experiments/load.h"
#include "experiments/policy_file.h"
#include "experiments/run_dir.h"
#include "experiments/run_output.h"
#include "experiments/summary_text.h"

namespace edgesim {

namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// One line on a terminal, redrawn at most ten times a second; nothing where stderr is not a
// terminal.
class ProgressLine {
 public:
  ProgressLine() {
    if (terminal_) std::fputs("sampling the decision model ...", stderr);
  }
  void operator()(std::uint64_t done, std::uint64_t total) {
    if (!terminal_) return;
    if (first_done_ == 0) {  // the rate counts from here: what came before was no episode
      first_done_ = done;
      start_ = drawn_ = Clock::now();
    }
    if (SecondsSince(drawn_) < 0.1) return;
    drawn_ = Clock::now();
    const double rate = static_cast<double>(done - first_done_) / SecondsSince(start_);
    fmt::print(stderr, "\r\033[K{:3.0f} %  {} of {} episodes, {:.0f}/s, {:.0f} s left",
               100.0 * static_cast<double>(done) / static_cast<double>(total), done, total, rate,
               static_cast<double>(total - done) / rate);
    std::fflush(stderr);
  }
  void Clear() const {
    if (terminal_) std::fputs("\r\033[K", stderr);
  }

 private:
  bool terminal_ = isatty(STDERR_FILENO) != 0;
  std::uint64_t first_done_ = 0;
  Clock::time_point start_, drawn_;
};

struct RunArguments {
  std::string config;
  std::string out;
  std::string resume;  // run folder
  std::vector<std::string> overrides;
  std::optional<std::string> seed;
  int threads = 0;
  bool force = false;
  bool save_policies = false;
};

void Run(const RunArguments& args) {
  std::vector<std::string> overrides = args.overrides;
  if (args.seed) overrides.push_back(fmt::format("seed={}", *args.seed));
  const LoadedExperiment loaded = LoadExperiment(args.config, overrides);
  const std::unique_ptr<BuiltExperiment> built = Build(loaded);
  RunDir dir(args.out, loaded.config.name, args.force);
  TrainedStates trained;
  if (!args.resume.empty()) trained = ReadAllTrained(*built, args.resume);

  const int threads = args.threads > 0
                          ? args.threads
                          : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const Clock::time_point start = Clock::now();
  ProgressLine progress;
  const auto warn = [&](const DecisionModel& model) {
    progress.Clear();
    for (const std::string& warning : Warnings(*built, model)) {
      PrintErrorLine("warning: " + warning);
    }
  };
  // A resumed run could not be trained anew from its config alone: it keeps its policies.
  const bool save = args.save_policies || !args.resume.empty();
  const RunResult result =
      RunExperiment(*built, {.threads = threads,
                             .keep_trained = save,
                             .resume = args.resume.empty() ? nullptr : &trained,
                             .progress = std::ref(progress),
                             .on_model = warn});
  progress.Clear();

  const RunSummary summary = Summarise(*built, result);
  fmt::print("{}", RunText(*built, summary));
  const auto absolute = [](const std::string& path) {
    return path.empty() ? path : std::filesystem::absolute(path).lexically_normal().string();
  };
  const auto files = FolderFiles(*built, result, summary,
                                 {.threads = threads,
                                  .seconds = SecondsSince(start),
                                  .config = absolute(args.config),
                                  .resumed_from = absolute(args.resume)});
  const std::filesystem::path written = dir.Write(files);
  fmt::print("\n{:.1f} s; results in {}\n", SecondsSince(start), written.string());
}

}  // namespace

void AddRunCommand(CLI::App& app) {
  auto args = std::make_shared<RunArguments>();
  CLI::App* run = app.add_subcommand(
      "run", "Train and evaluate the policies of an experiment and print the result table");
  run->add_option("config", args->config, "Experiment file (YAML)")->required();
  run->add_option("-o,--out", args->out,
                  "Folder for the results; default runs/<name>, then runs/<name>-2 and so on");
  run->add_flag("--force", args->force, "Replace a finished run in the folder given with --out");
  run->add_option("-j,--threads", args->threads,
                  "Threads; default all. The results do not depend on it")
      ->check(CLI::Range(1, 1024));
  run->add_option("--seed", args->seed, "Same as --set seed=N");
  run->add_option("--set", args->overrides,
                  "Change a setting: --set energy_budget.limit_j=13500; --set "
                  "policies.q-learning.energy_bins=20")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->take_all();
  run->add_flag(
      "--save-policies", args->save_policies,
      "Write what each learner has learned into the folder, as policies/NAME.REPLICA.json");
  run->add_option("--resume-policies", args->resume,
                  "Run folder with saved policies: learners go on from there for episodes.train "
                  "more episodes, and are saved again")
      ->type_name("DIR");
  run->callback([args] { Run(*args); });
}

}  // namespace edgesim
