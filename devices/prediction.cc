#include "devices/prediction.h"

#include "sim/input_error.h"

namespace edgesim {

RequestPrediction PredictRequest(const ModelCard& card, std::string_view quantization,
                                 const RequestSize& size, const ThreadLaws& laws,
                                 const HostYardstick& yardstick) {
  if (size.prompt_tokens == 0 || size.generated_tokens == 0)
    throw InputError("a request has at least one token of prompt and generates at least one");
  const DecodeLaw law(card, quantization, laws, yardstick);
  RequestPrediction prediction;
  prediction.size = size;
  prediction.kv_known = law.kv_known();
  if (card.shape) {
    prediction.prefill = Predict(
        laws, BuildOpGraph(card, quantization, {.tokens = size.prompt_tokens, .context = 0}));
  }
  const std::size_t passes = size.generated_tokens - 1;
  for (std::size_t i = 0; i < passes; ++i)
    prediction.decode_s.push_back(law.SecondsAt(size.prompt_tokens + i));
  prediction.decode = law.Sum(size.prompt_tokens, passes);
  return prediction;
}

}  // namespace edgesim
