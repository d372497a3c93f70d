#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <optional>

#include "experiments/catalog.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/profile_argument.h"
#include "experiments/figure_origin.h"
#include "experiments/files.h"
#include "experiments/run_plot.h"
#include "sim/did_you_mean.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

namespace fs = std::filesystem;

struct ExplainArguments {
  std::string what;
  std::string profile = "laptop-rtx3070";
};

class Explainer {
 public:
  explicit Explainer(const std::string& profile)
      : profile_name_(profile), profile_(ReadProfile(profile)), cards_(ShippedModelCards()) {}

  // Null where nothing has this name.
  std::optional<std::vector<FigureOrigin>> Origins(const std::string& thing) const {
    for (std::size_t a = 0; a < profile_.actions.size(); ++a) {
      if (profile_.actions[a].spec.name == thing)
        return OriginsOfAction(profile_, a, ProfileFile());
    }
    for (const ModelCard& card : cards_) {
      const auto& aliases = card.aliases;
      if (card.name != thing && std::find(aliases.begin(), aliases.end(), thing) == aliases.end())
        continue;
      const fs::path file = ShareDir() / "devices/catalog/models" / (card.name + ".json");
      return OriginsOfCard(ReadTextFile(file), file);
    }
    const fs::path path = thing;
    std::error_code error;
    if (!path.has_parent_path() || !fs::exists(path.parent_path() / "summary.json", error))
      return std::nullopt;
    return OriginsOfResult(path.parent_path(), path.filename().string());
  }

  [[noreturn]] void Refuse(const std::string& what) const {
    std::error_code error;
    if (const fs::path file = fs::path(what) / "summary.json"; fs::exists(file, error)) {
      const RunFigures figures = ReadRunFigures(ReadTextFile(file), file.string());
      throw InputError(fmt::format("{}: is a run folder; name a policy of it too, as {}", what,
                                   (fs::path(what) / figures.best).string()));
    }
    std::vector<std::string> names;
    for (const ActionProfile& action : profile_.actions) names.push_back(action.spec.name);
    for (const ModelCard& card : cards_) names.push_back(card.name);
    std::string hint = DidYouMean(what, names);
    if (hint.empty()) hint = DidYouMean(what.substr(0, what.rfind('.')), names);
    throw InputError(fmt::format(
        "'{}' is no action of the profile '{}', no model of the catalogue and no RUN/POLICY of a "
        "run folder{}",
        what, profile_.name, hint));
  }

 private:
  fs::path ProfileFile() const {
    std::error_code error;
    const fs::path shipped = ShareDir() / "devices/profiles" / (profile_name_ + ".json");
    return fs::exists(shipped, error) ? shipped : fs::path(profile_name_);
  }

  std::string profile_name_;
  DeviceProfile profile_;
  std::vector<ModelCard> cards_;
};

// Names hold dots too: the longest front part that is a name is the thing.
std::string Explain(const ExplainArguments& args) {
  const Explainer explainer(args.profile);
  std::string first_error;
  for (std::size_t end = args.what.size(); end != std::string::npos && end > 0;
       end = args.what.rfind('.', end - 1)) {
    const std::string thing = args.what.substr(0, end);
    try {
      const auto origins = explainer.Origins(thing);
      if (!origins) continue;
      if (end == args.what.size()) return OriginList(thing, *origins);
      return OriginText(thing, FindOrigin(*origins, thing, args.what.substr(end + 1)));
    } catch (const InputError& error) {
      // A run folder without this policy: the rest may be a field.
      first_error = error.what();
      if (end < args.what.size()) throw;
    }
  }
  if (!first_error.empty()) throw InputError(first_error);
  explainer.Refuse(args.what);
}

}  // namespace

void AddExplainCommand(CLI::App& app) {
  auto args = std::make_shared<ExplainArguments>();
  CLI::App* explain = app.add_subcommand(
      "explain", "Say where a figure comes from: value, source, date, method, and what it is not");
  explain
      ->add_option("what", args->what,
                   "THING.FIELD; THING is an action of the profile, a model of the catalogue or "
                   "RUN/POLICY of a run folder. Without .FIELD its fields are listed")
      ->required();
  explain
      ->add_option("--profile", args->profile,
                   "Device profile (JSON), or the name of one that ships")
      ->capture_default_str();
  explain->callback([args] {
    while (args->what.size() > 1 && args->what.back() == '/') args->what.pop_back();
    const std::string text = Explain(*args);
    std::fwrite(text.data(), 1, text.size(), stdout);
  });
  explain->footer(
      "Examples: edgesim explain gemma-2-2b-it-q6_k.energy\n"
      "          edgesim explain gemma-2-2b.shape/vocab\n"
      "          edgesim explain runs/first/q-learning.reward");
}

}  // namespace edgesim
