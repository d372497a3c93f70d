#include "experiments/cli/fidelity_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "experiments/cli/fidelity_figures.h"
#include "experiments/text_table.h"

namespace edgesim {

namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string Number(double value, int decimals) {
  return std::isnan(value) ? "-" : fmt::format("{:.{}f}", value, decimals);
}

std::string Signed(double value, int decimals) {
  return std::isnan(value) ? "-" : fmt::format("{:+.{}f}", value, decimals);
}

std::string Show(const LowHigh& range, int decimals, bool with_sign, double scale = 1) {
  const auto number = [&](double value) {
    return with_sign ? Signed(scale * value, decimals) : Number(scale * value, decimals);
  };
  const std::string low = number(range.low), high = number(range.high);
  return low == high ? low : low + ".." + high;
}

// "97.3 (15/18)": of all requests, then of the action with the fewest.
std::string Show(const Inside& inside) {
  if (inside.count == 0) return "-";
  if (inside.least_of == inside.count)
    return fmt::format("{}/{}", Number(inside.mean, 1), inside.count);
  return fmt::format("{} ({}/{})", Number(inside.mean, 1), inside.least, inside.least_of);
}

// "6 5 6/6": per seed of all actions; the range over more than three seeds.
std::string Show(const Passes& passes) {
  if (passes.of == 0) return "-";
  constexpr std::size_t kMostListed = 3;
  const auto [low, high] = std::minmax_element(passes.passed.begin(), passes.passed.end());
  if (*low == *high) return fmt::format("{}/{}", *low, passes.of);
  if (passes.passed.size() > kMostListed) return fmt::format("{}..{}/{}", *low, *high, passes.of);
  return fmt::format("{}/{}", fmt::join(passes.passed, " "), passes.of);
}

std::string Pair(const FeatureScore& feature, int decimals) {
  return fmt::format("{} {}", Number(feature.measured, decimals),
                     Number(feature.simulated, decimals));
}

std::string Median(std::vector<double> values) {
  if (values.empty() ||
      std::any_of(values.begin(), values.end(), [](double v) { return std::isnan(v); }))
    return "-";
  std::sort(values.begin(), values.end());
  return Number(values[values.size() / 2], 3);
}

double MeanStepW1(const std::vector<ActionScore>& actions, const std::string& signal) {
  double sum = 0, n = 0;
  for (const ActionScore& action : actions) {
    const SignalScore* score = FindSignal(action, signal);
    if (score == nullptr || std::isnan(score->roughness_w.w1)) continue;
    sum += score->roughness_w.w1;
    ++n;
  }
  return n > 0 ? sum / n : NAN;
}

class Writer {
 public:
  explicit Writer(const FidelityRun& run) : run_(run), report_(run.report) {
    reference_ = FindModel(report_, run.config.compare ? run.config.compare->reference : "");
    primary_ = PrimarySignal(report_, reference_ == nullptr ? "" : reference_->name);
  }

  std::string Text() {
    Head();
    std::vector<std::string> signals = {primary_};
    const std::vector<std::string> all = SignalsOf(report_);
    if (report_.blocks) {
      signals = all;
    } else if (!all.empty() && all.back() != primary_) {
      signals.push_back(all.back());
    }
    for (const std::string& signal : signals) {
      if (report_.blocks) {
        Blocks(signal);
      } else {
        Requests(signal);
      }
    }
    if (report_.blocks) Words();
    if (!report_.blocks && run_.config.cap_w) Cap();
    if (!report_.blocks) GivenTokens();
    Paired();
    if (!report_.blocks) {
      for (const std::string& signal : signals) Actions(signal);
    }
    return text_;
  }

 private:
  void Table(const std::string& title, const Rows& rows) {
    if (rows.size() > 1) text_ += title + "\n" + TextTable(rows) + "\n";
  }

  void Head() {
    const FidelityConfig& config = run_.config;
    text_ +=
        fmt::format("{}: {} {} of {} at {:.4g} s per reading; {} simulated paths each, {} seed{}\n",
                    config.name, report_.requests, report_.blocks ? "blocks" : "requests",
                    fmt::join(report_.rails, ", "), report_.interval_s, config.draws, config.seeds,
                    config.seeds == 1 ? "" : "s");
    text_ += report_.blocks
                 ? fmt::format(
                       "A recording is cut at {:g} of its length; each part is predicted "
                       "from a fit to the other, in blocks of {:g} s.\n",
                       config.split_share, config.block_s)
                 : fmt::format("Every request is predicted from fits to others, {} folds.\n",
                               config.folds);
    for (const std::string& note : run_.notes) text_ += "note: " + note + "\n";
    text_ += "\n";
  }

