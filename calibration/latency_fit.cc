#include "calibration/latency_fit.h"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <unsupported/Eigen/NonLinearOptimization>
#include <unsupported/Eigen/NumericalDiff>

#include "devices/op_cost.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

using Vector = Eigen::VectorXd;

// log(predicted / measured) of each timing, as a function of the logarithms of the parameters.
struct LogResiduals {
  using Scalar = double;
  using InputType = Vector;
  using ValueType = Vector;
  using JacobianType = Eigen::MatrixXd;
  enum { InputsAtCompileTime = Eigen::Dynamic, ValuesAtCompileTime = Eigen::Dynamic };

  std::function<double(const Vector& parameters, std::size_t timing)> predict;
  std::vector<double> measured;
  Vector start;  // logarithms; a weak pull to it settles what the timings do not

  int inputs() const { return static_cast<int>(start.size()); }
  int values() const { return static_cast<int>(measured.size()) + inputs(); }

  int operator()(const Vector& logs, Vector& out) const {
    constexpr double kPull = 1e-3;
    const Vector parameters = logs.array().exp();
    for (std::size_t i = 0; i < measured.size(); ++i)
      out[static_cast<Eigen::Index>(i)] = std::log(predict(parameters, i) / measured[i]);
    out.tail(inputs()) = kPull * (logs - start);
    return 0;
  }
};

// The parameters; `start` are those to begin with.
Vector Fit(const LogResiduals& residuals) {
  Eigen::NumericalDiff<LogResiduals> differentiated(residuals);
  Eigen::LevenbergMarquardt<Eigen::NumericalDiff<LogResiduals>> solver(differentiated);
  constexpr int kMostEvaluations = 4000;
  solver.parameters.maxfev = kMostEvaluations;
  Vector logs = residuals.start;
  solver.minimize(logs);
  return logs.array().exp();
}

LawFit Ratios(std::string law, const LogResiduals& residuals, const Vector& parameters) {
  LawFit fit{.law = std::move(law), .ratios = {}};
  for (std::size_t i = 0; i < residuals.measured.size(); ++i)
    fit.ratios.push_back(residuals.measured[i] / residuals.predict(parameters, i));
  return fit;
}

// Start values that any host is near enough to.
constexpr double kOverhead_s = 2e-6, kMemory_s = 5e-11, kPass_s = 2e-11, kPrepare_s = 3e-10;
constexpr double kScore_s = 5e-10, kSharpness = 3;  // overlap - 1

Vector Logs(std::initializer_list<double> values) {
  Vector logs(static_cast<Eigen::Index>(values.size()));
  Eigen::Index i = 0;
  for (const double value : values) logs[i++] = std::log(value);
  return logs;
}

MatMulLaw MatMulLawOf(const Vector& p) {
  return {.overhead_s = p[0],
          .bytes_per_s = 1 / p[1],
          .pass_s = {p[2], p[3], p[4], p[5]},
          .prepare_s = p[6],
          .overlap = 1 + p[7]};
}

void FitProducts(TensorFormat format, const std::vector<const MatMulTiming*>& timings,
                 FittedLaws& out) {
  const auto law_of = [](const Vector& p) { return MatMulLawOf(p); };
  LogResiduals residuals;
  for (const MatMulTiming* t : timings) residuals.measured.push_back(t->timing.median_s);
  residuals.predict = [&](const Vector& p, std::size_t i) {
    const MatMulCase& product = timings[i]->product;
    return Seconds(law_of(p), out.laws.tile_columns, product.rows, product.columns,
                   static_cast<double>(product.n), timings[i]->weight_bytes);
  };
  residuals.start = Logs({kOverhead_s, kMemory_s, kPass_s, 1.5 * kPass_s, 2 * kPass_s, 4 * kPass_s,
                          kPrepare_s, kSharpness});
  const Vector parameters = Fit(residuals);
  out.laws.matmul[format] = MatMulLawOf(parameters);
  out.fits.push_back(Ratios(std::string(Name(format)), residuals, parameters));
}

