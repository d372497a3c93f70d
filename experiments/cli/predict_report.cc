#include "experiments/cli/predict_report.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "devices/weights.h"

namespace edgesim {

namespace {

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// Of the laws that most of the time rests on.
std::vector<LawResidual> ResidualsOf(const HostProfile& profile, std::size_t threads,
                                     const std::set<std::string>& laws) {
  std::vector<LawResidual> residuals;
  for (const LawResidual& residual : profile.residuals) {
    if (residual.threads == threads && laws.contains(residual.law)) residuals.push_back(residual);
  }
  return residuals;
}

}  // namespace

PredictReport MakePredictReport(const ModelCard& card, const HostProfile& profile,
                                const std::string& file, const HostIdentity& here,
                                const PredictRequestInput& input) {
  PredictReport report;
  report.for_other_host = CheckUsable(profile, file, here, input.other_host);
  report.profile = profile;
  report.file = file;
  report.model = card.name;
  report.quantization = LowerCase(input.quantization);
  const ThreadLaws& laws =
      LawsFor(profile, file, input.threads.value_or(profile.laws.back().threads));
  report.threads = laws.threads;
  report.prediction = PredictRequest(card, report.quantization, input.size, laws,
                                     YardstickOf(profile, laws.threads));

  const std::size_t prompt = input.size.prompt_tokens;
  const std::size_t last =
      prompt + input.size.generated_tokens - 1;  // held in the cache at the end
  if (!card.shape) {
    report.buffers_known = false;
    report.read.weight_bytes = *WeightBytes(card, report.quantization);
    if (const auto kv = KvBytesPerToken(card)) {
      report.read.kv_bytes = *kv * static_cast<double>(last);
      report.memory.kv_cache = *report.read.kv_bytes;
    }
    report.memory.weights = report.read.weight_bytes;
    report.memory.total = report.memory.weights + report.memory.kv_cache;
    return report;
  }
  const OpGraph pass = BuildOpGraph(card, report.quantization, {.tokens = 1, .context = last - 1});
  const GraphTotals totals = Totals(pass);
  report.read = {totals.weight_bytes, totals.kv_bytes_read};
  report.memory = PeakMemory(card, report.quantization, last, {.tokens = prompt, .context = 0});
  std::set<std::string> used = {std::string(Name(OpKind::kAttention)), "pass"};
  for (OpId id = 0; id < boost::num_vertices(pass); ++id) {
    const OpKind kind = pass[id].kind;
    if (kind == OpKind::kMatMul || kind == OpKind::kExpertMatMul)
      used.emplace(Name(pass[id].format));
  }
  report.residuals = ResidualsOf(profile, report.threads, used);
  return report;
}

}  // namespace edgesim
