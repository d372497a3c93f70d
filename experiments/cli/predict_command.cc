#include <fmt/format.h>

#include "experiments/catalog.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/option_checks.h"
#include "experiments/cli/predict_report.h"
#include "experiments/cli/this_host.h"
#include "experiments/read_host_profile.h"

namespace edgesim {

void AddPredictCommand(CLI::App& app) {
  struct Arguments {
    std::string model, profile = "host-profile.json";
    PredictRequestInput input;
    bool json = false;
  };
  constexpr std::size_t kMostTokens = 1'000'000;
  auto args = std::make_shared<Arguments>();
  CLI::App* predict = app.add_subcommand(
      "predict", "Say how long a language model takes on a measured host, without running it");
  predict->add_option("model", args->model, "Model of the catalogue, or a card's .json file")
      ->required();
  predict->add_option("quantization", args->input.quantization, "Its quantisation, e.g. q4_k_m")
      ->required();
  predict->add_option("--prompt", args->input.size.prompt_tokens, "Tokens of the prompt")
      ->required()
      ->type_name("TOKENS")
      ->check(WholeNumber(1, kMostTokens));
  predict->add_option("--generate", args->input.size.generated_tokens, "Tokens of the answer")
      ->required()
      ->type_name("TOKENS")
      ->check(WholeNumber(1, kMostTokens));
  predict->add_option("--threads", args->input.threads, "One of the profile's; default its most")
      ->check(WholeNumber(1, kMostTokens));
  predict
      ->add_option("--profile", args->profile,
                   "Host profile, as `edgesim calibrate` writes it; default host-profile.json")
      ->check(NotEmpty("a host profile's file"));
  predict->add_flag("--other-host", args->input.other_host,
                    "The profile may be that of another CPU or instruction set");
  predict->add_flag("--json", args->json, "Print JSON with every figure, SI units and bytes");
  predict->footer(
      "Example: edgesim predict gemma-2-2b q4_k_m --prompt 128 --generate 64 --threads 2");
  predict->callback([args] {
    const ModelCard card = FindModelCard(args->model);
    const PredictReport report = MakePredictReport(card, ReadHostProfile(args->profile),
                                                   args->profile, ThisHost(), args->input);
    fmt::print("{}", args->json ? PredictJson(report) : PredictText(report));
  });
}

}  // namespace edgesim
