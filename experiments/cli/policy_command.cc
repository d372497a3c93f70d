#include <fmt/format.h>

#include <cstdio>

#include "experiments/cli/commands.h"
#include "experiments/cli/output_file.h"
#include "experiments/files.h"
#include "experiments/policy_c_header.h"
#include "experiments/policy_table.h"
#include "experiments/policy_table_json.h"
#include "experiments/run_folder.h"
#include "sim/version.h"

namespace edgesim {

namespace {

struct ExportArguments {
  std::string run;
  std::string policy;
  std::string format = "json";
  std::string out;
  std::uint32_t replica = 0;
};

std::string KindOf(const Contestant& contestant) {
  if (!contestant.config) return "always";
  return std::visit([](const auto& kind) { return std::string(kind.kKind); },
                    contestant.config->kind);
}

void Export(const ExportArguments& args) {
  if (!args.out.empty()) CheckOutputFile("--out", args.out, {});
  const RunFolder run(args.run);
  const BuiltExperiment& built = run.built();
  const Contestant& contestant = run.Find(args.policy);
  const std::unique_ptr<Policy> policy = run.Restore(contestant, args.replica);
  const TableGrid grid = TableGridOf(built, contestant.config ? &*contestant.config : nullptr);
  PolicyTableFile file{.policy = contestant.name,
                       .kind = KindOf(contestant),
                       .actions = built.ActionNames(),
                       .classes = built.VisibleClassNames(),
                       .budget_j = grid.budget_j,
                       .table = Tabulate(*policy, grid, contestant.name),
                       .config_hash = run.config_hash(),
                       .edgesim = kVersion,
                       .seed = built.config.seed,
                       .replica = args.replica};
  CheckTable(built, *policy, file.table, args.replica, contestant.name);
  NameRejections(file);
  const std::string text = args.format == "c" ? PolicyCHeader(file) : PolicyTableJson(file);
  if (args.out.empty()) {
    std::fwrite(text.data(), 1, text.size(), stdout);
  } else {
    WriteTextFile(args.out, text);
  }
}

}  // namespace

void AddPolicyCommand(CLI::App& app) {
  CLI::App* policy = app.add_subcommand("policy", "Take a policy out of a finished run");
  policy->require_subcommand(1);
  auto args = std::make_shared<ExportArguments>();
  CLI::App* to_file = policy->add_subcommand(
      "export",
      "Write a frozen policy as a table: what it chooses by requests left, class and energy left");
  to_file->add_option("run", args->run, "Run folder of `edgesim run`")->required();
  to_file->add_option("--policy", args->policy, "Name of the policy in that run")->required();
  to_file->add_option("--replica", args->replica, "Of a learner: which of them")
      ->capture_default_str();
  to_file
      ->add_option("--format", args->format,
                   "json: also read by policies of kind `table`; c: a C99 header")
      ->check(CLI::IsMember({"json", "c"}))
      ->capture_default_str();
  to_file->add_option("-o,--out", args->out, "File to write; default standard output");
  to_file->callback([args] { Export(*args); });
}

}  // namespace edgesim
