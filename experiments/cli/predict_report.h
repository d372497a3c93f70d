// What `edgesim predict` says: a prediction with the memory it needs and how far to trust it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "devices/host_profile.h"
#include "devices/memory.h"
#include "devices/model_card.h"
#include "devices/op_cost.h"
#include "devices/prediction.h"

namespace edgesim {

struct ReadPerToken {
  double weight_bytes = 0;
  std::optional<double> kv_bytes;  // at the last token; null where the card does not say
};

struct PredictReport {
  std::string model, quantization;  // as the card writes them
  HostProfile profile;
  std::string file;  // of the profile
  std::size_t threads = 1;
  bool for_other_host = false;
  RequestPrediction prediction;
  ReadPerToken read;
  MemoryNeed memory;
  bool buffers_known = true;           // false: the card has no shape
  std::vector<LawResidual> residuals;  // of these threads: the formats used, attention
};

struct PredictRequestInput {
  std::string quantization;
  RequestSize size;
  std::optional<std::size_t> threads;  // default: the most there are in the profile
  bool other_host = false;
};

// Throws InputError: CheckUsable, LawsFor, PredictRequest.
PredictReport MakePredictReport(const ModelCard& card, const HostProfile& profile,
                                const std::string& file, const HostIdentity& here,
                                const PredictRequestInput& input);

std::string PredictText(const PredictReport& report);
std::string PredictJson(const PredictReport& report);

}  // namespace edgesim
