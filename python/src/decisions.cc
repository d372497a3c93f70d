#include "decisions.h"

#include <fmt/format.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "bindings.h"
#include "sim/input_error.h"

namespace py = pybind11;

namespace edgesim {

namespace {

std::string ActionName(const PyTransition& t) {
  const ActionId action = t.outcome.action;
  if (action < t.actions->size()) return (*t.actions)[action];
  return action == kDefer ? "defer" : "reject";
}

}  // namespace

void BindDecisions(py::module_& module) {
  py::class_<PyObservation>(module, "Observation",
                            "What a policy sees when a request is to be dispatched.")
      .def_property_readonly(
          "time_s", [](const PyObservation& o) { return InSeconds(o.seen.now); },
          "Since the episode began, s.")
      .def_property_readonly(
          "energy_left_j", [](const PyObservation& o) { return o.seen.energy_left.value(); },
          "Of the budget, J; below 0 where the budget ends nothing.")
      .def_property_readonly(
          "energy_budget_j", [](const PyObservation& o) { return o.seen.energy_budget.value(); },
          "Of the whole episode, J.")
      .def_property_readonly(
          "requests_left", [](const PyObservation& o) { return o.seen.requests_left; },
          "This one included; None where the episode has no count.")
      .def_property_readonly(
          "request_index", [](const PyObservation& o) { return o.seen.request_index; },
          "Position of the request in the episode, from 0.")
      .def_property_readonly(
          "class_id", [](const PyObservation& o) { return o.seen.class_id; },
          "Class of the request, 0 where classes are not observed.")
      .def_property_readonly(
          "class_name", [](const PyObservation& o) { return o.classes->at(o.seen.class_id); },
          "Its name; 'any' where classes are not observed.")
      .def_property_readonly(
          "prompt_tokens", [](const PyObservation& o) { return o.seen.prompt_tokens; },
          "Of the request, by the workload's reference tokenizer.")
      .def_property_readonly(
          "queue_length", [](const PyObservation& o) { return o.seen.queue_length; },
          "Requests waiting behind this one.")
      .def_property_readonly(
          "deferrals", [](const PyObservation& o) { return o.seen.deferrals; },
          "How often this request was deferred.")
      .def("__repr__", [](const PyObservation& o) {
        return fmt::format(
            "Observation(request_index={}, class_name='{}', energy_left_j={:g}, time_s={:g})",
            o.seen.request_index, o.classes->at(o.seen.class_id), o.seen.energy_left.value(),
            InSeconds(o.seen.now));
      });

  py::class_<PyTransition>(module, "Transition", "One decision and what came of it.")
      .def_property_readonly(
          "before",
          [](const PyTransition& t) {
            return PyObservation{t.outcome.before, t.classes};
          },
          "What the policy saw.")
      .def_property_readonly("action", &ActionName, "Name of what it chose.")
      .def_property_readonly(
          "reward", [](const PyTransition& t) { return t.outcome.reward; },
          "Score / 10 of a completed answer, and what limits add.")
      .def_property_readonly(
          "energy_j", [](const PyTransition& t) { return t.outcome.energy.value(); },
          "Spent on the request, also when it was cut, J.")
      .def_property_readonly(
          "completed", [](const PyTransition& t) { return t.outcome.completed; },
          "False: cut by the budget, the horizon or a cap, or rejected.")
      .def_property_readonly(
          "browned_out", [](const PyTransition& t) { return t.outcome.browned_out; },
          "Cut by the budget's end.")
      .def_property_readonly(
          "cap_exceeded", [](const PyTransition& t) { return t.outcome.cap_exceeded; },
          "Power was over the cap at some instant.")
      .def_property_readonly(
          "late", [](const PyTransition& t) { return t.outcome.late; },
          "Completed after the latency limit.")
      .def_property_readonly(
          "after",
          [](const PyTransition& t) -> std::optional<PyObservation> {
            if (!t.outcome.after) return std::nullopt;
            return PyObservation{*t.outcome.after, t.classes};
          },
          "What is seen next; None where nothing more can be earned in this episode.");

  py::class_<PyRng>(module, "Rng",
                    "Decision noise of one request: the same draws whatever the thread count.")
      .def("random", &PyRng::Uniform, "Uniform on [0, 1).")
      .def(
          "integers",
          [](PyRng& rng, std::int64_t n) {
            constexpr std::int64_t kMost = 0xFFFFFFFF;
            if (n < 1 || n > kMost)
              throw InputError(fmt::format("n is {}, allowed: 1 to {}", n, kMost));
            return rng.Index(static_cast<std::uint32_t>(n));
          },
          py::arg("n"), "Uniform on 0 .. n-1.");
}

}  // namespace edgesim
