#include <cstdio>

#include "experiments/cli/commands.h"
#include "experiments/cli/completion.h"
#include "experiments/cli/option_table.h"

namespace edgesim {

void AddCompletionCommand(CLI::App& app) {
  auto shell = std::make_shared<std::string>();
  CLI::App* completion =
      app.add_subcommand("completion", "Print a script that completes edgesim in a shell");
  completion->add_option("shell", *shell, "Which shell")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion->callback([shell, &app] {
    const CommandEntry root = OptionTable(app);
    const std::string text = *shell == "bash"  ? BashCompletion(root)
                             : *shell == "zsh" ? ZshCompletion(root)
                                               : FishCompletion(root);
    std::fwrite(text.data(), 1, text.size(), stdout);
  });
  completion->footer(
      "bash: echo 'source <(edgesim completion bash)' >> ~/.bashrc\n"
      "zsh:  edgesim completion zsh > \"${fpath[1]}/_edgesim\"\n"
      "fish: edgesim completion fish > ~/.config/fish/completions/edgesim.fish");
}

}  // namespace edgesim
