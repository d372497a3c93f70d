#include "calibration/latency_fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "calibration/timing_plan.h"
#include "sim/input_error.h"
#include "tests/support/shipped_cards.h"

namespace edgesim {
namespace {

std::vector<ModelCard> Cards() {
  std::vector<ModelCard> cards;
  for (const auto& [name, card] : ShippedCards()) cards.push_back(card);
  return cards;
}

// A host whose times follow the laws exactly.
ThreadLaws TrueLaws() {
  ThreadLaws laws{.threads = 2, .tile_columns = 8};
  for (std::size_t i = 0; i < kTensorFormats.size(); ++i) {
    laws.matmul[static_cast<TensorFormat>(i)] = {.overhead_s = 3e-6,
                                                 .bytes_per_s = 4e10,
                                                 .pass_s = {1e-11, 1.3e-11, 1.9e-11, 2.6e-11},
                                                 .prepare_s = 2e-10,
                                                 .overlap = 5};
  }
  laws.attention = {.overhead_s = 5e-6,
                    .bytes_per_s = 3e10,
                    .pass_s = {2e-11, 3e-11, 5e-11, 8e-11},
                    .score_s = 6e-10,
                    .query_s = 4e-10,
                    .overlap = 4};
  for (std::size_t i = 0; i < kOpKindNames.size(); ++i)
    laws.elements[static_cast<OpKind>(i)] = {2e-7, 1.5e-10};
  return laws;
}

ThreadTimings TimingsOf(const ThreadLaws& laws, const TimingPlan& plan) {
  ThreadTimings timings{.threads = laws.threads};
  for (const MatMulCase& p : plan.products) {
    const double bytes = p.cold ? static_cast<double>(MatrixBytes(p.format, p.rows, p.columns)) : 0;
    timings.products.push_back({p,
                                {Seconds(laws.matmul.at(p.format), laws.tile_columns, p.rows,
                                         p.columns, static_cast<double>(p.n), bytes)},
                                bytes});
  }
  for (const Op& op : plan.operations) timings.operations.push_back({op, {Seconds(laws, op)}});
  return timings;
}

TEST(LatencyFit, RecoversTheLawsThatMadeTheTimings) {
  const ThreadLaws truth = TrueLaws();
  const TimingPlan plan = PlanTimings(Cards(), PlanDepth::kFull, 8);
  const FittedLaws fitted = FitLaws(TimingsOf(truth, plan), 8);
  EXPECT_EQ(fitted.laws.threads, 2U);
  for (const LawFit& fit : fitted.fits) {
    for (const double ratio : fit.ratios) EXPECT_NEAR(ratio, 1, 0.01) << fit.law;
  }
  const MatMulLaw& law = fitted.laws.matmul.at(TensorFormat::kQ4_K);
  EXPECT_NEAR(law.bytes_per_s / 4e10, 1, 0.02);
  EXPECT_NEAR(law.pass_s[3] / 2.6e-11, 1, 0.02);
  EXPECT_NEAR(law.prepare_s / 2e-10, 1, 0.1);
  EXPECT_NEAR(law.overhead_s / 3e-6, 1, 0.1);
  EXPECT_NEAR(fitted.laws.attention.score_s / 6e-10, 1, 0.1);
  EXPECT_NEAR(fitted.laws.elements.at(OpKind::kGlu).element_s / 1.5e-10, 1, 0.02);
  EXPECT_EQ(fitted.laws.elements.count(OpKind::kMatMul), 0U);
}

TEST(LatencyFit, AQuickPlanTellsAllLawsApart) {
  const ThreadLaws truth = TrueLaws();
  const TimingPlan plan = PlanTimings(Cards(), PlanDepth::kQuick, 8);
  const FittedLaws fitted = FitLaws(TimingsOf(truth, plan), 8);
  for (const LawFit& fit : fitted.fits) {
    for (const double ratio : fit.ratios) EXPECT_NEAR(ratio, 1, 0.02) << fit.law;
  }
  // What was not timed is predicted too.
  const MatMulLaw& law = fitted.laws.matmul.at(TensorFormat::kQ8_0);
  const double bytes = 9216.0 * 2304 * 34 / 32;
  for (const double n : {1.0, 5.0, 32.0, 512.0}) {
    EXPECT_NEAR(Seconds(law, 8, 9216, 2304, n, bytes) /
                    Seconds(truth.matmul.at(TensorFormat::kQ8_0), 8, 9216, 2304, n, bytes),
                1, 0.02)
        << n;
  }
}

TEST(LatencyFit, RefusesTooFewTimings) {
  ThreadTimings timings = TimingsOf(TrueLaws(), PlanTimings({SmallCard()}, PlanDepth::kQuick, 8));
  std::erase_if(timings.products, [](const MatMulTiming& t) {
    return t.product.format == TensorFormat::kQ8_0 && t.product.n == 4;
  });
  EXPECT_THAT([&] { FitLaws(timings, 8); },
              testing::ThrowsMessage<InputError>("too few timings to fit the law of 'q8_0'"));
}

TEST(LatencyFit, WhatPassesTakeMoreThanTheirOperationsIsTheOverhead) {
  ThreadLaws laws = TrueLaws();
  std::vector<PassTiming> timings;
  for (PassCase& c : PassCases(Cards().front())) {
    const double seconds = Predict(laws, BuildOpGraph(c.card, c.quantization, c.pass)).seconds;
    timings.push_back({std::move(c), {seconds + 2e-4}});
  }
  const LawFit fit = FitPasses(timings, laws);
  EXPECT_NEAR(laws.pass_overhead_s, 2e-4, 1e-12);
  for (const double ratio : fit.ratios) EXPECT_NEAR(ratio, 1, 1e-9);
  for (PassTiming& t : timings) t.timing.median_s /= 2;
  FitPasses(timings, laws);
  EXPECT_EQ(laws.pass_overhead_s, 0);
}

}  // namespace
}  // namespace edgesim