AttentionLaw AttentionLawOf(const Vector& p) {
  return {.overhead_s = p[0],
          .bytes_per_s = 1 / p[1],
          .pass_s = {p[2], p[3], p[4], p[5]},
          .score_s = p[6],
          .query_s = p[7],
          .overlap = 1 + p[8]};
}

void FitAttention(const std::vector<const OpTiming*>& timings, FittedLaws& out) {
  LogResiduals residuals;
  for (const OpTiming* t : timings) residuals.measured.push_back(t->timing.median_s);
  residuals.predict = [&](const Vector& p, std::size_t i) {
    return Seconds(AttentionLawOf(p), out.laws.tile_columns, timings[i]->op);
  };
  residuals.start = Logs({kOverhead_s, kMemory_s, kPass_s, kPass_s, 1.5 * kPass_s, 2 * kPass_s,
                          kScore_s, kPrepare_s, kSharpness});
  const Vector parameters = Fit(residuals);
  out.laws.attention = AttentionLawOf(parameters);
  out.fits.push_back(Ratios("attention", residuals, parameters));
}

void FitElements(OpKind kind, const std::vector<const OpTiming*>& timings, FittedLaws& out) {
  LogResiduals residuals;
  for (const OpTiming* t : timings) residuals.measured.push_back(t->timing.median_s);
  residuals.predict = [&](const Vector& p, std::size_t i) {
    return Seconds(ElementLaw{p[0], p[1]}, timings[i]->op);
  };
  residuals.start = Logs({1e-7, 2e-10});
  const Vector parameters = Fit(residuals);
  out.laws.elements[kind] = {parameters[0], parameters[1]};
  out.fits.push_back(Ratios(std::string(Name(kind)), residuals, parameters));
}

void Require(bool enough, std::string_view law) {
  if (!enough) throw InputError(fmt::format("too few timings to fit the law of '{}'", law));
}

}  // namespace

FittedLaws FitLaws(const ThreadTimings& timings, std::size_t tile_columns) {
  FittedLaws out;
  out.laws.threads = timings.threads;
  out.laws.tile_columns = tile_columns;

  std::map<TensorFormat, std::vector<const MatMulTiming*>> products;
  for (const MatMulTiming& t : timings.products) products[t.product.format].push_back(&t);
  for (const auto& [format, of_format] : products) {
    bool cold = false;
    std::size_t widths = 0;
    for (const MatMulTiming* t : of_format) {
      cold = cold || (t->product.cold && t->product.n == 1);
      for (std::size_t width = 1; width <= tile_columns; width *= 2)
        if (!t->product.cold && t->product.n == width) widths |= width;
    }
    Require(cold && widths == 2 * tile_columns - 1, Name(format));
    FitProducts(format, of_format, out);
  }

  std::map<OpKind, std::vector<const OpTiming*>> operations;
  for (const OpTiming& t : timings.operations) operations[t.op.kind].push_back(&t);
  for (const auto& [kind, of_kind] : operations) {
    Require(of_kind.size() >= 2, Name(kind));
    if (kind == OpKind::kAttention) {
      FitAttention(of_kind, out);
    } else {
      FitElements(kind, of_kind, out);
    }
  }
  return out;
}

LawFit FitPasses(const std::vector<PassTiming>& timings, ThreadLaws& laws) {
  laws.pass_overhead_s = 0;
  std::vector<double> predicted, left;
  for (const PassTiming& t : timings) {
    predicted.push_back(
        Predict(laws, BuildOpGraph(t.what.card, t.what.quantization, t.what.pass)).seconds);
    if (t.what.pass.tokens == 1) left.push_back(t.timing.median_s - predicted.back());
  }
  if (left.empty()) throw InputError("no decoding pass was timed");
  std::sort(left.begin(), left.end());
  laws.pass_overhead_s = std::max(0.0, left[left.size() / 2]);
  LawFit fit{.law = "pass", .ratios = {}};
  for (std::size_t i = 0; i < timings.size(); ++i)
    fit.ratios.push_back(timings[i].timing.median_s / (predicted[i] + laws.pass_overhead_s));
  return fit;
}

}  // namespace edgesim
