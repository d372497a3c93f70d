#include "calibration/host_calibration.h"

#include <fmt/format.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cmath>

#include "calibration/latency_fit.h"
#include "calibration/pass_timings.h"
#include "kernels/matmul_kernels.h"
#include "sim/input_error.h"
#include "sim/stats.h"

namespace edgesim {

namespace {

std::vector<double> Sorted(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values;
}

// Enough measurements for a median to be of the machine's usual speed.
void WarmUp(SpeedProbe& probe, std::size_t threads, const HostClock& clock, double seconds) {
  tbb::task_arena(static_cast<int>(threads)).execute([&] {
    const double start = clock.seconds();
    do {
      probe.Measure();
    } while (clock.seconds() - start < seconds);
  });
}

LawResidual Residual(std::size_t threads, const LawFit& fit) {
  std::vector<double> off, magnitude;
  for (const double ratio : fit.ratios) {
    off.push_back(1 / ratio - 1);
    magnitude.push_back(std::abs(1 / ratio - 1));
  }
  magnitude = Sorted(std::move(magnitude));
  return {.threads = threads,
          .law = fit.law,
          .timings = fit.ratios.size(),
          .median = Quantile(magnitude, 0.5),
          .p90 = Quantile(magnitude, 0.9),
          .max = Quantile(magnitude, 1),
          .bias = Quantile(Sorted(std::move(off)), 0.5)};
}

const ModelCard& CardWithMixtures(const std::vector<ModelCard>& cards) {
  for (const ModelCard& card : cards) {
    if (card.shape && card.quantizations.contains("q4_0") &&
        card.quantizations.contains("q4_k_m") && card.quantizations.contains("q8_0"))
      return card;
  }
  throw InputError("no model card has the quantisations q4_0, q4_k_m and q8_0");
}

}  // namespace

HostProfile Calibrate(const std::vector<ModelCard>& cards, const CalibrationOptions& options,
                      const HostClock& clock, const CalibrationProgress& progress) {
  const auto tile_columns = static_cast<std::size_t>(kernels::MatMulOf(options.isa).tile_columns);
  const TimingOptions& timing = options.timing;
  const PlanDepth depth =
      options.mode == CalibrationMode::kQuick ? PlanDepth::kQuick : PlanDepth::kFull;
  const std::vector<PassCase> passes = PassCases(CardWithMixtures(cards));

  HostProfile profile{.mode = options.mode};
  std::vector<double> spreads;
  TimingTally tally;
  std::size_t before = 0;
  for (const std::size_t threads : options.threads) {
    const TimingPlan plan = PlanTimings(cards, depth, tile_columns, threads);
    const std::size_t per_thread = plan.products.size() + plan.operations.size() + passes.size();
    const auto report = [&](std::size_t done) {
      progress(static_cast<double>(before + done) /
                   static_cast<double>(per_thread * options.threads.size()),
               fmt::format("{} thread{}", threads, threads == 1 ? "" : "s"));
    };
    report(0);
    SpeedProbe probe(clock, options.isa, timing.cold_bytes);
    WarmUp(probe, threads, clock, options.warm_up_s);
    const ThreadTimings timings = TimeKernels(plan, threads, clock, timing, probe, options.isa,
                                              [&](std::size_t done, std::size_t) { report(done); });
    tally.Add(timings.tally);
    for (const MatMulTiming& t : timings.products) spreads.push_back(t.timing.spread);
    for (const OpTiming& t : timings.operations) spreads.push_back(t.timing.spread);

    FittedLaws fitted = FitLaws(timings, tile_columns);
    const std::size_t done = plan.products.size() + plan.operations.size();
    const std::vector<PassTiming> measured =
        TimePasses(passes, threads, clock, timing, probe, options.isa, tally,
                   [&](std::size_t pass, std::size_t) { report(done + pass); });
    for (const PassTiming& t : measured) spreads.push_back(t.timing.spread);
    fitted.fits.push_back(FitPasses(measured, fitted.laws));
    for (const LawFit& fit : fitted.fits) profile.residuals.push_back(Residual(threads, fit));
    profile.residual_ratios.insert(profile.residual_ratios.end(), fitted.fits.back().ratios.begin(),
                                   fitted.fits.back().ratios.end());
    profile.laws.push_back(std::move(fitted.laws));
    profile.yardsticks.push_back(probe.Typical());
    profile.yardsticks.back().threads = threads;
    before += per_thread;
  }
  if (tally.others_s > kMostOthers * tally.seconds) {
    throw ContentionError(fmt::format(
        "the machine is not quiet: other processes had {:.1f} s of CPU time in {:.1f} s of "
        "measurements; allowed: {:.0f} %",
        tally.others_s, tally.seconds, 100 * kMostOthers));
  }
  if (static_cast<double>(tally.unsettled) > kMostUnsettled * static_cast<double>(spreads.size())) {
    throw ContentionError(fmt::format(
        "the machine is not steady: {} of {} figures were not to be had at one speed; allowed: "
        "{:.0f} %",
        tally.unsettled, spreads.size(), 100 * kMostUnsettled));
  }
  std::sort(profile.residual_ratios.begin(), profile.residual_ratios.end());
  spreads = Sorted(std::move(spreads));
  profile.measurement = {.timings = spreads.size(),
                         .repeated_for_stolen_time = tally.disturbed + tally.atypical,
                         .repeated_for_spread = tally.spread_wide,
                         .median_relative_iqr = Quantile(spreads, 0.5),
                         .p90_relative_iqr = Quantile(spreads, 0.9)};
  return profile;
}

}  // namespace edgesim
