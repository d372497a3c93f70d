#include "experiments/record/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "experiments/record/clock.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

struct Ends {
  int here = -1, child = -1;
};

Ends Pipe() {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return {};
  return {.here = fds[0], .child = fds[1]};
}

Ends Terminal() {
  Ends ends;
  ends.here = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  char name[128];
  if (ends.here >= 0 && grantpt(ends.here) == 0 && unlockpt(ends.here) == 0 &&
      ptsname_r(ends.here, name, sizeof name) == 0) {
    ends.child = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  }
  termios raw{};
  if (ends.child >= 0 && tcgetattr(ends.child, &raw) == 0) {
    cfmakeraw(&raw);  // lines end as written, and nothing is echoed
    tcsetattr(ends.child, TCSANOW, &raw);
    return ends;
  }
  if (ends.here >= 0) close(ends.here);
  return Pipe();
}

// The environment of posix_spawn calls, freed at the end.
struct Attributes {
  Attributes() {
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_init(&actions);
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() {
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
  }
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
};

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& argv, Output output)
    : own_group_(output != Output::kInherited) {
  Attributes spawn;
  // The recorder blocks the signals it waits for; a child must not inherit that.
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&spawn.attributes, &none);
  int flags = POSIX_SPAWN_SETSIGMASK;
  Ends ends;
  if (own_group_) {
    flags |= POSIX_SPAWN_SETPGROUP;
    posix_spawnattr_setpgroup(&spawn.attributes, 0);
    ends = output == Output::kPipe ? Pipe() : Terminal();
    if (ends.here < 0) throw InputError(fmt::format("{}: {}", argv[0], std::strerror(errno)));
    fcntl(ends.here, F_SETFL, O_NONBLOCK);
    posix_spawn_file_actions_addopen(&spawn.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&spawn.actions, ends.child, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&spawn.actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  }
  posix_spawnattr_setflags(&spawn.attributes, static_cast<short>(flags));
  std::vector<char*> arguments;
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const int error = posix_spawnp(&pid_, arguments[0], &spawn.actions, &spawn.attributes,
                                 arguments.data(), environ);
  if (ends.child >= 0) close(ends.child);
  if (error != 0) {
    if (ends.here >= 0) close(ends.here);
    throw InputError(fmt::format("{}: cannot be run: {}", argv[0], std::strerror(error)));
  }
  output_fd_ = ends.here;
}

ChildProcess::~ChildProcess() {
  if (own_group_ && !Status()) {
    Signal(SIGTERM);
    constexpr double kPatienceS = 1;
    const double until_s = MonotonicSeconds() + kPatienceS;
    while (!Status() && MonotonicSeconds() < until_s) poll(nullptr, 0, 10);
    if (!Status()) {
      Signal(SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }
  if (output_fd_ >= 0) close(output_fd_);
}

std::optional<int> ChildProcess::Status() {
  int status = 0;
  if (!status_ && waitpid(pid_, &status, WNOHANG) == pid_) {
    constexpr int kAfterSignal = 128;
    status_ = WIFSIGNALED(status) ? kAfterSignal + WTERMSIG(status) : WEXITSTATUS(status);
  }
  return status_;
}

void ChildProcess::Signal(int number) const {
  if (!status_) kill(own_group_ ? -pid_ : pid_, number);
}

ToolOutput OutputOf(const std::vector<std::string>& argv, double timeout_s) {
  ToolOutput result;
  std::optional<ChildProcess> child;
  try {
    child.emplace(argv, ChildProcess::Output::kPipe);
  } catch (const InputError&) {
    return result;
  }
  result.found = true;
  const double until_s = MonotonicSeconds() + timeout_s;
  pollfd ready{.fd = child->output_fd(), .events = POLLIN, .revents = 0};
  for (bool open = true; open;) {
    const double left_s = until_s - MonotonicSeconds();
    if (left_s <= 0) return result;
    constexpr double kMsPerS = 1000;
    poll(&ready, 1, static_cast<int>(left_s * kMsPerS) + 1);
    char buffer[4096];
    for (ssize_t size = 0; (size = read(ready.fd, buffer, sizeof buffer)) >= 0;) {
      if (size == 0) {
        open = false;
        break;
      }
      result.text.append(buffer, static_cast<std::size_t>(size));
    }
  }
  while (!child->Status() && MonotonicSeconds() < until_s) poll(nullptr, 0, 1);
  result.ok = child->Status() == 0;
  return result;
}

}  // namespace edgesim
