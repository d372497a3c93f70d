#include <fmt/format.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cmath>
#include <stdexcept>

#include "bindings.h"
#include "calibration/hsmm_viterbi.h"
#include "calibration/rail_fit.h"
#include "devices/hsmm_io.h"
#include "devices/hsmm_sampler.h"
#include "interruptible.h"
#include "sim/input_error.h"

namespace py = pybind11;

namespace edgesim {

namespace {

using Readings = py::array_t<double, py::array::c_style | py::array::forcecast>;

constexpr int kAllDigits = 17;

// The array's own memory where it holds doubles in a row.
std::span<const double> Checked(const Readings& readings, const std::string& what) {
  // Time is at most quadratic in the length: the longest takes some seconds.
  constexpr py::ssize_t kMost = 100'000;
  if (readings.ndim() != 1 || readings.size() == 0 || readings.size() > kMost) {
    throw InputError(
        fmt::format("{} must be one-dimensional, with 1 to {} readings in W", what, kMost));
  }
  const std::span<const double> watts(readings.data(), static_cast<std::size_t>(readings.size()));
  bool any = false;
  for (const double w : watts) {
    if (std::isinf(w))
      throw InputError(fmt::format("{} has an infinite reading; NaN marks a missing one", what));
    any = any || !std::isnan(w);
  }
  if (!any) throw InputError(fmt::format("{} has no reading, only NaN", what));
  return watts;
}

void CheckLevel(double level_w) {
  if (!std::isfinite(level_w)) throw InputError("level_w must be a finite number of watts");
}

struct PyHsmm {
  Hsmm model;
};

PyHsmm FromJson(const std::string& text, double interval_s) {
  if (!(interval_s > 0) || !std::isfinite(interval_s))
    throw InputError(fmt::format("interval_s is {}, it must be above 0 s", interval_s));
  return {ReadHsmm(JsonCursor::Parse(text, "the model"), interval_s)};
}

double LogLikelihoodOf(const PyHsmm& self, const Readings& readings, double level_w) {
  CheckLevel(level_w);
  const std::span<const double> watts = Checked(readings, "watts");
  return CallInterruptibly(py::none(),
                           [&](CallState&) { return LogLikelihood(self.model, watts, level_w); });
}

py::array_t<std::int32_t> Decode(const PyHsmm& self, const Readings& readings, double level_w) {
  CheckLevel(level_w);
  const std::span<const double> watts = Checked(readings, "watts");
  const std::vector<int> path = CallInterruptibly(py::none(), [&](CallState&) {
    try {
      return ViterbiPath(MakeTables(self.model, static_cast<int>(watts.size()) + 1),
                         LogDensity(self.model, watts, level_w, EmOptions{}.outlier_weight));
    } catch (const std::invalid_argument& impossible) {
      throw InputError(fmt::format("watts: {}", impossible.what()));
    }
  });
  py::array_t<std::int32_t> states(static_cast<py::ssize_t>(path.size()));
  std::copy(path.begin(), path.end(), states.mutable_data());
  return states;
}

py::array_t<double> Sample(const PyHsmm& self, std::int64_t n, std::uint64_t seed, double level_w) {
  constexpr std::int64_t kMost = 100'000'000;
  if (n < 1 || n > kMost)
    throw InputError(fmt::format("n is {}, allowed: 1 to {} readings", n, kMost));
  CheckLevel(level_w);
  py::array_t<double> watts(static_cast<py::ssize_t>(n));
  double* const out = watts.mutable_data();
  const py::gil_scoped_release release;
  const Noise noise{.seed = seed};
  HsmmSampler(self.model)
      .Sample(level_w, noise.Words(StreamOfRail(0, RailStream::kDwell)),
              noise.Words(StreamOfRail(0, RailStream::kEmission)),
              {out, static_cast<std::size_t>(n)});
  return watts;
}

struct FitArgumentsOfRail {
  std::string model;
  double interval_s = 0;
  bool mid_stay = false;
  int restarts = 0, max_iterations = 0;
  std::uint64_t seed = 0;
};

py::dict FitOf(const std::vector<Readings>& sequences, const FitArgumentsOfRail& args) {
  if (sequences.empty()) throw InputError("sequences must hold at least one array of readings");
  if (!(args.interval_s > 0) || !std::isfinite(args.interval_s))
    throw InputError(fmt::format("interval_s is {}, it must be above 0 s", args.interval_s));
  constexpr int kMostRestarts = 1000, kMostIterations = 10'000;
  if (args.restarts < 1 || args.restarts > kMostRestarts)
    throw InputError(fmt::format("restarts is {}, allowed: 1 to {}", args.restarts, kMostRestarts));
  if (args.max_iterations < 1 || args.max_iterations > kMostIterations) {
    throw InputError(fmt::format("max_iterations is {}, allowed: 1 to {}", args.max_iterations,
                                 kMostIterations));
  }
  RailSequences data{.interval_s = args.interval_s, .watts = {}, .mid_stay = args.mid_stay};
  std::size_t readings = 0;
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    const std::span<const double> watts = Checked(sequences[i], fmt::format("sequence {}", i));
    data.watts.emplace_back(watts.begin(), watts.end());
    readings += watts.size();
  }
  const ModelSpec spec = ParseModelSpec(args.model, "model");
  if (readings < 2 * static_cast<std::size_t>(spec.states)) {
    throw InputError(fmt::format("{} readings are too few for {} states", readings, spec.states));
  }
  FitControl control{.restarts = args.restarts, .seed = args.seed};
  control.em.max_iterations = args.max_iterations;
  const HsmmFit fit = CallInterruptibly(py::none(), [&](CallState& state) {
    control.em.checkpoint = [&state] { state.Check(); };
    return FitRail(spec, data, control);
  });
  py::dict result;
  result["model"] = PyHsmm{fit.model};
  result["level_sd_w"] = fit.level_sd_w;
  result["level_w"] = fit.level_w;
  result["log_likelihood"] = fit.log_likelihood;
  result["readings"] = fit.readings;
  result["iterations"] = fit.iterations;
  result["converged"] = fit.converged;
  result["parameters"] = fit.parameters;
  result["bic"] = fit.bic;
  result["course"] = fit.course;
  return result;
}

}  // namespace

