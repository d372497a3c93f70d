#include "experiments/cli/request_arguments.h"

#include "experiments/cli/option_checks.h"
#include "experiments/cli/this_host.h"
#include "experiments/read_host_profile.h"

namespace edgesim {

std::shared_ptr<RequestArguments> AddRequestArguments(CLI::App& command) {
  constexpr std::size_t kMostTokens = 1'000'000;
  auto args = std::make_shared<RequestArguments>();
  command.add_option("model", args->model, "Model of the catalogue, or a card's .json file")
      ->required();
  command.add_option("quantization", args->input.quantization, "Its quantisation, e.g. q4_k_m")
      ->required();
  command.add_option("--prompt", args->input.size.prompt_tokens, "Tokens of the prompt")
      ->required()
      ->type_name("TOKENS")
      ->check(WholeNumber(1, kMostTokens));
  command.add_option("--generate", args->input.size.generated_tokens, "Tokens of the answer")
      ->required()
      ->type_name("TOKENS")
      ->check(WholeNumber(1, kMostTokens));
  command.add_option("--threads", args->input.threads, "One of the profile's; default its most")
      ->check(WholeNumber(1, kMostTokens));
  command
      .add_option("--profile", args->profile,
                  "Host profile, as `edgesim calibrate` writes it; default host-profile.json")
      ->check(NotEmpty("a host profile's file"));
  command.add_flag("--other-host", args->input.other_host,
                   "The profile may be that of another CPU or instruction set");
  command.add_flag("--json", args->json, "Print JSON with every figure, SI units and bytes");
  return args;
}

PredictReport PredictReportOf(const RequestArguments& args, const ModelCard& card) {
  return MakePredictReport(card, ReadHostProfile(args.profile), args.profile, ThisHost(),
                           args.input);
}

}  // namespace edgesim
