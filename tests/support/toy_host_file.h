// An experiment on the toy host: its profile in a file, and the overrides that make it the device.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "experiments/files.h"
#include "tests/support/toy_host.h"

namespace edgesim {

inline std::string ToyHostFile(const std::string& name, const HostProfile& profile = ToyHost()) {
  const std::string path = testing::TempDir() + "/" + name + ".json";
  WriteTextFile(path, FormatHostProfile(profile));
  return path;
}

// `device` holds the keys beside host_profile, e.g. "power_w: 15".
inline std::vector<std::string> OnToyHost(const std::string& file, const std::string& device,
                                          std::vector<std::string> more = {}) {
  std::vector<std::string> overrides = {
      "device={host_profile: " + file + ", " + device + "}",
      "actions=[gemma-2-2b-it-q6_k, gemma-2-2b-it-q8_0, qwen3-4b-q8_0]"};
  overrides.insert(overrides.end(), more.begin(), more.end());
  return overrides;
}

}  // namespace edgesim
