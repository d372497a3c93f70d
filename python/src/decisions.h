// What a policy written in Python is given.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/rng.h"
#include "sim/transition.h"

namespace edgesim {

using SharedNames = std::shared_ptr<const std::vector<std::string>>;

struct PyObservation {
  Observation seen;
  SharedNames classes;
};

struct PyTransition {
  Transition outcome;
  SharedNames classes, actions;
};

// The decision noise of one request, as a stream.
class PyRng {
 public:
  explicit PyRng(const Noise& noise) : words_(noise.Words(Stream::kExplore)) {}
  double Uniform() { return Uniform01(words_); }
  std::uint32_t Index(std::uint32_t n) { return UniformIndex(words_, n); }

 private:
  WordStream words_;
};

}  // namespace edgesim
