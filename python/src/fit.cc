#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "bindings.h"
#include "calibration/ensemble.h"
#include "devices/profile_io.h"
#include "experiments/cli/fit_report.h"
#include "experiments/cli/fit_request.h"
#include "experiments/cli/fit_text.h"
#include "experiments/cli/profile_argument.h"
#include "interruptible.h"

namespace py = pybind11;

namespace edgesim {

namespace {

struct FitOutcome {
  std::string profile, report, text;
  std::vector<std::string> doubts, members;
};

FitOutcome Fit(FitRequest request, CallState& state) {
  request.options.control.em.checkpoint = [&state] { state.Check(); };
  FitOutcome outcome;
  const FitRun run =
      RunFit(request, [&](const std::string& what) { outcome.doubts.push_back(what); });
  outcome.profile = FormatProfile(run.fit.profile);
  ParseProfile(outcome.profile, "the fitted profile");  // what is given out can be read
  outcome.report = FitReportJson(run);
  outcome.text = FitText(run);
  for (const std::string& doubt : Doubts(run)) outcome.doubts.push_back(doubt);
  if (request.members == 0) return outcome;
  for (const DeviceProfile& member :
       BootstrapProfiles(run.input.traces, run.fit,
                         {.members = request.members,
                         .session_level_sd_w = request.session_level_sd_w,
                         .seed = kFitSeed,
                         .control = request.options.control})) {
    outcome.members.push_back(FormatProfile(member));
  }
  return outcome;
}

}  // namespace

void BindFit(py::module_& module) {
  py::class_<FitRequest>(module, "FitRequest")
      .def(py::init<>())
      .def_property(
          "recordings", [](const FitRequest& r) { return r.traces.recordings; },
          [](FitRequest& r, std::vector<std::string> v) { r.traces.recordings = std::move(v); })
      .def_property(
          "format", [](const FitRequest& r) { return r.traces.format; },
          [](FitRequest& r, std::string v) { r.traces.format = std::move(v); })
      .def_property(
          "rails", [](const FitRequest& r) { return r.traces.rails; },
          [](FitRequest& r, std::vector<std::string> v) { r.traces.rails = std::move(v); })
      .def_property(
          "group_column", [](const FitRequest& r) { return r.traces.group_column; },
          [](FitRequest& r, std::string v) { r.traces.group_column = std::move(v); })
      .def_property(
          "action_column", [](const FitRequest& r) { return r.traces.action_column; },
          [](FitRequest& r, std::string v) { r.traces.action_column = std::move(v); })
      .def_property(
          "samples", [](const FitRequest& r) { return r.traces.samples; },
          [](FitRequest& r, std::string v) { r.traces.samples = std::move(v); })
      .def_property(
          "requests", [](const FitRequest& r) { return r.traces.requests; },
          [](FitRequest& r, std::string v) { r.traces.requests = std::move(v); })
      .def_property(
          "name", [](const FitRequest& r) { return r.options.name; },
          [](FitRequest& r, std::string v) { r.options.name = std::move(v); })
      .def_property(
          "description", [](const FitRequest& r) { return r.options.description; },
          [](FitRequest& r, std::string v) { r.options.description = std::move(v); })
      .def_property(
          "source", [](const FitRequest& r) { return r.options.source; },
          [](FitRequest& r, std::string v) { r.options.source = std::move(v); })
      .def_property(
          "recorded", [](const FitRequest& r) { return r.options.date_recorded; },
          [](FitRequest& r, std::string v) { r.options.date_recorded = std::move(v); })
      .def_property(
          "date", [](const FitRequest& r) { return r.options.date_fitted; },
          [](FitRequest& r, std::string v) { r.options.date_fitted = std::move(v); })
      .def_property(
          "interval_s", [](const FitRequest& r) { return r.options.interval_s; },
          [](FitRequest& r, double v) { r.options.interval_s = v; })
      .def_property(
          "restarts", [](const FitRequest& r) { return r.options.control.restarts; },
          [](FitRequest& r, int v) { r.options.control.restarts = v; })
      .def_readwrite("models", &FitRequest::models)
      .def_readwrite("folds", &FitRequest::folds)
      .def_readwrite("members", &FitRequest::members)
      .def_readwrite("session_level_sd_w", &FitRequest::session_level_sd_w);
  module.def(
      "fit",
      [](const FitRequest& request) {
        const FitOutcome outcome =
            CallInterruptibly(py::none(), [&](CallState& state) { return Fit(request, state); });
        py::dict result;
        result["profile"] = outcome.profile;
        result["report"] = outcome.report;
        result["text"] = outcome.text;
        result["doubts"] = outcome.doubts;
        result["members"] = outcome.members;
        return result;
      },
      py::arg("request"));
  module.def(
      "read_profile", [](const std::string& name) { return FormatProfile(ReadProfile(name)); },
      py::arg("name"));
  module.def(
      "check_profile",
      [](const std::string& text, const std::string& name) {
        return FormatProfile(ParseProfile(text, name));
      },
      py::arg("text"), py::arg("name"));
}

}  // namespace edgesim
