#include "experiments/cli/progress_bar.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace edgesim {

ProgressBar::ProgressBar() : terminal_(isatty(STDERR_FILENO) != 0) {}

ProgressBar::~ProgressBar() {
  if (terminal_) std::fputs("\r\033[K", stderr);
}

void ProgressBar::Show(double share, const std::string& what) {
  const Clock::time_point now = Clock::now();
  if (!terminal_ || now - drawn_ < std::chrono::milliseconds(100)) return;
  drawn_ = now;
  constexpr int kWidth = 30;
  const auto filled = static_cast<std::size_t>(share * kWidth);
  const double elapsed_s = std::chrono::duration<double>(now - start_).count();
  const std::string left =
      share > 0.02 ? fmt::format(", {:.0f} s left", elapsed_s * (1 - share) / share) : "";
  fmt::print(stderr, "\r\033[K[{:<{}}] {:3.0f} %  {}{}", std::string(filled, '#'), kWidth,
             100 * share, what, left);
  std::fflush(stderr);
}

}  // namespace edgesim
