// The device of an experiment, from what its config says of it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "devices/prediction.h"
#include "devices/provenance.h"
#include "experiments/load.h"
#include "sim/answer.h"
#include "sim/device.h"

namespace edgesim {

// What is said of a device in reports.
struct DeviceFacts {
  std::string name;
  std::string description;
  std::map<std::string, Provenance> provenance;
  std::vector<std::string> assumed;  // sentences on what was not measured on this device
};

struct MadeDevice {
  std::unique_ptr<Device> device;
  std::function<double(ActionId, const Answer&)> longest_s;  // bound to *device
};

// Read from its files. Making it needs the sizes of the requests it may get, by action.
struct ChosenDevice {
  DeviceFacts facts;
  ActionTable actions;
  std::string hash;  // of the files as read
  std::function<MadeDevice(const std::vector<std::vector<RequestSize>>& sizes)> make;
};

// Throws InputError, at the config's line where it asks for what is not there.
ChosenDevice ReadDevice(const LoadedExperiment& loaded);

}  // namespace edgesim
