// Fitting laws of stays to expected counts of whole intervals.
#include "calibration/duration_fit.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/rng.h"

namespace edgesim {
namespace {

constexpr DurationFamily kFamilies[] = {DurationFamily::kGeometric, DurationFamily::kPoisson,
                                        DurationFamily::kNegativeBinomial, DurationFamily::kGamma,
                                        DurationFamily::kLognormal};

std::string_view Name(DurationFamily family) {
  return kDurationFamilyNames[static_cast<std::size_t>(family)];
}

DurationLaw Law(DurationFamily family, double mean_s, double shape) {
  DurationLaw law{.family = family, .mean_s = mean_s, .shape = shape, .table = {}};
  if (ShapeParameters(law) == 0) law.shape = 0;
  return law;
}
DurationLaw Gamma(double mean_s, double shape) {
  return Law(DurationFamily::kGamma, mean_s, shape);
}

Eigen::VectorXd Residual(const Eigen::VectorXd& pmf) {
  Eigen::VectorXd survivor = pmf;
  for (Eigen::Index u = pmf.size() - 2; u >= 0; --u) survivor(u) += survivor(u + 1);
  return survivor / survivor.sum();
}

// The score of the contract, computed from the pmf alone.
double Score(const DurationCounts& counts, double interval_s, const DurationLaw& law, Tail tail) {
  const Eigen::VectorXd pmf =
      DurationPmf(law, interval_s, static_cast<int>(counts.whole.size()), tail);
  double sum = 0;
  const auto add = [&](const Eigen::VectorXd& n, const Eigen::VectorXd& p) {
    for (Eigen::Index u = 0; u < n.size(); ++u) {
      if (n(u) > 0) sum += n(u) * std::log(std::max(p(u), 1e-300));
    }
  };
  add(counts.whole, pmf);
  add(counts.remaining, Residual(pmf));
  return sum;
}

// EM calls the fit again and again, each time from the last result.
DurationLaw Settled(const DurationCounts& counts, double interval_s, DurationLaw law,
                    Tail tail = Tail::kLastCell) {
  for (int call = 0; call < 8; ++call) law = FitDuration(counts, interval_s, law, tail);
  return law;
}

TEST(FitDurationTest, RecoversEachFamilyFromItsOwnCounts) {
  constexpr double kInterval = 0.11;
  // Brent's 2^-8 of a bracket of two in the logarithm of a continuous law's shape, flat at the top.
  constexpr double kMeanTolerance = 0.01, kShapeTolerance = 0.03;  // shares
  for (const DurationFamily family : kFamilies) {
    for (const double mean_s : {0.6, 1.5, 5.0}) {
      for (const double shape : {0.8, 2.0, 6.0}) {
        const double of_family = family == DurationFamily::kLognormal ? 1 / (1 + shape) : shape;
        const DurationLaw truth = Law(family, mean_s, of_family);
        const Eigen::VectorXd counts = 100 * DurationPmf(truth, kInterval, 800);
        const DurationLaw fit =
            Settled({counts, {}}, kInterval,
                    Law(family, 1, family == DurationFamily::kLognormal ? 0.5 : 5));
        EXPECT_EQ(fit.family, family);
        EXPECT_NEAR(fit.mean_s, mean_s, kMeanTolerance * mean_s) << Name(family) << " " << shape;
        EXPECT_NEAR(fit.shape, truth.shape, kShapeTolerance * truth.shape)
            << Name(family) << " " << mean_s << " " << shape;
      }
    }
  }
}

// Geometric and Poisson: the mean of the law is that of the counts.
TEST(FitDurationTest, LawsOfOneParameterHaveTheMeanOfTheCounts) {
  Eigen::VectorXd counts = Eigen::VectorXd::Zero(200);
  counts(2) = 3;
  counts(9) = 2;
  counts(14) = 1.5;
  const double mean = (3 * 3 + 2 * 10 + 1.5 * 15) / 6.5;
  for (const DurationFamily family : {DurationFamily::kGeometric, DurationFamily::kPoisson}) {
    const DurationLaw fit = Settled({counts, {}}, 0.1, Law(family, 3, 0));
    EXPECT_NEAR(fit.mean_s, 0.1 * mean, 1e-5) << Name(family);
  }
}

// Without a tail beyond the table the law of the counts is found all the same.
TEST(FitDurationTest, NegativeBinomialIsRecoveredFromATruncatedTable) {
  for (const double shape : {0.7, 3.0, 20.0}) {
    const DurationLaw truth = Law(DurationFamily::kNegativeBinomial, 40, shape);
    const Eigen::VectorXd counts = 500 * DurationPmf(truth, 1, 60, Tail::kRenormalise);
    const DurationLaw fit =
        Settled({counts, {}}, 1, Law(DurationFamily::kNegativeBinomial, 20, 2), Tail::kRenormalise);
    const double best = Score({counts, {}}, 1, truth, Tail::kRenormalise);
    EXPECT_NEAR(Score({counts, {}}, 1, fit, Tail::kRenormalise), best, 1e-6 * std::abs(best));
    EXPECT_NEAR(fit.mean_s, 40, 2) << shape;
    EXPECT_NEAR(fit.shape, shape, 0.05 * shape);
  }
}

TEST(FitDurationTest, TheScaleOfTheCountsDoesNotMatter) {
  const Eigen::VectorXd counts = DurationPmf(Gamma(1.5, 4), 0.1, 100);
  const DurationLaw one = FitDuration({counts, {}}, 0.1, Gamma(1, 5)),
                    many = FitDuration({1000 * counts, {}}, 0.1, Gamma(1, 5));
  EXPECT_NEAR(one.mean_s, many.mean_s, 1e-3 * one.mean_s);
  EXPECT_NEAR(one.shape, many.shape, 1e-3 * one.shape);
}

TEST(FitDurationTest, TheIntervalIsTheUnit) {
  const Eigen::VectorXd counts = DurationPmf(Gamma(1.5, 4), 0.1, 100);
  for (const DurationFamily family : kFamilies) {
    const DurationLaw fine = FitDuration({counts, {}}, 0.1, Law(family, 1, 2)),
                      coarse = FitDuration({counts, {}}, 1, Law(family, 10, 2));
    // Round-off turns Brent's last steps, 2^-20 of a bracket.
    EXPECT_NEAR(coarse.mean_s, 10 * fine.mean_s, 1e-4 * coarse.mean_s) << Name(family);
    EXPECT_NEAR(coarse.shape, fine.shape, 1e-4 * fine.shape) << Name(family);
  }
}

TEST(PropertyFitDurationTest, NeverScoresBelowTheStart) {
  for (std::uint32_t i = 0; i < 100; ++i) {
    WordStream words = Noise{.seed = 17}.Of(i).Words(Stream::kRail);
    const auto longest = static_cast<Eigen::Index>(1 + UniformIndex(words, 60));
    DurationCounts counts{.whole = Eigen::VectorXd(longest), .remaining = {}};
    for (double& c : counts.whole) c = Uniform01(words) < 0.3 ? 10 * Uniform01(words) : 0;
    counts.whole(longest - 1) += 1e-3;
    if (i % 2 == 0) {
      counts.remaining = Eigen::VectorXd(longest);
      for (double& c : counts.remaining) c = Uniform01(words) < 0.2 ? Uniform01(words) : 0;
    }
    const double mean_s = 0.05 * std::exp(5 * Uniform01(words)),
                 shape = 0.3 * std::exp(6 * Uniform01(words));
    for (const DurationFamily family : kFamilies) {
      const DurationLaw start =
          Law(family, mean_s, family == DurationFamily::kLognormal ? 1 / (1 + shape) : shape);
      for (const Tail tail : {Tail::kLastCell, Tail::kRenormalise}) {
        const DurationLaw fit = FitDuration(counts, 0.1, start, tail);
        const double before = Score(counts, 0.1, start, tail);
        EXPECT_GE(Score(counts, 0.1, fit, tail), before - 1e-9 * std::abs(before))
            << Name(family) << " " << i;
        EXPECT_EQ(WhatIsWrong(fit), std::nullopt) << Name(family) << " " << i;
      }
    }
  }
}

// Stays cut off on the left are longer ones by their law: ten whole stays of another length do not
// outvote a thousand of them.
TEST(FitDurationTest, LeftCensoredStaysCount) {
  for (const DurationFamily family : kFamilies) {
    const double shape = family == DurationFamily::kLognormal ? 0.5 : 3;
    const DurationLaw truth = Law(family, 2, shape);
    const Eigen::VectorXd pmf = DurationPmf(truth, 0.1, 400);
    const DurationLaw both = Settled({100 * pmf, 300 * Residual(pmf)}, 0.1, Law(family, 1, shape)),
                      mostly = Settled({10 * DurationPmf(Law(family, 0.8, shape), 0.1, 400),
                                        2000 * Residual(pmf)},
                                       0.1, Law(family, 1, shape));
    EXPECT_NEAR(both.mean_s, 2, 0.02) << Name(family);
    EXPECT_NEAR(both.shape, truth.shape, 0.05 * truth.shape) << Name(family);
    EXPECT_NEAR(mostly.mean_s, 2, 0.3) << Name(family);
  }
}

TEST(FitDurationTest, ATableIsTheCountsAndItsPrior) {
  Eigen::VectorXd counts = Eigen::VectorXd::Zero(30);
  counts(4) = 6;
  counts(9) = 3;
  const DurationLaw start{
      .family = DurationFamily::kTable, .mean_s = 0, .shape = 0, .table = {0.5, 0.5}};
  const DurationLaw plain =
      FitDuration({counts, {}}, 0.1, start, Tail::kLastCell, {.table_stays = 0});
  ASSERT_EQ(plain.table.size(), 30U);
  EXPECT_NEAR(plain.table[4], 2.0 / 3, 1e-15);
  EXPECT_NEAR(plain.table[9], 1.0 / 3, 1e-15);
  EXPECT_EQ(plain.table[5], 0);
  const DurationLaw smooth =
      FitDuration({counts, {}}, 0.1, start, Tail::kLastCell, {.table_stays = 1});
  EXPECT_EQ(WhatIsWrong(smooth), std::nullopt);
  EXPECT_GT(smooth.table[5], 0);  // not seen, yet possible
  EXPECT_LT(smooth.table[5], 0.1);
  // One stay in ten is the prior's, whose law lies below 1 everywhere.
  EXPECT_GT(smooth.table[4], 0.6);
  EXPECT_LT(smooth.table[4], 0.7);
  EXPECT_EQ(ShapeParameters(smooth), 29);
}

TEST(FitDurationTest, AllStaysOfOneIntervalGiveALawWithinIt) {
  Eigen::VectorXd counts = Eigen::VectorXd::Zero(50);
  counts(0) = 40;
  for (const DurationFamily family : kFamilies) {
    const DurationLaw fit = Settled({counts, {}}, 0.1, Law(family, 0.5, 2));
    EXPECT_GT(DurationPmf(fit, 0.1, 50)(0), 0.999) << Name(family);
  }
}

TEST(FitDurationTest, AllStaysOfOneLengthGiveANearlyConstantLaw) {
  Eigen::VectorXd counts = Eigen::VectorXd::Zero(100);
  counts(29) = 40;
  const DurationLaw fit = Settled({counts, {}}, 0.1, Gamma(2, 5));
  EXPECT_NEAR(fit.mean_s, 2.95, 0.05);  // within the 30th interval
  // The largest shape allowed, 300: sd 2.95 / sqrt(300) = 0.17 s, so 0.1 s about the mean hold 23
  // %.
  EXPECT_GT(DurationPmf(fit, 0.1, 100)(29), 0.2);
}

TEST(FitDurationTest, StaysAllAtTheEndOfTheTableAreSupported) {
  Eigen::VectorXd counts = Eigen::VectorXd::Zero(40);
  counts(39) = 3;
  for (const DurationFamily family : kFamilies) {
    for (const Tail tail : {Tail::kLastCell, Tail::kRenormalise}) {
      const DurationLaw fit = Settled({counts, {}}, 0.1, Law(family, 0.2, 2), tail);
      // A geometric law without longer stays is at best uniform.
      EXPECT_GT(DurationPmf(fit, 0.1, 40, tail)(39), 0.9 / 40) << Name(family);
    }
  }
}

TEST(FitDurationTest, ATableOfOneIntervalKeepsALaw) {
  for (const DurationFamily family : kFamilies) {
    const DurationLaw fit =
        FitDuration({Eigen::VectorXd::Constant(1, 2.0), {}}, 0.1, Law(family, 0.3, 2));
    EXPECT_EQ(WhatIsWrong(fit), std::nullopt) << Name(family);
    EXPECT_EQ(DurationPmf(fit, 0.1, 1)(0), 1) << Name(family);
  }
}

// One stay of 20 intervals is no sign of regularity; a thousand stays are.
TEST(FitDurationTest, APriorOnTheShapeMattersWhereStaysAreFew) {
  constexpr double kInterval = 0.1;
  const DurationPrior prior{.table_stays = 1, .log_shape_sd = 1};
  const auto fit = [&](const Eigen::VectorXd& whole, const DurationPrior& with) {
    DurationLaw law = Gamma(1.5, 4);
    for (int call = 0; call < 12; ++call)
      law = FitDuration({whole, {}}, kInterval, law, Tail::kLastCell, with);
    return law;
  };
  Eigen::VectorXd one = Eigen::VectorXd::Zero(60);
  one(19) = 1;
  EXPECT_GT(fit(one, {}).shape, 100);
  const DurationLaw few = fit(one, prior);
  EXPECT_GT(few.shape, 1);
  EXPECT_LT(few.shape, 3);
  EXPECT_NEAR(few.mean_s, 2, 0.3);

  const Eigen::VectorXd many = 1000 * DurationPmf(Gamma(2, 6), kInterval, 60);
  EXPECT_NEAR(fit(many, prior).shape, 6, 0.1);
}

}  // namespace
}  // namespace edgesim
