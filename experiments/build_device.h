// The device of an experiment, from what its config says of it.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "devices/prediction.h"
#include "devices/provenance.h"
#include "devices/scaled_device.h"
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

// How the device of a world differs from the one its config names.
struct DeviceChange {
  std::optional<std::filesystem::path> profile;  // instead: power and latency of the same actions
  bool geometric = false;                        // with the geometric twin of its profile
  DeviceScale scale;
};

// Read from its files. Making it needs the sizes of the requests it may get, by action.
struct ChosenDevice {
  DeviceFacts facts;
  ActionTable actions;
  std::string hash;  // of the files as read
  std::function<MadeDevice(const std::vector<std::vector<RequestSize>>& sizes)> make;
};

// Throws InputError, at the config's line where it asks for what is not there. The scale of
// `change` is left to whoever makes the device.
ChosenDevice ReadDevice(const LoadedExperiment& loaded, const DeviceChange& change = {});

}  // namespace edgesim
