#include <pybind11/pybind11.h>

#include "sim/version.h"

PYBIND11_MODULE(_edgesim, module) { module.attr("__version__") = edgesim::kVersion; }
