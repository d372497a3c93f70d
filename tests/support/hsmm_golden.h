// The HSMM golden data: readers, and models as tables. Synthetic signals of known models, checked
// by enumeration and three independent programs; conventions as in devices/hsmm_forward.h.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>
#include <string>
#include <vector>

#include "devices/hsmm_forward.h"
#include "tests/support/text_files.h"

namespace edgesim::golden {

using Json = nlohmann::json;

inline std::string Folder() { return std::string(EDGESIM_DATA_DIR) + "/hsmm_golden/"; }
inline bool IsHere() { return !std::string(EDGESIM_DATA_DIR).empty(); }
#define SKIP_WITHOUT_GOLDEN_HSMM() \
  if (!golden::IsHere()) GTEST_SKIP() << "EDGESIM_DATA_DIR is empty: hsmm_golden is not here"

inline Json ReadJson(const std::string& path) { return Json::parse(FileText(path)); }

// Enumerations of all segmentations of five small models; ships with the tests.
inline Json TinyModels() {
  return ReadJson(std::string(EDGESIM_SOURCE_DIR) + "/tests/devices/data/brute_tiny.json");
}

inline Eigen::VectorXd Vector(const Json& json) {
  const auto values = json.get<std::vector<double>>();
  return Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
}

// Rows of the matrix are the inner arrays.
inline Eigen::MatrixXd Rows(const Json& json) {
  Eigen::MatrixXd m(static_cast<Eigen::Index>(json.size()),
                    static_cast<Eigen::Index>(json[0].size()));
  for (std::size_t i = 0; i < json.size(); ++i)
    m.row(static_cast<Eigen::Index>(i)) = Vector(json[i]).transpose();
  return m;
}

inline HsmmTables FromLaws(const Eigen::VectorXd& initial, const Eigen::MatrixXd& transition,
                           const Eigen::MatrixXd& pmf) {
  return {.initial = initial, .transition = transition, .pmf = pmf, .survivor = Survivor(pmf)};
}
inline HsmmTables Tables(const Json& pi, const Json& a, const Json& d) {
  return FromLaws(Vector(pi), Rows(a), Rows(d).transpose());
}

inline Eigen::MatrixXd GaussianLogDensity(const Eigen::VectorXd& mu, const Eigen::VectorXd& sd,
                                          const Eigen::VectorXd& x) {
  Eigen::MatrixXd density(x.size(), mu.size());
  for (Eigen::Index j = 0; j < mu.size(); ++j) {
    density.col(j) = -0.5 * ((x.array() - mu(j)) / sd(j)).square() - std::log(sd(j)) -
                     0.5 * std::log(2 * std::numbers::pi);
  }
  return density;
}

// `signal` is gpu3 or cpu2.
inline Eigen::VectorXd Watts(const std::string& folder, const std::string& signal) {
  const std::string bytes = FileText(folder + signal + "_mW_u16.bin");
  Eigen::VectorXd watts(static_cast<Eigen::Index>(bytes.size() / 2));
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    const auto low = static_cast<unsigned char>(bytes[i]),
               high = static_cast<unsigned char>(bytes[i + 1]);
    watts(static_cast<Eigen::Index>(i / 2)) = (low + 256 * high) / 1000.0;
  }
  return watts;
}
inline Eigen::VectorXd Watts(const std::string& signal) { return Watts(Folder(), signal); }

struct Case {
  std::string name;
  HsmmTables tables;
  Eigen::MatrixXd log_density;
  Json expected;
};

inline Case KnownCase(const Json& params, const Json& known, const std::string& signal,
                      Eigen::Index readings, int longest) {
  const Json& p = params.at(signal);
  const std::string name =
      signal + "/T" + std::to_string(readings) + "/D" + std::to_string(longest);
  return {.name = name,
          .tables = Tables(p["pi"], p["A"], p["d" + std::to_string(longest)]),
          .log_density =
              GaussianLogDensity(Vector(p["mu"]), Vector(p["sd"]), Watts(signal).head(readings)),
          .expected = known.at(name)};
}

// Both models, 2 000 to at_most readings, stays of at most 100 or 500.
inline std::vector<Case> KnownCases(Eigen::Index at_most) {
  const Json params = ReadJson(Folder() + "params.json"),
             known = ReadJson(Folder() + "known_params.json");
  std::vector<Case> cases;
  for (const std::string signal : {"gpu3", "cpu2"}) {
    for (const Eigen::Index readings : {2'000, 20'000, 200'000}) {
      if (readings > at_most) continue;
      for (const int longest : {100, 500})
        cases.push_back(KnownCase(params, known, signal, readings, longest));
    }
  }
  return cases;
}

// The first readings of gpu3 with outliers, impossible states, short sequences, stays of fixed
// length.
inline std::vector<Case> EdgeCases() {
  const Json gpu3 = ReadJson(Folder() + "params.json")["gpu3"],
             file = ReadJson(Folder() + "edge_cases.json");
  const Eigen::VectorXd all = Watts("gpu3");
  std::vector<Case> cases;
  for (const auto& [name, c] : file.items()) {
    Eigen::VectorXd x = c["x"].is_null() ? all.head(c["T"].get<Eigen::Index>()) : Vector(c["x"]);
    HsmmTables tables = Tables(c["pi"], gpu3["A"], gpu3["d100"]);
    if (name == "outlier_60W_at_123") x(123) = 60;
    if (name == "three_outliers_-40W_at_200") x.segment(200, 3).setConstant(-40);
    if (name == "d1_zero") {
      tables.pmf.row(0).setZero();
      for (auto column : tables.pmf.colwise()) column /= column.sum();
    }
    if (name == "deterministic_durations_cycle") {
      // Stays of exactly 6, 30 and 20 readings in the cycle 1, 2, 0: one path.
      tables.transition = Eigen::Matrix3d{{0, 1, 0}, {0, 0, 1}, {1, 0, 0}};
      tables.pmf = Eigen::MatrixXd::Zero(30, 3);
      tables.pmf(5, 0) = tables.pmf(29, 1) = tables.pmf(19, 2) = 1;
    }
    tables.survivor = Survivor(tables.pmf);
    cases.push_back({.name = name,
                     .tables = tables,
                     .log_density = GaussianLogDensity(Vector(gpu3["mu"]), Vector(gpu3["sd"]), x),
                     .expected = c});
  }
  return cases;
}

}  // namespace edgesim::golden
