// Policies written in Python.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <string>
#include <vector>

#include "experiments/contestants.h"

namespace edgesim {

// A Python object that threads without the GIL may share and drop.
using SharedObject = std::shared_ptr<pybind11::object>;
SharedObject Share(pybind11::object object);

// One contestant per entry of `factories` (name -> callable without arguments that returns a
// policy). Throws InputError for names that are no identifiers.
std::vector<Contestant> GuestsOf(const pybind11::dict& factories,
                                 const std::vector<std::string>& action_names,
                                 const std::vector<std::string>& class_names);

}  // namespace edgesim
