#include "guest_policy.h"

#include <fmt/format.h>

#include <algorithm>

#include "decisions.h"
#include "sim/input_error.h"

namespace py = pybind11;

namespace edgesim {

SharedObject Share(py::object object) {
  return {new py::object(std::move(object)), [](py::object* dropped) {
            const py::gil_scoped_acquire gil;
            delete dropped;
          }};
}

namespace {

struct GuestNames {
  std::string policy;
  SharedNames actions, classes;
};

class GuestPolicy final : public Policy {
 public:
  GuestPolicy(SharedObject self, GuestNames names)
      : self_(std::move(self)), names_(std::move(names)) {}

  void BeginEpisode(std::uint32_t episode, Phase phase) override {
    const py::gil_scoped_acquire gil;
    self_->attr("begin_episode")(episode, phase == Phase::kTrain ? "train" : "eval");
  }

  ActionId Act(const Observation& seen, const Noise& noise) override {
    const py::gil_scoped_acquire gil;
    return ActionOf(self_->attr("act")(PyObservation{seen, names_.classes}, PyRng(noise)));
  }

  void Learn(const Transition& outcome) override {
    const py::gil_scoped_acquire gil;
    self_->attr("learn")(PyTransition{outcome, names_.classes, names_.actions});
  }

 private:
  [[noreturn]] void Refuse(const py::handle& chosen) const {
    throw InputError(fmt::format(
        "policy '{}': act() returned {}; it must return an action: 0 to {}, or one of {}",
        names_.policy, py::repr(chosen).cast<std::string>(), names_.actions->size() - 1,
        fmt::join(*names_.actions, ", ")));
  }

  ActionId ActionOf(const py::object& chosen) const {
    const std::vector<std::string>& actions = *names_.actions;
    if (py::isinstance<py::str>(chosen)) {
      const auto at = std::find(actions.begin(), actions.end(), chosen.cast<std::string>());
      if (at == actions.end()) Refuse(chosen);
      return static_cast<ActionId>(at - actions.begin());
    }
    if (PyBool_Check(chosen.ptr()) || !PyIndex_Check(chosen.ptr())) Refuse(chosen);
    const Py_ssize_t index = PyNumber_AsSsize_t(chosen.ptr(), nullptr);
    if (index < 0 || static_cast<std::size_t>(index) >= actions.size()) Refuse(chosen);
    return static_cast<ActionId>(index);
  }

  SharedObject self_;
  GuestNames names_;
};

}  // namespace

std::vector<Contestant> GuestsOf(const py::dict& factories,
                                 const std::vector<std::string>& action_names,
                                 const std::vector<std::string>& class_names) {
  const auto actions = std::make_shared<const std::vector<std::string>>(action_names);
  const auto classes = std::make_shared<const std::vector<std::string>>(class_names);
  std::vector<Contestant> guests;
  for (const auto& [key, value] : factories) {
    const GuestNames names{key.cast<std::string>(), actions, classes};
    constexpr const char* kAllowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    constexpr std::size_t kLongest = 100;
    if (names.policy.empty() || names.policy.size() > kLongest ||
        names.policy.find_first_not_of(kAllowed) != std::string::npos) {
      throw InputError(
          fmt::format("policies: the name '{}' must be 1 to {} letters, digits, '-', '_' or '.'",
                      names.policy, kLongest));
    }
    if (!PyCallable_Check(value.ptr())) {
      throw InputError(fmt::format(
          "policies: '{}' must be a class, or a function that makes a policy", names.policy));
    }
    const auto factory = Share(py::reinterpret_borrow<py::object>(value));
    const py::object probe = (*factory)();
    for (const char* method : {"begin_episode", "act", "learn"}) {
      if (!py::hasattr(probe, method)) {
        throw InputError(fmt::format(
            "policies: '{}' makes a {}, which has no method {}(); derive it from edgesim.Policy",
            names.policy, py::str(py::type::of(probe).attr("__name__")).cast<std::string>(),
            method));
      }
    }
    const bool learns = py::hasattr(probe, "learns") && py::bool_(probe.attr("learns"));
    guests.push_back({.name = names.policy,
                      .make = [factory, names](std::uint32_t) -> std::unique_ptr<Policy> {
                        const py::gil_scoped_acquire gil;
                        return std::make_unique<GuestPolicy>(Share((*factory)()), names);
                      },
                      .learns = learns,
                      .constant = {},
                      .config = {}});
  }
  return guests;
}

}  // namespace edgesim