  void Requests(const std::string& signal) {
    Rows rows = {{"model", "params", "fit s", "bias %", "in 90 %", "in 50 %", "CRPS %", "KS peak",
                  "peak W1 W", "KS t50", "KS ramp", "KS step", "lag-1", "1 s W1 W", "log"}};
    const auto add = [&](const std::string& name, const std::string& parameters,
                         const std::string& fit_s, const std::vector<ActionScore>& actions) {
      const SignalFigures f = FiguresOf(actions, signal);
      rows.push_back({name, parameters, fit_s, Show(f.energy_bias, 1, true, 100), Show(f.in_90),
                      Show(f.in_50), Number(100 * f.crps_share, 2), Show(f.peak),
                      Show(f.peak_w1_w, 2, false), Show(f.t50), Show(f.ramp), Show(f.roughness),
                      Number(f.lag1_error, 3), Number(f.window_w1_w[1], 2),
                      Number(f.log_score, 3)});
    };
    for (const ModelScore& model : report_.models)
      add(model.name, Number(model.parameters, 0), Number(model.fit_s, 0), model.actions);
    if (!report_.floors.empty()) {
      std::vector<std::string> row(rows[0].size(), "-");
      const SignalFigures f = FiguresOf(report_.floors, signal);
      row[0] = "floor";
      row[8] = Show(f.peak_w1_w, 2, false);
      row[13] = Number(f.window_w1_w[1], 2);
      rows.push_back(std::move(row));
    }
    Table(fmt::format(
              "{}, {} held-out requests by model. Bias, in, CRPS: energy; (): the action with "
              "fewest in. KS: actions with p > 0.05 per seed. log: nats per reading",
              signal, report_.requests),
          rows);
  }

  void Blocks(const std::string& signal) {
    Rows rows = {{"model", "params", "fit s", "energy bias %", "in 90 %", "in 50 %", "CRPS 1 s W",
                  "W1 0.1 s W", "W1 1 s W", "W1 10 s W", "peak W1 W", "step W1 W", "lag-1 err",
                  "log score"}};
    const auto add = [&](const std::string& name, const std::string& parameters,
                         const std::string& fit_s, const std::vector<ActionScore>& actions) {
      const SignalFigures f = FiguresOf(actions, signal);
      rows.push_back({name, parameters, fit_s, Show(f.energy_bias, 1, true, 100), Show(f.in_90),
                      Show(f.in_50), Number(f.window_crps_w, 3), Number(f.window_w1_w[0], 3),
                      Number(f.window_w1_w[1], 3), Number(f.window_w1_w[2], 3),
                      Show(f.peak_w1_w, 2, false), Number(MeanStepW1(actions, signal), 3),
                      Number(f.lag1_error, 3), Number(f.log_score, 3)});
    };
    for (const ModelScore& model : report_.models)
      add(model.name, Number(model.parameters, 0), Number(model.fit_s, 0), model.actions);
    Table(fmt::format("{}, held-out blocks of {:g} s by model. W1 and CRPS at 0.1, 1, 10 s: of "
                      "means over windows so long; log score: nats per reading",
                      signal, run_.config.block_s),
          rows);
  }

  void Words() {
    // Texts to the left: the table's own columns are numbers.
    std::size_t width = 0;
    for (const ModelScore& model : report_.models) width = std::max(width, model.name.size());
    text_ += "Structure of each model; of auto, what each part chose\n";
    for (const ModelScore& model : report_.models) {
      for (std::size_t r = 0; r < model.words.size(); ++r) {
        text_ +=
            fmt::format("{:<{}}  {}  {}\n", model.name, width, report_.rails[r], model.words[r]);
      }
    }
    text_ += "\n";
  }

