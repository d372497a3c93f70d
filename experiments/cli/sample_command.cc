#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include "calibration/trace_sampler.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/option_checks.h"
#include "experiments/cli/output_file.h"
#include "experiments/cli/profile_argument.h"
#include "experiments/files.h"
#include "experiments/text_table.h"
#include "sim/input_error.h"
#include "sim/stats.h"

namespace edgesim {

namespace {

struct SampleArguments {
  std::string profile, action, out;
  std::optional<double> duration_s, tokens;
  std::uint32_t requests = 1;
  std::uint64_t seed = 1;
};

// The generic csv: one reading per interval, at its middle.
class SyntheticCsv {
 public:
  SyntheticCsv(const DeviceProfile& profile, const std::string& action, bool grouped)
      : action_(action), grouped_(grouped) {
    text_ = grouped ? "action,question_id,t_s" : "t_s";
    for (const Rail& rail : profile.rails) text_ += "," + rail.name + "_w";
    text_ += '\n';
  }
  void Add(const SyntheticTrace& trace) {
    ++requests_;
    for (std::size_t t = 0; t < trace.rail_w[0].size(); ++t) {
      auto out = std::back_inserter(text_);
      if (grouped_) fmt::format_to(out, "{},{},", action_, requests_);
      fmt::format_to(out, "{:.6f}", (static_cast<double>(t) + 0.5) * trace.interval_s);
      for (const std::vector<double>& watts : trace.rail_w)
        fmt::format_to(out, ",{:.3f}", watts[t]);
      text_ += '\n';
    }
  }
  const std::string& Text() const { return text_; }

 private:
  std::string text_, action_;
  bool grouped_;
  std::uint32_t requests_ = 0;
};

// Energy and peak per request, of one rail or of all.
struct Drawn {
  std::string rail;
  std::vector<double> energy_j, peak_w;
};

double Peak(const SyntheticTrace& trace, std::size_t from, std::size_t to) {
  double peak = 0;
  for (std::size_t t = 0; t < trace.rail_w[0].size(); ++t) {
    double sum = 0;
    for (std::size_t r = from; r < to; ++r) sum += trace.rail_w[r][t];
    peak = std::max(peak, sum);
  }
  return peak;
}

std::string Spread(const std::vector<double>& values) {
  return values.size() > 1 ? fmt::format("{:.2f}", std::sqrt(SampleVariance(values))) : "-";
}

void Print(const std::string& title, const std::vector<Drawn>& all) {
  std::vector<std::vector<std::string>> rows = {{title, "energy J", "sd J", "peak W", "sd W"}};
  for (const Drawn& d : all) {
    rows.push_back({d.rail, fmt::format("{:.2f}", Mean(d.energy_j)), Spread(d.energy_j),
                    fmt::format("{:.2f}", Mean(d.peak_w)), Spread(d.peak_w)});
  }
  fmt::print("{}\n", TextTable(rows));
}

// The longest a request can take, s.
double Longest(const SampleArguments& args, const ActionProfile& action) {
  if (args.duration_s) return *args.duration_s;
  if (!action.latency)
    throw InputError("--tokens: action '" + action.spec.name +
                     "' has no latency, for its traces came without tokens; give --duration");
  const std::vector<double>& seconds = action.latency->seconds_per_output_token;
  return *args.tokens * *std::max_element(seconds.begin(), seconds.end());
}

void Sample(const SampleArguments& args) {
  if (args.duration_s.has_value() == args.tokens.has_value())
    throw InputError("give either --duration or --tokens");
  if (!(args.duration_s.value_or(1) > 0))
    throw InputError("--duration: seconds above 0 are needed");
  if (!(args.tokens.value_or(1) > 0)) throw InputError("--tokens: a number above 0 is needed");
  CheckOutputFile("--out", args.out, {args.profile});
  const DeviceProfile profile = ReadProfile(args.profile);
  const std::size_t index = FindAction(profile, args.action, "--action");
  const ActionProfile& action = profile.actions[index];
  constexpr double kMostReadings = 1e7;  // a few hundred MB of text
  const double readings = args.requests * Longest(args, action) / profile.emission_interval_s;
  if (readings > kMostReadings) {
    throw InputError(
        fmt::format("{:.3g} readings are too many; allowed are {:.0e}", readings, kMostReadings));
  }

  const TraceSampler sampler(profile, index);
  SyntheticCsv csv(profile, action.spec.name, args.requests > 1);
  std::vector<Drawn> drawn;
  for (const Rail& rail : profile.rails) drawn.push_back({rail.name, {}, {}});
  const std::size_t rails = drawn.size();
  if (rails > 1) drawn.push_back({"all rails", {}, {}});
  std::vector<double> duration_s;
  for (std::uint32_t i = 0; i < args.requests; ++i) {
    const Noise noise{.seed = args.seed, .entity = i, .phase = Phase::kModel};
    const SyntheticTrace trace = args.tokens ? sampler.DrawAnswer(*args.tokens, noise)
                                             : sampler.Draw(*args.duration_s, noise);
    csv.Add(trace);
    duration_s.push_back(trace.duration_s);
    for (std::size_t r = 0; r < rails; ++r) {
      drawn[r].energy_j.push_back(trace.EnergyJ(r));
      drawn[r].peak_w.push_back(Peak(trace, r, r + 1));
    }
    if (rails > 1) {
      drawn.back().energy_j.push_back(trace.EnergyJ());
      drawn.back().peak_w.push_back(Peak(trace, 0, rails));
    }
  }
  WriteTextFile(args.out, csv.Text());
  Print(action.spec.name, drawn);
  if (action.classes > 1 && !action.latency) {
    fmt::print(
        "noticed: the {} kinds of requests are drawn equally often: a profile without "
        "latency does not tell how often they came\n",
        action.classes);
  }
  fmt::print("{} request{} of {:.3f} s on average, one reading per {:g} s, in {}\n", args.requests,
             args.requests == 1 ? "" : "s", Mean(duration_s), profile.emission_interval_s,
             args.out);
}

}  // namespace

void AddSampleCommand(CLI::App& app) {
  auto args = std::make_shared<SampleArguments>();
  CLI::App* sample =
      app.add_subcommand("sample", "Draw synthetic power traces of requests from a device profile");
  sample->add_option("profile", args->profile, "Profile (JSON), or the name of one that ships")
      ->required()
      ->type_name("PROFILE");
  sample->add_option("--action", args->action,
                     "Which of the profile's actions; may be left out where it has one");
  sample->add_option("--duration", args->duration_s, "Seconds that each request takes");
  sample->add_option("--tokens", args->tokens,
                     "Instead: output tokens of each answer; durations are drawn");
  sample->add_option("--requests", args->requests, "How many; several are told apart by columns")
      ->check(CLI::Range(1U, 1000000U))
      ->capture_default_str();
  sample->add_option("--seed", args->seed, "Keys the noise: the same seed, the same file")
      ->check(SeedNumber())
      ->capture_default_str();
  sample->add_option("-o,--out", args->out, "Trace to write: csv, t_s and <rail>_w")
      ->required()
      ->check(NotEmpty("the name of a file"));
  sample->callback([args] { Sample(*args); });
}

}  // namespace edgesim
