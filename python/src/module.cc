#include <pybind11/pybind11.h>

#include <algorithm>
#include <string>

#include "bindings.h"
#include "calibration/timing.h"
#include "experiments/files.h"
#include "sim/input_error.h"
#include "sim/version.h"

namespace py = pybind11;

PYBIND11_MODULE(_edgesim, module) {
  module.attr("__version__") = edgesim::kVersion;
  // Python may hand in text of several lines; what is said about it stays one.
  static py::exception<edgesim::InputError> input_error(module, "InputError", PyExc_ValueError);
  py::register_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const edgesim::InputError& error) {
      std::string line = error.what();
      std::replace(line.begin(), line.end(), '\n', ' ');
      input_error(line.c_str());
    }
  });
  py::register_exception<edgesim::ContentionError>(module, "BusyMachineError", PyExc_RuntimeError);
  module.def("share_dir", [] { return edgesim::ShareDir().string(); });
  edgesim::BindDecisions(module);
  edgesim::BindExperiment(module);
  edgesim::BindEnvironments(module);
  edgesim::BindHsmm(module);
  edgesim::BindFit(module);
  edgesim::BindHost(module);
}
