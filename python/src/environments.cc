#include <fmt/format.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <thread>

#include "bindings.h"
#include "experiment.h"
#include "experiments/vector_env.h"
#include "sim/input_error.h"

namespace py = pybind11;

namespace edgesim {

namespace {

using Floats = py::array_t<float>;

// Keeps alive what the environments refer to.
struct SharedSpec {
  SharedSpec(const PyExperiment& experiment, std::optional<double> shield)
      : built(experiment.shared()), spec(*built, shield) {}
  std::shared_ptr<const BuiltExperiment> built;
  EnvSpec spec;
};

class PyEnv {
 public:
  PyEnv(std::shared_ptr<SharedSpec> spec, const std::string& phase)
      : spec_(std::move(spec)), env_(spec_->spec), phase_(PhaseOf(phase)) {}

  // Observation, mask, and the episode that was begun.
  py::tuple Reset(std::uint64_t seed, std::uint32_t replica, std::uint32_t episode) {
    Floats seen = NewSeen();
    noise_ = env_.Reset(
        {.seed = seed, .replica = replica, .episode = episode, .entity = 0, .phase = phase_},
        Span(seen));
    return py::make_tuple(seen, Mask(), noise_.episode);
  }

  // Observation, reward, terminated, truncated, costs (4), mask.
  py::tuple Step(std::uint32_t action) {
    Floats seen = NewSeen();
    const EnvStep step = env_.Step(action, Span(seen));
    return py::make_tuple(
        seen, step.reward, step.terminated, step.truncated,
        py::make_tuple(step.costs[0], step.costs[1], step.costs[2], step.costs[3]), Mask());
  }

  py::array_t<std::int8_t> Mask() const {
    py::array_t<std::int8_t> mask(static_cast<py::ssize_t>(spec_->spec.actions().size()));
    std::int8_t* out = mask.mutable_data();
    if (env_.Due()) {
      for (const std::uint8_t allowed : env_.Mask()) *out++ = static_cast<std::int8_t>(allowed);
    } else {
      std::fill(out, out + mask.size(), std::int8_t{1});
    }
    return mask;
  }

 private:
  Floats NewSeen() const { return Floats(static_cast<py::ssize_t>(spec_->spec.features().size())); }
  static std::span<float> Span(Floats& array) {
    return {array.mutable_data(), static_cast<std::size_t>(array.size())};
  }
  std::shared_ptr<SharedSpec> spec_;
  DecisionEnv env_;
  Phase phase_;
  Noise noise_;
};

class PyVectorEnv {
 public:
  PyVectorEnv(std::shared_ptr<SharedSpec> spec, std::size_t count, int threads,
              const std::string& phase)
      : spec_(std::move(spec)),
        env_(spec_->spec, count,
             threads > 0 ? threads
                         : std::max(1, static_cast<int>(std::thread::hardware_concurrency())),
             PhaseOf(phase)) {}

  py::tuple Reset(const py::array_t<std::uint64_t, py::array::c_style>& seeds) {
    CheckCount(seeds.ndim(), seeds.size(), "seeds");
    Arrays out(*this);
    {
      const py::gil_scoped_release release;
      env_.Reset({seeds.data(), env_.size()}, out.Step());
    }
    return py::make_tuple(out.seen, out.mask);
  }

  py::tuple Step(const py::array_t<std::int64_t, py::array::c_style>& actions) {
    CheckCount(actions.ndim(), actions.size(), "actions");
    Arrays out(*this);
    {
      const py::gil_scoped_release release;
      env_.Step({actions.data(), env_.size()}, out.Step());
    }
    return py::make_tuple(out.seen, out.reward, out.terminated, out.truncated, out.costs, out.mask);
  }

 private:
  // What a step fills, all new.
  struct Arrays {
    explicit Arrays(const PyVectorEnv& env)
        : n(static_cast<py::ssize_t>(env.env_.size())),
          features(static_cast<py::ssize_t>(env.spec_->spec.features().size())),
          actions(static_cast<py::ssize_t>(env.spec_->spec.actions().size())) {}
    VectorStep Step() {
      const auto flags = [](py::array_t<bool>& a) {
        return std::span(reinterpret_cast<std::uint8_t*>(a.mutable_data()),
                         static_cast<std::size_t>(a.size()));
      };
      const auto all = [](auto& a) {
        return std::span(a.mutable_data(), static_cast<std::size_t>(a.size()));
      };
      return {.seen = all(seen),
              .reward = all(reward),
              .terminated = flags(terminated),
              .truncated = flags(truncated),
              .costs = all(costs),
              .mask = all(mask)};
    }
    py::ssize_t n, features, actions;
    Floats seen{{n, features}};
    py::array_t<double> reward{n}, costs{{n, static_cast<py::ssize_t>(kEnvCosts)}};
    py::array_t<bool> terminated{n}, truncated{n};
    py::array_t<std::uint8_t> mask{{n, actions}};
  };

  void CheckCount(py::ssize_t dimensions, py::ssize_t size, const char* what) const {
    if (dimensions == 1 && static_cast<std::size_t>(size) == env_.size()) return;
    throw InputError(fmt::format("{} must be one per environment, shape ({},)", what, env_.size()));
  }

  std::shared_ptr<SharedSpec> spec_;
  VectorEnv env_;
};

}  // namespace

void BindEnvironments(py::module_& module) {
  py::class_<SharedSpec, std::shared_ptr<SharedSpec>>(module, "EnvSpec")
      .def(py::init<const PyExperiment&, std::optional<double>>(), py::arg("experiment"),
           py::arg("shield"))
      .def_property_readonly("features", [](const SharedSpec& s) { return s.spec.features(); })
      .def_property_readonly("actions", [](const SharedSpec& s) { return s.spec.actions(); })
      .def_property_readonly("cost_limits", [](const SharedSpec& s) {
        std::vector<std::pair<int, double>> limits;  // position among the costs
        for (const CostConstraint& c : ConstraintsOf(s.built->config))
          limits.emplace_back(static_cast<int>(c.kind), c.limit);
        return limits;
      });
  py::class_<PyEnv>(module, "DecisionEnv")
      .def(py::init<std::shared_ptr<SharedSpec>, const std::string&>(), py::arg("spec"),
           py::arg("phase"))
      .def("reset", &PyEnv::Reset, py::arg("seed"), py::arg("replica"), py::arg("episode"))
      .def("step", &PyEnv::Step, py::arg("action"))
      .def("mask", &PyEnv::Mask);
  py::class_<PyVectorEnv>(module, "VectorEnv")
      .def(py::init<std::shared_ptr<SharedSpec>, std::size_t, int, const std::string&>(),
           py::arg("spec"), py::arg("count"), py::arg("threads"), py::arg("phase"))
      .def("reset", &PyVectorEnv::Reset, py::arg("seeds"))
      .def("step", &PyVectorEnv::Step, py::arg("actions"));
}

}  // namespace edgesim
