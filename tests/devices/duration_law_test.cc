// Tests of devices/duration_law.h: pmfs, moments, limits between families, tails and validation.
#include "devices/duration_law.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/math/distributions/gamma.hpp>
#include <cmath>
#include <limits>

namespace edgesim {
namespace {

using testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

DurationLaw Law(DurationFamily family, double mean_s, double shape = 0) {
  return {.family = family, .mean_s = mean_s, .shape = shape, .table = {}};
}
DurationLaw Gamma(double mean_s, double shape) {
  return Law(DurationFamily::kGamma, mean_s, shape);
}
DurationLaw Table(std::vector<double> p) {
  return {.family = DurationFamily::kTable, .mean_s = 0, .shape = 0, .table = std::move(p)};
}

const std::vector<DurationLaw> kLaws = {Law(DurationFamily::kGeometric, 0.7),
                                        Law(DurationFamily::kGeometric, 0.1),
                                        Law(DurationFamily::kPoisson, 0.7),
                                        Law(DurationFamily::kPoisson, 300),
                                        Law(DurationFamily::kNegativeBinomial, 0.7, 2),
                                        Law(DurationFamily::kNegativeBinomial, 1, 0.1),
                                        Law(DurationFamily::kNegativeBinomial, 300, 900),
                                        Gamma(0.7, 0.3),
                                        Gamma(0.7, 1),
                                        Gamma(0.7, 8.7),
                                        Gamma(0.7, 120),
                                        Law(DurationFamily::kLognormal, 0.7, 0.05),
                                        Law(DurationFamily::kLognormal, 0.7, 1.5),
                                        Table({0.2, 0, 0.8})};

// scipy 1.10.1: geom.pmf(u, 1/4), poisson.pmf(u - 1, 3), nbinom.pmf(u - 1, 2.5, 2.5 / 5.5), and
// differences of gamma(2.5, scale=1.6).cdf and lognorm(0.6, scale=4 exp(-0.18)).cdf.
TEST(DurationPmf, EachFamilyAgreesWithAnIndependentProgram) {
  const struct {
    DurationLaw law;
    double at_1, at_2, at_5, at_10, at_30;
  } kCases[] = {
      {Law(DurationFamily::kGeometric, 2), 0.25, 0.1875, 0.0791015625, 0.01877117156982422,
       5.952736339000491e-05},
      {Law(DurationFamily::kPoisson, 2), 0.04978706836786394, 0.14936120510359183,
       0.16803135574154085, 0.002700503931560479, 3.8645072016155465e-19},
      {Law(DurationFamily::kNegativeBinomial, 2, 2.5), 0.13929749224447158, 0.18995112578791565,
       0.11126269454726057, 0.014685781370000692, 4.0490811411546894e-07},
      {Gamma(2, 2.5), 0.06000843971115542, 0.16349648916552184, 0.13323289040144104,
       0.018099320236600103, 3.710305749304865e-07},
      {Law(DurationFamily::kLognormal, 2, 0.6), 0.0221896449551983, 0.17401803612901742,
       0.13126678176591255, 0.015474605289655607, 3.1079890554397416e-05}};
  for (const auto& c : kCases) {
    const std::string_view name = kDurationFamilyNames[static_cast<std::size_t>(c.law.family)];
    const Eigen::VectorXd pmf = DurationPmf(c.law, 0.5, 400);  // a mean of four intervals
    // Differences of distribution functions have round-off of 1e-16, the others of their products.
    const auto expect = [&](int u, double expected) {
      EXPECT_NEAR(pmf(u - 1), expected, 1e-12 * expected + 1e-15) << name << ", u = " << u;
    };
    expect(1, c.at_1);
    expect(2, c.at_2);
    expect(5, c.at_5);
    expect(10, c.at_10);
    expect(30, c.at_30);
  }
}

TEST(DurationPmf, SumsToOneInBothTails) {
  for (const DurationLaw& law : kLaws) {
    const std::string_view name = kDurationFamilyNames[static_cast<std::size_t>(law.family)];
    for (const Tail tail : {Tail::kLastCell, Tail::kRenormalise}) {
      for (const int longest : {1, 3, 50, 2000}) {
        const Eigen::VectorXd pmf = DurationPmf(law, 0.1, longest, tail);
        ASSERT_EQ(pmf.size(), longest);
        EXPECT_NEAR(pmf.sum(), 1, 1e-12) << name << " " << law.mean_s << " " << longest;
        EXPECT_GE(pmf.minCoeff(), 0) << name << " " << law.mean_s << " " << longest;
      }
    }
  }
}

// The header's laws: u - 1 is negative binomial of mean m - 1 and variance (m - 1) + (m - 1)^2 / r.
TEST(DurationPmf, DiscreteMomentsAreThoseOfTheHeader) {
  for (const double mean : {1.3, 8.0, 120.0}) {
    for (const double r : {0.4, 1.0, 7.0, 1e6}) {
      const DurationLaw law = Law(DurationFamily::kNegativeBinomial, 0.1 * mean, r);
      const Eigen::VectorXd pmf = DurationPmf(law, 0.1, LongestStay(law, 0.1));
      const Eigen::ArrayXd u =
          Eigen::ArrayXd::LinSpaced(pmf.size(), 1, static_cast<double>(pmf.size()));
      const double excess = mean - 1, variance = excess + excess * excess / r;
      EXPECT_NEAR((pmf.array() * u).sum(), mean, 1e-8 * mean) << r;
      EXPECT_NEAR((pmf.array() * (u - mean).square()).sum(), variance, 1e-6 * variance) << r;
    }
  }
}

// Rounding up to whole intervals adds half of one: with stays of many intervals the two moments of
// the continuous law are seen. Variance of the rounding: 1/12.
TEST(DurationPmf, ContinuousMomentsAreThoseOfTheHeader) {
  constexpr double kMean = 400;  // intervals
  const struct {
    DurationLaw law;
    double variance;
  } kCases[] = {
      {Gamma(kMean, 6), kMean * kMean / 6},
      {Law(DurationFamily::kLognormal, kMean, 0.5), kMean * kMean * (std::exp(0.25) - 1)}};
  for (const auto& c : kCases) {
    const Eigen::VectorXd pmf = DurationPmf(c.law, 1, LongestStay(c.law, 1));
    const Eigen::ArrayXd u =
        Eigen::ArrayXd::LinSpaced(pmf.size(), 1, static_cast<double>(pmf.size()));
    const double mean = (pmf.array() * u).sum();
    EXPECT_NEAR(mean, kMean + 0.5, 1e-3);
    EXPECT_NEAR((pmf.array() * (u - mean).square()).sum(), c.variance + 1.0 / 12,
                1e-5 * c.variance);
  }
}

TEST(DurationPmf, NegativeBinomialOfSizeOneIsGeometric) {
  const Eigen::VectorXd geometric = DurationPmf(Law(DurationFamily::kGeometric, 0.6), 0.1, 80),
                        nb = DurationPmf(Law(DurationFamily::kNegativeBinomial, 0.6, 1), 0.1, 80);
  EXPECT_LT((geometric - nb).cwiseAbs().maxCoeff(), 1e-15);
}

// The two differ by (m - 1)^2 / (2 r) of P(u) at most some units.
TEST(DurationPmf, NegativeBinomialOfLargeSizeIsPoisson) {
  const Eigen::VectorXd poisson = DurationPmf(Law(DurationFamily::kPoisson, 0.6), 0.1, 80);
  for (const double r : {1e4, 1e6, 1e8}) {
    const Eigen::VectorXd nb = DurationPmf(Law(DurationFamily::kNegativeBinomial, 0.6, r), 0.1, 80);
    EXPECT_LT((poisson - nb).cwiseAbs().maxCoeff(), 10 / r + 1e-13);
  }
}

// Shape 1 is geometric: each further interval with probability exp(-dt / mean).
TEST(DurationPmf, GammaOfShapeOneIsGeometric) {
  const Eigen::VectorXd pmf = DurationPmf(Gamma(0.5, 1), 0.1, 500);
  for (int u = 2; u <= 50; ++u) EXPECT_NEAR(pmf(u - 1) / pmf(u - 2), std::exp(-0.2), 1e-9);
}

// P(1) is exp(-2000) or 10^-349, below the smallest double: the rest must not be lost with it.
// scipy 1.10.1: poisson.pmf(2000, 2000), poisson.pmf(1900, 2000), nbinom.pmf(2000, 500, 1 / 5),
// nbinom.pmf(1700, 500, 1 / 5).
TEST(DurationPmf, UnderflowOfTheFirstCellDoesNotLoseTheLaw) {
  const Eigen::VectorXd poisson = DurationPmf(Law(DurationFamily::kPoisson, 2001), 1, 4000);
  EXPECT_NEAR(poisson(2000), 0.008920248895977534, 1e-12);
  EXPECT_NEAR(poisson(1900), 0.0007198068548569583, 1e-13);
  EXPECT_EQ(poisson(0), 0);
  const Eigen::VectorXd nb =
      DurationPmf(Law(DurationFamily::kNegativeBinomial, 2001, 500), 1, 6000);
  EXPECT_NEAR(nb(2000), 0.003988724716197411, 1e-12);
  EXPECT_NEAR(nb(1700), 3.262774520383666e-05, 1e-14);
  EXPECT_NEAR(nb.sum(), 1, 1e-12);
}

TEST(DurationPmf, GammaIsTheDifferenceOfTheDistributionFunction) {
  for (const double shape : {0.3, 1.0, 8.7, 120.0}) {
    const boost::math::gamma_distribution<double> law(shape, 0.7 / shape);
    constexpr int kFarEnough = 1000;  // 100 s: P(longer) < 1e-18 for all shapes here
    const Eigen::VectorXd pmf = DurationPmf(Gamma(0.7, shape), 0.1, kFarEnough);
    for (int u = 1; u < kFarEnough; ++u) {
      const double expected =
          boost::math::cdf(law, u * 0.1) - (u == 1 ? 0 : boost::math::cdf(law, (u - 1) * 0.1));
      EXPECT_NEAR(pmf(u - 1), expected, 1e-14) << "shape " << shape << ", u = " << u;
    }
  }
}

TEST(DurationPmf, TheLastCellTakesAllThatIsLonger) {
  const Eigen::VectorXd whole = DurationPmf(Gamma(0.7, 2), 0.1, 300),
                        cut = DurationPmf(Gamma(0.7, 2), 0.1, 5);
  for (int u = 1; u <= 4; ++u) EXPECT_NEAR(cut(u - 1), whole(u - 1), 1e-14);
  EXPECT_NEAR(cut(4), whole.tail(296).sum(), 1e-14);
}

TEST(DurationPmf, RenormalisedCellsKeepTheirRatios) {
  for (const DurationLaw& law : kLaws) {
    const Eigen::VectorXd whole = DurationPmf(law, 0.1, 300),
                          cut = DurationPmf(law, 0.1, 5, Tail::kRenormalise);
    const double kept = whole.head(5).sum();
    if (kept < 1e-10) continue;  // next test
    for (int u = 1; u <= 5; ++u) EXPECT_NEAR(cut(u - 1), whole(u - 1) / kept, 1e-6);
  }
}

// Where all cells underflow the nearest one is the likeliest by far.
TEST(DurationPmf, ALawBeyondTheTableStaysToItsEnd) {
  for (const DurationLaw& law : {Gamma(1e6, 1e6), Law(DurationFamily::kPoisson, 1e6),
                                 Law(DurationFamily::kLognormal, 1e6, 0.02),
                                 Law(DurationFamily::kNegativeBinomial, 1e6, 1e5)}) {
    for (const Tail tail : {Tail::kLastCell, Tail::kRenormalise}) {
      const Eigen::VectorXd pmf = DurationPmf(law, 0.1, 5, tail);
      EXPECT_EQ(pmf(4), 1);
      EXPECT_EQ(pmf.head(4).sum(), 0);
    }
  }
}

TEST(DurationPmf, DiscreteMeansOfAnIntervalOrLessAreOneInterval) {
  for (const double mean_s : {0.1, 0.05}) {
    for (const DurationLaw& law :
         {Law(DurationFamily::kGeometric, mean_s), Law(DurationFamily::kPoisson, mean_s),
          Law(DurationFamily::kNegativeBinomial, mean_s, 3)}) {
      EXPECT_EQ(DurationPmf(law, 0.1, 4), Eigen::Vector4d(1, 0, 0, 0));
    }
  }
}

TEST(DurationPmf, ATableIsAsListed) {
  const DurationLaw law = Table({0.2, 0, 0.8});
  EXPECT_EQ(DurationPmf(law, 0.1, 5).head(4), Eigen::Vector4d(0.2, 0, 0.8, 0));
  EXPECT_NEAR(DurationPmf(law, 0.1, 2)(1), 0.8, 1e-15);  // longer ones fall into the last cell
  EXPECT_EQ(DurationPmf(law, 0.1, 2, Tail::kRenormalise), Eigen::Vector2d(1, 0));
}

// The header: what is longer than LongestStay has a probability below about 2^-40.
TEST(LongestStay, CoversTheLaw) {
  for (const DurationLaw& law : kLaws) {
    const int longest = LongestStay(law, 0.1);
    const Eigen::VectorXd pmf = DurationPmf(law, 0.1, 20 * longest);
    EXPECT_LT(pmf.tail(19 * longest).sum(), 0x1p-38)
        << kDurationFamilyNames[static_cast<std::size_t>(law.family)] << " " << law.mean_s << " "
        << law.shape;
  }
}

TEST(LongestStay, HasABound) {
  EXPECT_EQ(LongestStay(Gamma(1e9, 2), 0.1), 100'000);
  EXPECT_EQ(LongestStay(Table({0.5, 0.25, 0.25}), 0.1), 3);
}

TEST(ShapeParameters, AreThoseBesideTheMean) {
  EXPECT_EQ(ShapeParameters(Law(DurationFamily::kGeometric, 1)), 0);
  EXPECT_EQ(ShapeParameters(Law(DurationFamily::kPoisson, 1)), 0);
  EXPECT_EQ(ShapeParameters(Law(DurationFamily::kNegativeBinomial, 1, 1)), 1);
  EXPECT_EQ(ShapeParameters(Gamma(1, 1)), 1);
  EXPECT_EQ(ShapeParameters(Law(DurationFamily::kLognormal, 1, 1)), 1);
  EXPECT_EQ(ShapeParameters(Table({0.5, 0, 0.25, 0.25})), 2);  // cells that can occur, less one
}

TEST(WhatIsWrong, AcceptsGoodLaws) {
  for (const DurationLaw& law : kLaws) EXPECT_EQ(WhatIsWrong(law), std::nullopt);
}

TEST(WhatIsWrong, NamesTheParameter) {
  const auto expect = [](const DurationLaw& law, const char* what) {
    const auto wrong = WhatIsWrong(law);
    ASSERT_TRUE(wrong.has_value()) << what;
    EXPECT_THAT(std::string(*wrong), HasSubstr(what));
  };
  for (const double bad : {0.0, -1.0, kNan, kInfinity}) {
    expect(Gamma(bad, 2), "mean_s");
    expect(Law(DurationFamily::kPoisson, bad), "mean_s");
    expect(Gamma(1, bad), "shape");
    expect(Law(DurationFamily::kLognormal, 1, bad), "shape");
    expect(Law(DurationFamily::kNegativeBinomial, 1, bad), "shape");
  }
  expect(Table({}), "sum to 1");
  expect(Table({0.5, 0.4}), "sum to 1");
  expect(Table({1.5, -0.5}), "negative");
  expect(Table({kNan, 1}), "negative");
}

}  // namespace
}  // namespace edgesim
