// Tests of devices/hsmm_forward.h against enumerated and published golden likelihoods.
#include "devices/hsmm_forward.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace edgesim {
namespace {

using Json = nlohmann::json;
constexpr double kRelative = 1e-10;  // as the golden files' README asks
constexpr double kInfinity = std::numeric_limits<double>::infinity();

const std::string kDataDir = EDGESIM_DATA_DIR;
#define SKIP_WITHOUT_DATA() \
  if (kDataDir.empty()) GTEST_SKIP() << "EDGESIM_DATA_DIR is empty: no golden sequences"

Json ReadJson(const std::string& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in.good()) << path;
  return Json::parse(in);
}

Eigen::VectorXd Vector(const Json& json) {
  Eigen::VectorXd v(static_cast<Eigen::Index>(json.size()));
  for (std::size_t i = 0; i < json.size(); ++i)
    v(static_cast<Eigen::Index>(i)) = json[i].get<double>();
  return v;
}
Eigen::MatrixXd Rows(const Json& json) {
  Eigen::MatrixXd m(static_cast<Eigen::Index>(json.size()),
                    static_cast<Eigen::Index>(json[0].size()));
  for (std::size_t i = 0; i < json.size(); ++i)
    m.row(static_cast<Eigen::Index>(i)) = Vector(json[i]).transpose();
  return m;
}

HsmmTables Tables(const Json& pi, const Json& a, const Json& d) {
  HsmmTables tables{
      .initial = Vector(pi), .transition = Rows(a), .pmf = Rows(d).transpose(), .survivor = {}};
  tables.survivor = Survivor(tables.pmf);
  return tables;
}

Eigen::MatrixXd GaussianLogDensity(const Json& mu, const Json& sd, const std::vector<double>& x) {
  Hsmm model;
  for (std::size_t j = 0; j < mu.size(); ++j) {
    model.states.push_back(
        {.name = "s", .mean_w = mu[j].get<double>(), .sd_w = sd[j].get<double>()});
  }
  return LogDensity(model, x, 0, 0);
}

TEST(HsmmForward, AgreesWithEnumeratedTinyModels) {
  const Json cases =
      ReadJson(std::string(EDGESIM_SOURCE_DIR) + "/tests/devices/data/brute_tiny.json");
  ASSERT_EQ(cases.size(), 5U);
  for (const Json& c : cases) {
    const auto x = c["x"].get<std::vector<double>>();
    const ForwardMessages messages =
        Forward(Tables(c["pi"], c["A"], c["d"]), GaussianLogDensity(c["mu"], c["sd"], x));
    const auto expected = c["loglik"].get<double>();
    EXPECT_NEAR(messages.log_likelihood, expected, kRelative * std::abs(expected))
        << c["J"] << " states, " << c["T"] << " readings, " << c["D"] << " longest";
  }
}

// What is in a state at t was there at t - 1 and did not end, or has just started.
TEST(HsmmForward, FirstMessagesByHand) {
  const HsmmTables tables =
      Tables(Json{0.25, 0.75}, Json{{0, 1}, {1, 0}}, Json{{0.4, 0.6, 0}, {0.1, 0.2, 0.7}});
  const Eigen::MatrixXd nothing_observed = Eigen::MatrixXd::Zero(3, 2);
  const ForwardMessages messages = Forward(tables, nothing_observed);
  EXPECT_NEAR(messages.log_likelihood, 0, 1e-15);
  EXPECT_DOUBLE_EQ(messages.start(0, 0), 0.25);
  EXPECT_DOUBLE_EQ(messages.end(0, 0), 0.25 * 0.4);
  EXPECT_DOUBLE_EQ(messages.end(0, 1), 0.75 * 0.1);
  EXPECT_DOUBLE_EQ(messages.start(1, 0), 0.75 * 0.1);
  EXPECT_DOUBLE_EQ(messages.start(1, 1), 0.25 * 0.4);
  EXPECT_DOUBLE_EQ(messages.end(1, 0), 0.25 * 0.6 + 0.75 * 0.1 * 0.4);
  EXPECT_DOUBLE_EQ(messages.end(1, 1), 0.75 * 0.2 + 0.25 * 0.4 * 0.1);
  EXPECT_DOUBLE_EQ(messages.factor(0, 0), 1);
}

