// A bar on a terminal, redrawn at most ten times a second; nothing where stderr is not a terminal.
#pragma once

#include <chrono>
#include <string>

namespace edgesim {

class ProgressBar {
 public:
  ProgressBar();
  ~ProgressBar();  // removes it
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void Show(double share, const std::string& what);

 private:
  using Clock = std::chrono::steady_clock;
  bool terminal_;
  Clock::time_point start_ = Clock::now(), drawn_{};
};

}  // namespace edgesim
