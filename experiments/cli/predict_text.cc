#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "experiments/cli/predict_report.h"
#include "experiments/text_table.h"
#include "sim/stats.h"

namespace edgesim {

namespace {

constexpr double kMilli = 1e-3, kPercent = 100;

std::string Bytes(double bytes) {
  constexpr double kMega = 1e6, kGiga = 1e9;
  return bytes >= kGiga ? fmt::format("{:.2f} GB", bytes / kGiga)
                        : fmt::format("{:.1f} MB", bytes / kMega);
}

std::string Time(double seconds) {
  return seconds >= 1 ? fmt::format("{:.2f} s", seconds)
                      : fmt::format("{:.2f} ms", seconds / kMilli);
}

// Time to first token, further tokens at three contexts, total.
std::string Times(const RequestPrediction& p) {
  const auto prompt = static_cast<double>(p.size.prompt_tokens);
  std::string text;
  if (p.prefill) {
    text += fmt::format("time to first token  {}, {:.1f} tokens/s of prompt\n",
                        Time(p.prefill->seconds), prompt / p.prefill->seconds);
  } else {
    text +=
        "time to first token  not known: the model's shape is not published, so decoding is "
        "bytes over\n                     bandwidth and nothing else: a lower bound\n";
  }
  const std::size_t n = p.decode_s.size();
  if (n > 0) {
    text += "each further token   ";
    std::vector<std::size_t> at = {0, n / 2, n - 1};
    at.erase(std::unique(at.begin(), at.end()), at.end());
    for (std::size_t k = 0; k < at.size(); ++k) {
      text += fmt::format("{}{} with {} before it", k == 0 ? "" : ", ", Time(p.decode_s[at[k]]),
                          p.size.prompt_tokens + at[k]);
    }
    text += fmt::format("; {:.2f} tokens/s\n", static_cast<double>(n) / p.decode.seconds);
  }
  return text + fmt::format("{}  {}\n", p.prefill ? "total              " : "all further tokens ",
                            Time(p.TotalSeconds()));
}

std::string Memory(const PredictReport& report) {
  const std::size_t positions =
      report.prediction.size.prompt_tokens + report.prediction.size.generated_tokens - 1;
  std::string text =
      fmt::format("read per token       {} of weights", Bytes(report.read.weight_bytes));
  if (report.read.kv_bytes)
    text += fmt::format(", {} of keys and values by the last", Bytes(*report.read.kv_bytes));
  text += fmt::format("\nmemory               {}: weights {}", Bytes(report.memory.total),
                      Bytes(report.memory.weights));
  if (report.read.kv_bytes) {
    text += fmt::format(", KV cache of {} tokens {}", positions, Bytes(report.memory.kv_cache));
  } else {
    text += ", KV cache not known";
  }
  return text +
         (report.buffers_known ? fmt::format(", buffers {}", Bytes(report.memory.buffers))
                               : ", buffers not known") +
         "\n";
}

// Parts by their time, the small ones together.
std::string Parts(const RequestPrediction& p) {
  constexpr double kSmall = 0.005;  // of the prompt's and of the further tokens' time
  struct Part {
    double prompt_s = 0, further_s = 0;
  };
  std::map<std::string_view, Part> parts;
  const double prompt_s = p.prefill ? p.prefill->seconds : 0, further_s = p.decode.seconds;
  if (p.prefill) {
    for (const auto& [name, seconds] : p.prefill->by_part) parts[name].prompt_s = seconds;
  }
  for (const auto& [name, seconds] : p.decode.by_part) parts[name].further_s = seconds;
  std::vector<std::pair<std::string, Part>> sorted;
  Part rest;
  for (const auto& [name, part] : parts) {
    if (part.prompt_s < kSmall * prompt_s + 1e-300 &&
        part.further_s < kSmall * further_s + 1e-300) {
      rest.prompt_s += part.prompt_s;
      rest.further_s += part.further_s;
    } else {
      sorted.emplace_back(name, part);
    }
  }
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return a.second.prompt_s + a.second.further_s > b.second.prompt_s + b.second.further_s;
  });
  if (rest.prompt_s + rest.further_s > 0) sorted.emplace_back("the rest", rest);
  std::vector<std::vector<std::string>> rows = {
      {"where the time goes", "prompt", "share", "further tokens", "share"}};
  const auto share = [](double part, double of) {
    return of > 0 ? fmt::format("{:.1f} %", kPercent * part / of) : std::string("-");
  };
  for (const auto& [name, part] : sorted) {
    rows.push_back({name, prompt_s > 0 ? Time(part.prompt_s) : "-", share(part.prompt_s, prompt_s),
                    further_s > 0 ? Time(part.further_s) : "-", share(part.further_s, further_s)});
  }
  return TextTable(rows);
}

std::string Trust(const PredictReport& report) {
  const HostProfile& profile = report.profile;
  std::string text = fmt::format(
      "Measured over predicted time in the calibration: {:.2f} to {:.2f} for eight of ten, {:.2f} "
      "in the median.\n",
      Quantile(profile.residual_ratios, 0.1), Quantile(profile.residual_ratios, 0.9),
      Quantile(profile.residual_ratios, 0.5));
  if (!report.residuals.empty()) {
    std::vector<std::vector<std::string>> rows = {
        {"law", "timings", "off by, median", "90th percentile", "bias"}};
    for (const LawResidual& residual : report.residuals) {
      rows.push_back({residual.law, std::to_string(residual.timings),
                      fmt::format("{:.1f} %", kPercent * residual.median),
                      fmt::format("{:.1f} %", kPercent * residual.p90),
                      fmt::format("{:+.1f} %", kPercent * residual.bias)});
    }
    text += "\n" + TextTable(rows);
  }
  return text;
}

}  // namespace

std::string PredictText(const PredictReport& report) {
  const RequestPrediction& p = report.prediction;
  const HostProfile& profile = report.profile;
  std::string text = fmt::format(
      "{} {}, prompt of {} token{}, {} generated, on {} thread{}\nof {} ({}); {} of {}, {}\n",
      report.model, report.quantization, p.size.prompt_tokens, p.size.prompt_tokens == 1 ? "" : "s",
      p.size.generated_tokens, report.threads, report.threads == 1 ? "" : "s", profile.host.cpu,
      profile.host.isa, report.file, profile.date,
      profile.mode == CalibrationMode::kQuick ? "a quick calibration" : "a full calibration");
  if (report.for_other_host) text += "Not this host: the profile was measured on another one.\n";
  text += "\n" + Times(p) + Memory(report);
  text += "\n" + Parts(p);
  return text + "\n" + Trust(report);
}

}  // namespace edgesim