TEST(HsmmForward, SurvivorIsTheTailSum) {
  const Eigen::MatrixXd survivor =
      Survivor(Eigen::Matrix<double, 3, 2>{{0.5, 0}, {0.25, 0}, {0.25, 1}});
  EXPECT_EQ(survivor, (Eigen::Matrix<double, 3, 2>{{1, 1}, {0.5, 1}, {0.25, 1}}));
}

Hsmm LeftToRight() {
  Hsmm model;
  model.interval_s = 1;
  model.states = {{.name = "first",
                   .mean_w = 10,
                   .sd_w = 0.5,
                   .duration = DurationLaw{DurationFamily::kGamma, 5, 1e6, {}}},
                  {.name = "last", .mean_w = 60, .sd_w = 2, .duration = std::nullopt}};
  model.initial = Eigen::Vector2d(1, 0);
  model.transition = Eigen::Matrix2d{{0, 1}, {0, 0}};
  return model;
}

TEST(HsmmForward, AbsorbingStateHasAllItsMassAtTheEnd) {
  const HsmmTables tables = MakeTables(LeftToRight(), 7);
  EXPECT_EQ(tables.pmf(6, 1), 1);
  EXPECT_EQ(tables.pmf.col(1).sum(), 1);
  EXPECT_EQ(tables.survivor.col(1), Eigen::VectorXd::Ones(7));
  EXPECT_NEAR(tables.pmf.col(0).sum(), 1, 1e-12);
}

TEST(HsmmForward, SequenceNoPathCanProduce) {
  const HsmmTables tables =
      Tables(Json{1.0, 0.0}, Json{{0, 1}, {1, 0}}, Json{{0.0, 1.0}, {0.0, 1.0}});
  Eigen::MatrixXd log_density = Eigen::MatrixXd::Zero(4, 2);
  log_density(1, 0) = -kInfinity;  // the first state lasts two readings, but cannot have this one
  EXPECT_EQ(Forward(tables, log_density).log_likelihood, -kInfinity);
}

// The first state lasts five readings or six; the third is up to 100 standard deviations off,
// nearer to the last state. Unlikely is not impossible: two paths produce it, and the likelihood is
// their sum.
TEST(HsmmForward, ReadingFarFromTheOnlyLiveState) {
  const HsmmTables tables = MakeTables(LeftToRight(), 8);
  ASSERT_NEAR(tables.pmf(4, 0) + tables.pmf(5, 0), 1, 1e-12);
  for (double odd_w = 10; odd_w <= 60; odd_w += 0.25) {
    const std::vector<double> watts = {10, 10, odd_w, 10, 10, 60, 60};
    const Eigen::MatrixXd log_density = LogDensity(LeftToRight(), watts, 0, 0);
    double expected = -kInfinity;
    for (const int stay : {5, 6}) {
      double path = std::log(tables.pmf(stay - 1, 0));
      for (Eigen::Index t = 0; t < 7; ++t) path += log_density(t, t < stay ? 0 : 1);
      expected = std::max(expected, path);  // the other path is exp(-5000) of it
    }
    const double actual = Forward(tables, log_density).log_likelihood;
    ASSERT_NEAR(actual, expected, kRelative * std::abs(expected)) << odd_w << " W";
  }
}

std::vector<double> ReadMilliwatts(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.good()) << path;
  const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
  std::vector<double> watts;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    const auto low = static_cast<unsigned char>(bytes[i]),
               high = static_cast<unsigned char>(bytes[i + 1]);
    watts.push_back((low + 256 * high) / 1000.0);
  }
  return watts;
}

