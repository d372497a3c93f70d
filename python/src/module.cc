#include <pybind11/pybind11.h>

#include "bindings.h"
#include "calibration/timing.h"
#include "experiments/files.h"
#include "sim/input_error.h"
#include "sim/version.h"

namespace py = pybind11;

PYBIND11_MODULE(_edgesim, module) {
  module.attr("__version__") = edgesim::kVersion;
  py::register_exception<edgesim::InputError>(module, "InputError", PyExc_ValueError);
  py::register_exception<edgesim::ContentionError>(module, "BusyMachineError", PyExc_RuntimeError);
  module.def("share_dir", [] { return edgesim::ShareDir().string(); });
  edgesim::BindDecisions(module);
  edgesim::BindExperiment(module);
  edgesim::BindEnvironments(module);
  edgesim::BindHsmm(module);
  edgesim::BindFit(module);
  edgesim::BindHost(module);
}
