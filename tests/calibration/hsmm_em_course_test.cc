// EM for HSMMs: its course against an independent EM and a plain HMM's; it never goes down.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "calibration/hsmm_em.h"
#include "devices/hsmm_sampler.h"
#include "tests/support/hsmm_golden.h"

namespace edgesim {
namespace {

using Eigen::Index;
using golden::Json;

EmOptions MaximumLikelihood(int iterations) {
  EmOptions options;
  options.max_iterations = iterations;
  options.tolerance = -1;  // goes on whatever happens
  options.emission.prior_weight = 0;
  options.emission.floor_sd_w = 1e-9;
  options.outlier_weight = 0;
  options.duration.table_stays = 0;
  return options;
}

// A golden EM sequence: 20 log-likelihoods before each M-step, from the same start.
struct GoldenRun {
  Json run;
  std::vector<double> log_likelihood;
  std::vector<std::vector<double>> readings;
  Hsmm start;  // uniform duration tables
  int longest = 0;
};

GoldenRun ReadGolden(const std::string& signal, const std::string& name) {
  const Json all = golden::ReadJson(golden::Folder() + "em.json");
  GoldenRun em;
  em.run = all.at(signal + "/" + name);
  em.log_likelihood = em.run["loglik"].get<std::vector<double>>();
  em.longest = em.run["D"].get<int>();
  const Eigen::VectorXd x = golden::Watts(signal).head(em.run["T"].get<Index>());
  em.readings.emplace_back(x.begin(), x.end());
  const auto mu = all["init"][signal]["mu"].get<std::vector<double>>(),
             sd = all["init"][signal]["sd"].get<std::vector<double>>();
  const auto n = static_cast<Index>(mu.size());
  const auto cells = static_cast<std::size_t>(em.longest);
  em.start.interval_s = 1;
  for (std::size_t j = 0; j < mu.size(); ++j) {
    em.start.states.push_back(
        {.name = "s",
         .mean_w = mu[j],
         .sd_w = sd[j],
         .duration = DurationLaw{.family = DurationFamily::kTable,
                                 .mean_s = 0,
                                 .shape = 0,
                                 .table = std::vector<double>(cells, 1.0 / em.longest)}});
  }
  em.start.initial = Eigen::VectorXd::Constant(n, 1.0 / static_cast<double>(n));
  em.start.transition = Eigen::MatrixXd::Constant(n, n, 1.0 / static_cast<double>(n - 1));
  em.start.transition.diagonal().setZero();
  return em;
}

void ExpectSameCourse(const GoldenRun& em, double relative, double tolerance) {
  EmOptions options = MaximumLikelihood(20);
  options.longest_stay = em.longest;
  const HsmmFit fit = FitHsmm(em.start, 0, em.readings, options);
  ASSERT_EQ(em.log_likelihood.size(), 20U);
  ASSERT_EQ(fit.course.size(), 20U);
  for (std::size_t k = 0; k < 20; ++k) {
    const double expected = em.log_likelihood[k];
    EXPECT_NEAR(fit.course[k], expected, relative * std::abs(expected)) << k;
  }
  for (std::size_t j = 0; j < fit.model.states.size(); ++j) {
    const HsmmState& state = fit.model.states[j];
    EXPECT_NEAR(state.mean_w, em.run["final"]["mu"][j].get<double>(), tolerance);
    EXPECT_NEAR(state.sd_w, em.run["final"]["sd"][j].get<double>(), tolerance);
  }
}

// Relative tolerances as the golden files' README asks.
void ExpectSameTables(const std::string& signal, const std::string& name) {
  ExpectSameCourse(ReadGolden(signal, name), 1e-9, 1e-6);
}

void ExpectSameNegativeBinomials(const std::string& signal, const std::string& name) {
  GoldenRun em = ReadGolden(signal, name);
  for (HsmmState& state : em.start.states) {
    state.duration = DurationLaw{.family = DurationFamily::kNegativeBinomial,
                                 .mean_s = em.longest / 5.0,
                                 .shape = 2,
                                 .table = {}};
  }
  ExpectSameCourse(em, 1e-7, 1e-4);
}

class GoldenFitHsmmTest : public testing::Test {
 protected:
  void SetUp() override { SKIP_WITHOUT_GOLDEN_HSMM(); }
};

TEST_F(GoldenFitHsmmTest, TablesEqualTheIndependentProgramOnThreeStates) {
  ExpectSameTables("gpu3", "T2000/D100/nonparam/ref");
}
TEST_F(GoldenFitHsmmTest, TablesEqualTheIndependentProgramOnTwoStates) {
  ExpectSameTables("cpu2", "T2000/D100/nonparam/ref");
}
TEST_F(GoldenFitHsmmTest, NegativeBinomialsEqualTheIndependentProgramOnThreeStates) {
  ExpectSameNegativeBinomials("gpu3", "T2000/D100/nb/ref");
}
TEST_F(GoldenFitHsmmTest, NegativeBinomialsEqualTheIndependentProgramOnTwoStates) {
  ExpectSameNegativeBinomials("cpu2", "T2000/D100/nb/ref");
}

class SlowGoldenFitHsmmTest : public GoldenFitHsmmTest {};

TEST_F(SlowGoldenFitHsmmTest, LongNegativeBinomialsEqualTheIndependentProgramOnThreeStates) {
  ExpectSameNegativeBinomials("gpu3", "T20000/D500/nb/ref");
}
TEST_F(SlowGoldenFitHsmmTest, LongNegativeBinomialsEqualTheIndependentProgramOnTwoStates) {
  ExpectSameNegativeBinomials("cpu2", "T20000/D500/nb/ref");
}

DurationLaw Law(DurationFamily family, double mean_s) {
  DurationLaw law{.family = family, .mean_s = mean_s, .shape = 2, .table = {}};
  if (family == DurationFamily::kLognormal) law.shape = 0.7;
  if (family == DurationFamily::kTable)
    law = {.family = family, .mean_s = 0, .shape = 0, .table = std::vector<double>(40, 1.0 / 40)};
  if (ShapeParameters(law) == 0) law.shape = 0;
  return law;
}

enum class Kind { kGaussian, kAutoregressive, kStudentT, kMixture };

// Sequences of two states whose readings have outliers and memory, so that every kind has something
// to fit.
std::vector<std::vector<double>> Readings() {
  Hsmm model{.interval_s = 0.1,
             .states = {{.name = "low",
                         .mean_w = 20,
                         .sd_w = 1,
                         .phi = 0.4,
                         .student_dof = 3,
                         .duration = Law(DurationFamily::kGamma, 1)},
                        {.name = "high",
                         .mean_w = 32,
                         .sd_w = 2,
                         .phi = 0.6,
                         .student_dof = 3,
                         .duration = Law(DurationFamily::kGamma, 1.5)}},
             .initial = Eigen::Vector2d(0.5, 0.5),
             .transition = Eigen::Matrix2d{{0, 1}, {1, 0}}};
  const HsmmSampler sampler(model);
  std::vector<std::vector<double>> sequences;
  for (std::uint32_t i = 0; i < 3; ++i) {
    const Noise noise{.seed = 81, .entity = i};
    sequences.emplace_back(120);
    sampler.Sample(0, noise.Words(Stream::kTie), noise.Words(Stream::kLevel), sequences.back());
  }
  return sequences;
}

Hsmm Guess(DurationFamily family, Kind kind) {
  Hsmm model{.interval_s = 0.1,
             .states = std::vector<HsmmState>(2),
             .initial = Eigen::Vector2d(0.5, 0.5),
             .transition = Eigen::Matrix2d{{0, 1}, {1, 0}}};
  for (std::size_t j = 0; j < 2; ++j) {
    HsmmState& state = model.states[j];
    state = {.name = "s", .mean_w = j == 0 ? 22.0 : 28.0, .sd_w = 3};
    state.duration = Law(family, 0.8);
    if (kind == Kind::kAutoregressive) state.phi = 0.5;
    if (kind == Kind::kStudentT) state.student_dof = 5;
    if (kind == Kind::kMixture)
      state.mixture = {{.weight = 0.8, .offset_w = 0, .sd_w = 2},
                       {.weight = 0.2, .offset_w = 0, .sd_w = 6}};
  }
  // A reading without a predecessor says nothing to the regression, which is exact then.
  if (kind == Kind::kAutoregressive) model.first_reading = FirstReading{.mean_w = 25, .sd_w = 6};
  return model;
}

// Each M-step maximises, or at least raises, what it is given: a fall can only be round-off of some
// 400 readings. (Brent's tolerance is no excuse: a step that does not raise is not taken.)
TEST(FitHsmmCourseTest, NeverGoesDownForAnyFamilyAndKindOfEmission) {
  const std::vector<std::vector<double>> sequences = Readings();
  for (std::size_t family = 0; family < kDurationFamilyNames.size(); ++family) {
    for (const Kind kind :
         {Kind::kGaussian, Kind::kAutoregressive, Kind::kStudentT, Kind::kMixture}) {
      EmOptions options = MaximumLikelihood(15);
      options.emission.autoregressive = kind == Kind::kAutoregressive;
      const HsmmFit fit =
          FitHsmm(Guess(static_cast<DurationFamily>(family), kind), 0, sequences, options);
      ASSERT_EQ(fit.course.size(), 15U);
      constexpr double kRelative = 1e-10;
      for (std::size_t k = 1; k < fit.course.size(); ++k) {
        EXPECT_GE(fit.course[k], fit.course[k - 1] - kRelative * std::abs(fit.course[k]))
            << kDurationFamilyNames[family] << ", kind " << static_cast<int>(kind) << ", step "
            << k;
      }
      EXPECT_GT(fit.course.back(), fit.course.front());
    }
  }
}

// Log-likelihood of the HMM that stays in a state with the probabilities on the diagonal.
double HmmLogLikelihood(const Hsmm& model, const std::vector<double>& x) {
  const auto n = static_cast<Index>(model.states.size());
  Eigen::MatrixXd transition = model.transition;
  for (Index j = 0; j < n; ++j) {
    const double leave =
        model.interval_s / model.states[static_cast<std::size_t>(j)].duration->mean_s;
    transition.row(j) *= leave;
    transition(j, j) = 1 - leave;
  }
  const Eigen::MatrixXd density = LogDensity(model, x, 0, 0).array().exp();
  Eigen::RowVectorXd forward = model.initial.transpose();
  double log_likelihood = 0;
  for (Index t = 0; t < density.rows(); ++t) {
    if (t > 0) forward = forward * transition;
    forward = forward.cwiseProduct(density.row(t));
    log_likelihood += std::log(forward.sum());
    forward /= forward.sum();
  }
  return log_likelihood;
}

TEST(FitHsmmCourseTest, GeometricStaysAreAnHmm) {
  const Hsmm model = Guess(DurationFamily::kGeometric, Kind::kGaussian);
  for (const std::vector<double>& x : Readings()) {
    const double expected = HmmLogLikelihood(model, x);
    EXPECT_NEAR(LogLikelihood(model, x, 0), expected, 1e-11 * std::abs(expected));
  }
}

// At the maximum, no small change of a probability of leaving raises the HMM's likelihood: EM of
// the semi-Markov model ends where Baum-Welch would.
TEST(FitHsmmCourseTest, GeometricStaysEndAtAMaximumOfTheHmm) {
  const std::vector<std::vector<double>> sequences = Readings();
  EmOptions options = MaximumLikelihood(300);
  options.tolerance = 1e-13;
  const HsmmFit fit =
      FitHsmm(Guess(DurationFamily::kGeometric, Kind::kGaussian), 0, sequences, options);
  const auto total = [&](const Hsmm& model) {
    double sum = 0;
    for (const auto& x : sequences) sum += HmmLogLikelihood(model, x);
    return sum;
  };
  const double best = total(fit.model);
  EXPECT_NEAR(best, fit.log_likelihood, 1e-10 * std::abs(best));
  for (std::size_t j = 0; j < 2; ++j) {
    for (const double factor : {0.98, 1.02}) {
      Hsmm changed = fit.model;
      changed.states[j].duration->mean_s *= factor;
      EXPECT_LT(total(changed), best);
      changed = fit.model;
      changed.states[j].sd_w *= factor;
      EXPECT_LT(total(changed), best);
    }
  }
}

}  // namespace
}  // namespace edgesim
