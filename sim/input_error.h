// The one exception for bad input. Its message is one line a person can act on.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace edgesim {

class InputError : public std::runtime_error {
 public:
  explicit InputError(std::string line) : std::runtime_error(WithoutNul(std::move(line))) {}

 private:
  // what() would end at a NUL byte, as files that are no text have them.
  static std::string WithoutNul(std::string line) {
    std::replace(line.begin(), line.end(), '\0', '?');
    return line;
  }
};

}  // namespace edgesim
