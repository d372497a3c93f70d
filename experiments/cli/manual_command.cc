#include <cstdio>

#include "experiments/cli/commands.h"
#include "experiments/cli/manual.h"

namespace edgesim {

void AddManualCommand(CLI::App& app) {
  auto markdown = std::make_shared<bool>(false);
  CLI::App* manual = app.add_subcommand("manual", "Print edgesim's man page");
  manual->add_flag("--markdown", *markdown, "docs/cli.md instead");
  manual->callback([markdown, &app] {
    const CommandEntry root = OptionTable(app);
    const std::string text = *markdown ? ManualMarkdown(root) : ManPage(root);
    std::fwrite(text.data(), 1, text.size(), stdout);
  });
  manual->footer(
      "Read it:    edgesim manual > edgesim.1 && man -l edgesim.1\n"
      "Install it: edgesim manual > ~/.local/share/man/man1/edgesim.1");
}

}  // namespace edgesim