void BindHsmm(py::module_& module) {
  py::class_<PyHsmm>(module, "Hsmm")
      .def_static("from_json", &FromJson, py::arg("text"), py::arg("interval_s"))
      .def("to_json", [](const PyHsmm& h) { return FormatHsmm(h.model, kAllDigits); })
      .def_property_readonly("interval_s", [](const PyHsmm& h) { return h.model.interval_s; })
      .def_property_readonly("states",
                             [](const PyHsmm& h) {
                               std::vector<std::string> names;
                               for (const HsmmState& state : h.model.states)
                                 names.push_back(state.name);
                               return names;
                             })
      .def("log_likelihood", &LogLikelihoodOf, py::arg("watts"), py::arg("level_w"))
      .def("decode", &Decode, py::arg("watts"), py::arg("level_w"))
      .def("sample", &Sample, py::arg("n"), py::arg("seed"), py::arg("level_w"));
  module.def(
      "fit_hsmm",
      [](const std::vector<Readings>& sequences, std::string model, double interval_s,
         bool mid_stay, int restarts, int max_iterations, std::uint64_t seed) {
        return FitOf(sequences,
                     {std::move(model), interval_s, mid_stay, restarts, max_iterations, seed});
      },
      py::arg("sequences"), py::arg("model"), py::arg("interval_s"), py::arg("mid_stay"),
      py::arg("restarts"), py::arg("max_iterations"), py::arg("seed"));
}

}  // namespace edgesim
