// The one exception for bad input. Its message is one line a person can act on.
#pragma once

#include <stdexcept>
#include <string>

namespace edgesim {

class InputError : public std::runtime_error {
 public:
  explicit InputError(const std::string& line) : std::runtime_error(line) {}
};

}  // namespace edgesim
