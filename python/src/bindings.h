// What each file adds to the module.
#pragma once

#include <pybind11/pybind11.h>

namespace edgesim {

void BindDecisions(pybind11::module_& module);   // Observation, Transition, Rng
void BindExperiment(pybind11::module_& module);  // Experiment, RunDir, RunFolder, SimulatedEpisode
void BindEnvironments(pybind11::module_& module);  // DecisionEnv, VectorEnv
void BindHsmm(pybind11::module_& module);
void BindFit(pybind11::module_& module);
void BindHost(pybind11::module_& module);

}  // namespace edgesim
