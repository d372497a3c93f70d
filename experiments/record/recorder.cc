#include "experiments/record/recorder.h"

#include <fmt/format.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <limits>

#include "experiments/record/child_process.h"
#include "experiments/record/clock.h"
#include "experiments/record/sampler.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

// While it lives, the signals that stop a recording and those of ended children wait at fd().
class SignalWatch {
 public:
  enum class Children { kIgnored, kWatched };

  SignalWatch() {
    sigset_t blocked = Set(Children::kWatched);
    sigprocmask(SIG_BLOCK, &blocked, &before_);
    const sigset_t watched = Set(Children::kIgnored);
    fd_ = signalfd(-1, &watched, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd_ < 0) throw std::runtime_error(fmt::format("signalfd: {}", std::strerror(errno)));
  }
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  ~SignalWatch() {
    Watch(Children::kWatched);
    Take();
    close(fd_);
    sigprocmask(SIG_SETMASK, &before_, nullptr);
  }

  int fd() const { return fd_; }

  void Watch(Children children) {
    const sigset_t watched = Set(children);
    signalfd(fd_, &watched, 0);
  }

  std::vector<signalfd_siginfo> Take() {
    std::vector<signalfd_siginfo> taken;
    for (signalfd_siginfo info; read(fd_, &info, sizeof info) == sizeof info;)
      taken.push_back(info);
    return taken;
  }

 private:
  static sigset_t Set(Children children) {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, number);
    if (children == Children::kWatched) sigaddset(&set, SIGCHLD);
    return set;
  }
  int fd_ = -1;
  sigset_t before_{};
};

}  // namespace

Recorded Record(const std::vector<std::unique_ptr<PowerSensor>>& sensors,
                const RecordOptions& options) {
  SignalWatch signals;
  Sampler sampler(sensors, options.interval_s);
  Recorded result;
  // nvidia-smi takes a while to start; the lead begins when all speak.
  const double patience_s = 20 + 2 * options.interval_s;
  if (!sampler.RunUntilAllGive(MonotonicSeconds() + patience_s, signals.fd())) {
    if (!signals.Take().empty()) return result;
    for (std::size_t i = 0; i < sensors.size(); ++i) {
      if (!sampler.readings()[i].empty()) continue;
      throw InputError(fmt::format("{}: no reading within {:g} s",
                                   sensors[i]->rails().front().source, patience_s));
    }
  }
  if (sampler.Run(MonotonicSeconds() + options.lead_s, signals.fd())) return result;

  signals.Watch(SignalWatch::Children::kWatched);
  result.start_s = MonotonicSeconds();
  ChildProcess child(options.command, ChildProcess::Output::kInherited);
  result.started = true;
  while (!child.Status()) {
    sampler.Run(std::numeric_limits<double>::infinity(), signals.fd());
    for (const signalfd_siginfo& info : signals.Take()) {
      // From a process (si_code <= 0), so it came to us alone; a terminal signals the whole group.
      if (info.ssi_signo != SIGCHLD && info.ssi_code <= 0)
        child.Signal(static_cast<int>(info.ssi_signo));
    }
  }
  result.end_s = MonotonicSeconds();
  result.status = *child.Status();

  signals.Watch(SignalWatch::Children::kIgnored);
  sampler.Run(result.end_s + options.tail_s, signals.fd());
  result.missed = sampler.missed();
  result.readings = sampler.readings();
  return result;
}

}  // namespace edgesim
