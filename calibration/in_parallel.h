// A parallel loop whose bodies may throw.
#pragma once

#include <tbb/parallel_for.h>

#include <cstddef>
#include <exception>
#include <mutex>

#include "sim/task_fence.h"

namespace edgesim {

// body(i) for i < n, all of them. If some throw, the exception of the lowest i comes out at the
// end. An exception that leaves a body on its own would cancel the loop and with it loops within
// other bodies, which then return as if they had finished.
template <typename Body>
void InParallel(std::size_t n, const Body& body) {
  TaskFence fence;
  std::mutex mutex;
  std::exception_ptr error;
  std::size_t at = n;
  tbb::parallel_for(std::size_t{0}, n, [&](std::size_t i) {
    const TaskFence::Task task(fence);
    try {
      body(i);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (i < at) {
        at = i;
        error = std::current_exception();
      }
    }
  });
  fence.Join();
  if (error) std::rethrow_exception(error);
}

}  // namespace edgesim