TEST(SlowHsmmForward, AgreesWithKnownParameters) {
  SKIP_WITHOUT_DATA();
  const std::string folder = kDataDir + "/hsmm_golden/";
  const Json params = ReadJson(folder + "params.json"),
             known = ReadJson(folder + "known_params.json");
  for (const std::string model : {"gpu3", "cpu2"}) {
    const Json& p = params[model];
    const std::vector<double> all = ReadMilliwatts(folder + model + "_mW_u16.bin");
    for (const int readings : {2'000, 20'000}) {
      const std::vector<double> watts(all.begin(), all.begin() + readings);
      for (const int longest : {100, 500}) {
        const std::string key =
            model + "/T" + std::to_string(readings) + "/D" + std::to_string(longest);
        ASSERT_TRUE(known.contains(key)) << key;
        const auto expected = known[key]["loglik"].get<double>();
        const HsmmTables tables = Tables(p["pi"], p["A"], p["d" + std::to_string(longest)]);
        const double actual =
            Forward(tables, GaussianLogDensity(p["mu"], p["sd"], watts)).log_likelihood;
        EXPECT_NEAR(actual, expected, kRelative * std::abs(expected)) << key;
      }
    }
  }
}

TEST(HsmmForward, AgreesWithEdgeCases) {
  SKIP_WITHOUT_DATA();
  const std::string folder = kDataDir + "/hsmm_golden/";
  const Json cases = ReadJson(folder + "edge_cases.json"),
             gpu3 = ReadJson(folder + "params.json")["gpu3"];
  const std::vector<double> all = ReadMilliwatts(folder + "gpu3_mW_u16.bin");
  std::size_t checked = 0;
  for (const auto& [name, c] : cases.items()) {
    if (!c["x"].is_null()) continue;  // the next test
    std::vector<double> watts(all.begin(), all.begin() + c["T"].get<int>());
    Json durations = gpu3["d100"];
    if (name == "outlier_60W_at_123") watts[123] = 60;
    if (name == "three_outliers_-40W_at_200") watts[200] = watts[201] = watts[202] = -40;
    if (name == "d1_zero") {
      for (Json& d : durations) {
        d[0] = 0.0;
        const double sum = Vector(d).sum();
        for (Json& p : d) p = p.get<double>() / sum;
      }
    }
    const auto expected = c["loglik_logdomain"].get<double>();
    const double actual = Forward(Tables(c["pi"], gpu3["A"], durations),
                                  GaussianLogDensity(gpu3["mu"], gpu3["sd"], watts))
                              .log_likelihood;
    EXPECT_NEAR(actual, expected, kRelative * std::abs(expected)) << name;
    ++checked;
  }
  EXPECT_EQ(checked, 7U);
}

// Stays of exactly 6, 30 and 20 readings in the cycle 1, 2, 0: one path, many impossible ones.
TEST(HsmmForward, AgreesWithDeterministicStays) {
  SKIP_WITHOUT_DATA();
  const std::string folder = kDataDir + "/hsmm_golden/";
  const Json c = ReadJson(folder + "edge_cases.json")["deterministic_durations_cycle"];
  const Json gpu3 = ReadJson(folder + "params.json")["gpu3"];
  HsmmTables tables{.initial = Vector(c["pi"]),
                    .transition = Eigen::Matrix3d{{0, 1, 0}, {0, 0, 1}, {1, 0, 0}},
                    .pmf = Eigen::MatrixXd::Zero(30, 3),
                    .survivor = {}};
  tables.pmf(5, 0) = tables.pmf(29, 1) = tables.pmf(19, 2) = 1;
  tables.survivor = Survivor(tables.pmf);
  const auto x = c["x"].get<std::vector<double>>();
  const auto expected = c["loglik_logdomain"].get<double>();
  const double actual =
      Forward(tables, GaussianLogDensity(gpu3["mu"], gpu3["sd"], x)).log_likelihood;
  EXPECT_NEAR(actual, expected, kRelative * std::abs(expected));
}

}  // namespace
}  // namespace edgesim