  void Cap() {
    Rows rows = {{"model", "measured %", "simulated %", "largest difference, points", "Brier"}};
    for (const ModelScore& model : report_.models) {
      double requests = 0, measured = 0, simulated = 0, brier = 0, largest = 0;
      for (const ActionScore& action : model.actions) {
        const auto n = static_cast<double>(action.requests);
        requests += n;
        measured += n * action.cap_exceedance_measured;
        simulated += n * action.cap_exceedance_simulated;
        brier += n * action.cap_brier;
        const double difference = action.cap_exceedance_simulated - action.cap_exceedance_measured;
        if (std::abs(difference) > std::abs(largest)) largest = difference;
      }
      if (requests == 0) continue;
      rows.push_back({model.name, Number(100 * measured / requests, 1),
                      Number(100 * simulated / requests, 1), Signed(100 * largest, 1),
                      Number(brier / requests, 4)});
    }
    Table(fmt::format("Requests with a reading of all rails above {:g} W; the largest difference "
                      "is that of one action",
                      run_.config.cap_w.value_or(0)),
          rows);
  }

  void GivenTokens() {
    Rows rows = {{"model", "energy bias %", "in 90 %", "in 50 %"}};
    for (const ModelScore& model : report_.models) {
      // FiguresOf does the counting: the same figures, of another prediction.
      std::vector<ActionScore> actions;
      for (const ActionScore& action : model.actions) {
        if (std::isnan(action.given_tokens_bias) || action.given_tokens_inside_90.empty()) continue;
        SignalScore score{.signal = "given"};
        score.energy_j.measured = 1;
        score.energy_j.simulated = 1 + action.given_tokens_bias;
        score.inside_90 = action.given_tokens_inside_90;
        score.inside_50 = action.given_tokens_inside_50;
        actions.push_back(
            {.action = action.action, .requests = action.requests, .signals = {score}});
      }
      if (actions.empty()) continue;
      const SignalFigures f = FiguresOf(actions, "given");
      rows.push_back({model.name, Show(f.energy_bias, 1, true, 100), Show(f.in_90), Show(f.in_50)});
    }
    Table(
        fmt::format("Energy of all rails, {} requests, with only the tokens given; the duration is "
                    "drawn from measured seconds per token",
                    report_.requests),
        rows);
  }

  void Paired() {
    if (!run_.config.compare) return;
    Rows rows = {{"signal, score", "difference", "95 % interval", "better in", "verdict"}};
    for (const PairedRow& row : report_.paired) {
      const PairedDifference& d = row.difference;
      const bool separated = d.low > 0 || d.high < 0;
      rows.push_back({row.signal + ", " + row.score,
                      std::isnan(d.mean) ? "-" : fmt::format("{:+.4g}", d.mean),
                      std::isnan(d.low) ? "-" : fmt::format("[{:+.4g}, {:+.4g}]", d.low, d.high),
                      fmt::format("{} of {}", d.better_count, d.count),
                      separated ? "separated" : "not separated"});
    }
    Table(fmt::format("{} minus {} on the same held-out {}, paired bootstrap; negative: {} is "
                      "better",
                      run_.config.compare->reference, run_.config.compare->against,
                      report_.blocks ? "blocks" : "requests", run_.config.compare->reference),
          rows);
  }

  void Actions(const std::string& signal) {
    if (reference_ == nullptr) return;
    Rows rows = {{"action", "n", "bias %", "in 90 %", "in 50 %", "CRPS %", "peak W", "KS p",
                  "t50 s", "KS p", "ramp s", "KS p", "step W", "KS p", "lag-1", "W1 1 s W",
                  "log score"}};
    for (const ActionScore& action : reference_->actions) {
      const SignalScore* score = FindSignal(action, signal);
      if (score == nullptr) continue;
      const SignalFigures f = FiguresOf({action}, signal);
      rows.push_back(
          {action.action, std::to_string(action.requests), Show(f.energy_bias, 1, true, 100),
           Show(f.in_90), Show(f.in_50), Number(100 * f.crps_share, 2), Pair(score->peak_w, 1),
           Median(score->peak_w.ks_p), Pair(score->t50_s, 2), Median(score->t50_s.ks_p),
           Pair(score->ramp_s, 2), Median(score->ramp_s.ks_p), Pair(score->roughness_w, 2),
           Median(score->roughness_w.ks_p), Pair(score->lag1, 2), Number(score->window_w1_w[1], 2),
           Number(score->log_score, 3)});
    }
    Table(fmt::format("{} of {} by action. Pairs are measured, simulated means; p is the median "
                      "over seeds",
                      signal, reference_->name),
          rows);
  }

  const FidelityRun& run_;
  const FidelityReport& report_;
  const ModelScore* reference_ = nullptr;
  std::string primary_, text_;
};

}  // namespace

std::string FidelityText(const FidelityRun& run) { return Writer(run).Text(); }

}  // namespace edgesim
