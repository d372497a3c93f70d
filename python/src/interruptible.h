// Long calls during which Python stays responsive: other threads run, progress is shown, Ctrl-C
// works.
#pragma once

#include <pybind11/pybind11.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

namespace edgesim {

// What the work tells its caller and is told by it.
class CallState {
 public:
  struct Stopped {};  // thrown by Check

  void Progress(std::uint64_t done, std::uint64_t total) {
    total_ = total;
    done_ = done;
    Check();
  }
  void Check() const {
    if (stop_) throw Stopped{};
  }

  void Stop() { stop_ = true; }
  std::uint64_t done() const { return done_; }
  std::uint64_t total() const { return total_; }

 private:
  std::atomic<bool> stop_ = false;
  std::atomic<std::uint64_t> done_ = 0, total_ = 0;
};

// Runs work(state) on a thread of its own, which must not touch Python objects without the GIL.
// `progress` is None or is called here as progress(done, total). An interrupt, or what `progress`
// raises, stops the work at its next Check and comes out of this call.
template <class Work>
auto CallInterruptibly(const pybind11::object& progress, Work&& work)
    -> std::invoke_result_t<Work, CallState&> {
  namespace py = pybind11;
  using Result = std::invoke_result_t<Work, CallState&>;
  CallState state;
  std::optional<Result> result;
  std::exception_ptr error;
  std::mutex mutex;
  std::condition_variable finished;
  bool done = false;
  std::thread thread([&] {
    try {
      result.emplace(work(state));
    } catch (...) {
      error = std::current_exception();
    }
    const std::lock_guard lock(mutex);
    done = true;
    finished.notify_one();
  });
  std::uint64_t shown = 0;
  try {
    constexpr auto kPatience = std::chrono::milliseconds(50);
    for (bool over = false; !over;) {
      {
        const py::gil_scoped_release release;
        std::unique_lock lock(mutex);
        over = finished.wait_for(lock, kPatience, [&] { return done; });
      }
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      if (!progress.is_none() && state.done() != shown) {
        shown = state.done();
        progress(shown, state.total());
      }
    }
  } catch (...) {
    state.Stop();
    {
      const py::gil_scoped_release release;
      thread.join();
    }
    throw;
  }
  thread.join();
  if (error) std::rethrow_exception(error);
  return std::move(*result);
}

}  // namespace edgesim
