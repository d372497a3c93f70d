// Tells the thread sanitizer what a parallel loop orders: Debian's TBB is not built with it, so it
// cannot see that tasks begin after the loop does and end before it does. Costs nothing in other
// builds.
#pragma once

#if defined(__SANITIZE_THREAD__)
extern "C" void __tsan_acquire(void* address);
extern "C" void __tsan_release(void* address);
#endif

namespace edgesim {

class TaskFence {
 public:
  TaskFence() { Release(); }  // before the loop

  // In each task.
  class Task {
   public:
    explicit Task(TaskFence& fence) : fence_(fence) { fence_.Acquire(); }
    ~Task() { fence_.Release(); }
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;

   private:
    TaskFence& fence_;
  };

  void Join() { Acquire(); }  // after the loop

 private:
#if defined(__SANITIZE_THREAD__)
  void Acquire() { __tsan_acquire(this); }
  void Release() { __tsan_release(this); }
#else
  void Acquire() {}
  void Release() {}
#endif
};

}  // namespace edgesim
